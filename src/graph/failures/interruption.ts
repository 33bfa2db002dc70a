import { AppIdentityError } from "../../errors.js";

/** The ends of a request that bring no answer. */

/** The caller's signal fired: its reason is the `cause`. */
export function abortFailure(reason: unknown): AppIdentityError {
  return new AppIdentityError("aborted", "The request was aborted by its signal.", {
    remedy: "Nothing to repair: the caller asked for this. The signal's reason is the error's cause.",
    cause: reason,
  });
}

/** An attempt ran out of time, wherever it was: waiting for a token, for an answer, or inside a body. */
export function timeoutFailure(host: string, timeoutMs: number): AppIdentityError {
  return new AppIdentityError("timeout", `No complete answer from ${host} within ${timeoutMs} ms.`, {
    remedy: `Check the way to ${host}; where answers are just slow, raise timeoutMs or ask for less at a time.`,
    retryable: true,
    host,
  });
}
