import type { AppIdentityError } from "../../errors.js";
import { retryDelay } from "../../http/retry-after.js";
import type { AttemptPolicy } from "./attempt-policy.js";

/** Where a request stands when an attempt has failed. */
export interface RequestState {
  /** Attempts that failed, the last one included. */
  failures: number;
  /** Those among them, before the last one, that Graph ended by asking to be left alone. */
  throttles?: number;
  /** Milliseconds until no attempt may begin any more. */
  leftMs: number;
}

/** What follows from a failed attempt. */
export interface Decision {
  /** Whether to try again, after `delayMs`. */
  again: boolean;
  delayMs: number;
  /** Whether Graph asked to be left alone. Then it did nothing, and others are to wait too. */
  throttled: boolean;
}

/**
 * Trouble that passes is tried again, within the attempts and the budget that there are, never earlier than Graph asks.
 * What isn't idempotent is repeated only where Graph says that it did nothing.
 */
export function decide(
  { retryable, retryAfterMs, statusCode }: Pick<AppIdentityError, "retryable" | "retryAfterMs" | "statusCode">,
  { failures, throttles = 0, leftMs }: RequestState,
  { retry, idempotent, replayable = true, wire }: Pick<AttemptPolicy, "retry" | "idempotent" | "replayable" | "wire">,
  random: () => number = Math.random,
): Decision {
  const throttled = statusCode === 429 || (statusCode === 503 && retryAfterMs !== undefined);
  const delayMs = retryDelay(failures, retryAfterMs, retry.delayMs, random);
  const curable = retryable && replayable && (idempotent || throttled);
  const counted = wire === undefined ? failures : failures - throttles - Number(throttled);
  return { again: curable && counted < retry.attempts && delayMs <= leftMs, delayMs, throttled };
}
