import type { Clock } from "../../src/clock.js";

/** A clock on which every wait is over at once and has taken its time, and no limit is ever reached. `waits` holds what was asked of it. */
export class SkippingClock implements Clock {
  readonly waits: number[] = [];
  #elapsed = 0;

  now = (): number => Date.UTC(2026, 10, 20) + this.#elapsed;

  monotonic = (): number => this.#elapsed;

  wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) throw signal.reason;
    this.waits.push(ms);
    this.#elapsed += ms;
  };

  alarm = (): (() => void) => () => {};
}
