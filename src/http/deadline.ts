import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../clock.js";
import { onAbort } from "../on-abort.js";

export interface Deadline {
  clock: Clock;
  timeoutMs: number;
  signal?: AbortSignal;
  /** What to fail with when time is over. */
  late(): Error;
}

/**
 * Gives work a time limit. The work is told by its signal, and left behind if it is deaf to that: what comes from callers (a fetch, a
 * callback, a store) may be.
 */
export async function withDeadline<T>(
  { clock, timeoutMs, signal: outer, late }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  // Not AbortSignal.any(), which takes no signals of another realm or a polyfill.
  const unlink = outer && onAbort(outer, () => over.abort(outer.reason));
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    // After the loop was blocked, the timer fires before what has long arrived is read: that comes first.
    stop = clock.alarm(timeoutMs, () => void turn().then(() => reject(late())));
  });
  ended.catch(() => {});
  try {
    return await Promise.race([work(signal), ended]);
  } finally {
    stop();
    unlink?.();
    over.abort();
  }
}
