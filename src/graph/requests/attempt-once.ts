import { AppIdentityError } from "../../errors.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { networkFailure } from "../../http/network-error.js";
import { readErrorText } from "../../http/read-body.js";
import { isTransientStatus } from "../../http/retry-after.js";
import { safeCause, safeFailure, safeReason } from "../../http/safe-cause.js";
import { isOwnError } from "../../own-error.js";
import { graphFailure, redirectFailure } from "../failures/graph-failure.js";
import { abortFailure } from "../failures/interruption.js";
import { reviveError } from "../failures/revive-error.js";
import { type OpenAttempt, release, type TokenHints } from "./attempt.js";
import type { AttemptPolicy, AttemptWork } from "./attempt-policy.js";
import { isRedirect } from "./redirects.js";
import type { Refusals } from "./token-refusals.js";

/** How an attempt ends that doesn't end the request for good. */
export type Outcome<T> =
  | { result: T }
  /** Graph refused the token; with another, asked for like this, it may answer. Where there is none, the refusal stands. */
  | { hints: TokenHints; refusal: AppIdentityError }
  /** What may be passing trouble, and the answer that told it, if there was one. */
  | { failure: AppIdentityError; response: Response | undefined };

/**
 * Sends a request once and reads its answer. Whatever comes of it, nothing of the attempt stays behind.
 * @throws whatever no other attempt can cure, and isn't Graph's to answer for: an abort, what the provider throws
 */
export async function attemptOnce<T>(
  work: AttemptWork<T>,
  attempt: OpenAttempt,
  refusals: Refusals,
  policy: AttemptPolicy,
): Promise<Outcome<T>> {
  const host = new URL(policy.graphRoot).host;
  let response: Response | undefined;
  try {
    response = await attempt.until(work.send(attempt), release);
    const hints = policy.replayable === false ? undefined : refusals.answer(response, attempt.token);
    if (hints === undefined) return { result: await readAnswer(work, response, attempt, policy) };
    const refusal = await readFailure(response, attempt, policy);
    release(response);
    return { hints, refusal: safeFailure(refusal, new KnownSecrets([attempt.token])) };
  } catch (thrown) {
    if (response !== undefined) release(response);
    const failure = policy.signal?.aborted
      ? abortFailure(policy.signal.reason)
      : safeFailure(failureOf(thrown, host, response), new KnownSecrets([attempt.token]));
    // What a provider throws names another host, and was repeated where it arose.
    if (response === undefined && failure.host !== host) throw failure;
    return { failure, response };
  } finally {
    attempt.close();
  }
}

/** The result that an answer holds. @throws AppIdentityError where it holds a failure */
async function readAnswer<T>(
  work: AttemptWork<T>,
  response: Response,
  attempt: OpenAttempt,
  policy: AttemptPolicy,
): Promise<T> {
  const { graphRoot, replayable = true, followsRedirects = false } = policy;
  const { status } = response;
  if (isRedirect(status) && !followsRedirects) throw redirectFailure(response, graphRoot);
  if (!isTransientStatus(status) && (status !== 401 || !replayable)) {
    return attempt.until(work.read(response, attempt));
  }
  throw await readFailure(response, attempt, policy);
}

async function readFailure(response: Response, attempt: OpenAttempt, { graphRoot, clock }: AttemptPolicy) {
  // Without its text, if need be: what the status and Retry-After say must not be lost.
  const text = await attempt.until(readErrorText(response)).catch(() => "");
  return graphFailure(response, text, { graphRoot, now: clock.now(), identity: attempt.identity });
}

/**
 * A failure in our terms, whoever it comes from: a client that the caller built has its own, and errors of another realm
 * (Jest, `vm`) are no instances of this one's classes.
 */
function failureOf(thrown: unknown, host: string, response: Response | undefined): AppIdentityError {
  const error = reviveError(thrown);
  if (isOwnError(error)) return error;
  const { name, message, statusCode, code } = (error ?? {}) as Partial<Record<string, unknown>>;
  // The Graph SDK's word for anything that went wrong before an answer came; a lost connection is one of them.
  const isSdks =
    statusCode === -1 && code !== "FetchError" && !/^(fetch failed|terminated|premature close)/i.test(`${message}`);
  if (isSdks) {
    return new AppIdentityError(
      "credential_callback_failed",
      `The client's authProvider or a middleware failed: ${safeReason(error)}`,
      {
        remedy: "Look at the cause: it comes from the code this client was built with.",
        cause: safeCause(error),
      },
    );
  }
  // What JSON.parse() and the making of strings throw: the body came, and can't be used.
  if (response !== undefined && (name === "SyntaxError" || name === "RangeError")) {
    return new AppIdentityError(
      "invalid_response",
      `Graph answered ${response.status} with a body that can't be read: ${safeReason(error)}.`,
      {
        remedy: "Ask for less at a time, or take the answer as a stream.",
        statusCode: response.status,
        cause: safeCause(error),
      },
    );
  }
  return networkFailure(error, host);
}
