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
  // Every attempt has such a timer: the one of node:timers/promises makes an error with a stack each time it is stopped.
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const finish = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(Math.max(ms, 0), longestTimerMs));
      signal?.addEventListener("abort", leave, { once: true });
    }),
};
