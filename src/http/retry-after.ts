/**
 * What both rooms agree on about trying again: which answers are passing trouble, what Retry-After says, and how long to wait.
 */

/** However long a service asks to be left alone: after so long it is asked whether it still means that. */
export const longestWaitMs = 3_600_000;

/** Answers that may be different next time. 501 and 505 are not among them. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || status === 502 || status === 503 || status === 504;
}

/**
 * Milliseconds from now that an answer's `Retry-After` asks for, in seconds or as an HTTP date. A date goes by the server's clock, which
 * the answer's own `Date` tells: this machine's (`now`) may be another. `undefined` for a missing, past or unreadable value: that is no
 * instruction, and above all not "at once". However much is asked for, no more than `longestWaitMs`.
 */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const ms = parseRetryAfter(headers.get("retry-after"), Date.parse(headers.get("date") ?? "") || now);
  return ms === undefined ? undefined : Math.min(ms, longestWaitMs);
}

function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) {
    const ms = Math.ceil(Number(text) * 1000);
    return ms > 0 ? ms : undefined;
  }
  // Only the three HTTP date forms begin with a day's name; Date.parse alone accepts much more ("-5", "2, 2").
  if (!/^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= now ? undefined : at - now;
}

/**
 * How long to wait before attempt `attempt + 1` (attempts count from 1). The server's word is a floor, never undercut; jitter comes on top of
 * it, so that a fleet throttled together doesn't return together. Without one: exponential with full jitter.
 */
export function retryDelay(
  attempt: number,
  retryAfterMs: number | undefined,
  baseMs: number,
  random = Math.random,
): number {
  const ceiling = Math.min(baseMs * 2 ** (attempt - 1), 30_000);
  return retryAfterMs === undefined
    ? random() * ceiling
    : retryAfterMs + random() * Math.min(ceiling, retryAfterMs * 0.1 + baseMs);
}
