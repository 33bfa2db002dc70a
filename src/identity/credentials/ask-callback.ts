import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { withDeadline } from "../../http/deadline.js";
import { safeCause, safeReason } from "../../http/safe-cause.js";

const timeoutMs = 30_000;

/**
 * Asks a function of the caller's. Whether it answers, and what it throws, is not in our hands.
 * @throws AppIdentityError `credential_callback_failed`; else the signal's reason.
 */
export async function askCaller<T>(
  option: string,
  ask: (signal: AbortSignal) => T | Promise<T>,
  signal: AbortSignal,
  clock: Clock,
): Promise<T> {
  const late = () => failed(option, `didn't answer within ${timeoutMs / 1000} s`);
  try {
    return await withDeadline({ clock, timeoutMs, signal, late }, async (inner) => ask(inner));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AppIdentityError && error.code === "credential_callback_failed"
      ? error
      : failed(option, `failed: ${safeReason(error)}`, safeCause(error));
  }
}

function failed(option: string, how: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError(
    "credential_callback_failed",
    `The function given as "${option}" ${how.replace(/\.$/, "")}.`,
    {
      remedy: `Look at what it does: it must return the credential as a string, or throw (then "cause" says what).`,
      retryable: true,
      cause,
    },
  );
}
