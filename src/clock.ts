import { onAbort } from "./on-abort.js";

/** Time as the package sees it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds from some start that never go back, whatever happens to the wall clock. They may stand still while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms`; rejects at once with the signal's reason when it aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `ring` after `ms`, unless the function that it returns was called before. For limits, which are seldom reached. */
  alarm(ms: number, ring: () => void): () => void;
}

// Node's timers overflow to "at once" above this.
const longestTimerMs = 2 ** 31 - 1;

/** Looks for the runtime's functions at each call: a test runner may put false ones in their place at any time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = systemClock.alarm(ms, () => {
        unlink?.();
        resolve();
      });
      const unlink =
        signal &&
        onAbort(signal, () => {
          stop();
          reject(signal.reason);
        });
    }),
  alarm: (ms, ring) => {
    const timer = setTimeout(ring, Math.min(Math.max(ms, 0), longestTimerMs));
    return () => clearTimeout(timer);
  },
};
