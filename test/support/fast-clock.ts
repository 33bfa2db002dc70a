import { type Clock, systemClock } from "../../src/clock.js";

/** Real time, so many times as fast: for what happens between processes that wait for each other. */
export class FastClock implements Clock {
  readonly #startedAt = Date.now();

  constructor(private readonly factor: number) {}

  now = (): number => this.#startedAt + this.monotonic();
  monotonic = (): number => (Date.now() - this.#startedAt) * this.factor;
  wait = (ms: number, signal?: AbortSignal): Promise<void> => systemClock.wait(ms / this.factor, signal);
  alarm = (ms: number, ring: () => void): (() => void) => systemClock.alarm(ms / this.factor, ring);
}

/** The clock of a machine that is so much ahead. */
export function shifted(ms: number, clock: Clock = systemClock): Clock {
  const { monotonic, wait, alarm } = clock;
  return { now: () => clock.now() + ms, monotonic, wait, alarm };
}
