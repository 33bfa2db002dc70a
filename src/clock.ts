import { setTimeout as sleep } from "node:timers/promises";

/** Time as the package sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from some start that never go back, whatever happens to the wall clock. They may stand still while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms`; rejects at once with the signal's reason when it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

// Node's timers overflow to "at once" above this.
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  async wait(ms, signal) {
    try {
      await sleep(Math.min(Math.max(ms, 0), longestTimerMs), undefined, signal && { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
