import { type Clock, systemClock } from "../../src/clock.js";

/** Time in which waiting between attempts takes none, while the time limit of an attempt is real. */
export class HastyClock implements Clock {
  #skipped = 0;

  now = (): number => Date.now() + this.#skipped;
  monotonic = (): number => performance.now() + this.#skipped;

  skip(ms: number): void {
    this.#skipped += ms;
  }

  wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    this.skip(ms);
    return systemClock.wait(0, signal);
  };

  alarm = systemClock.alarm;
}
