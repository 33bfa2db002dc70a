import type { Clock } from "../../clock.js";
import { AppIdentityError, isAppIdentityError } from "../../errors.js";
import { networkFailure } from "../../http/network-error.js";
import { isTransientStatus, retryDelay } from "../../http/retry-after.js";
import { graphFailure, redirectFailure, throttledFailure } from "../failures/graph-failure.js";
import { abortFailure, expectMany } from "../failures/interruption.js";
import { reviveError } from "../failures/revive-error.js";
import { type Attempt, OpenAttempt, release, type TokenHints } from "./attempt.js";
import type { ThrottleGate } from "./throttle-gate.js";
import { type RefreshAllowance, Refusals } from "./token-refusals.js";

/** How persistent a client is. */
export interface RetryOptions {
  /** Attempts per request, the first included. Default 6; 1 switches retrying off. */
  attempts?: number;
  /** Milliseconds after which no attempt begins; a longer Retry-After fails at once as `throttled`. Default 300,000. */
  budgetMs?: number;
  /** Milliseconds the wait grows from where Graph names none: exponential, with full jitter. Default 1,000. */
  delayMs?: number;
}

/** What one client decides for all its requests. */
export interface ClientTraits {
  /** Origin of Graph: the only place tokens go to. */
  readonly graphRoot: string;
  readonly retry: Readonly<Required<RetryOptions>>;
  /** Milliseconds for one attempt: token, answer and body together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly gate: ThrottleGate;
  readonly refreshes: RefreshAllowance;
}

export interface AttemptPolicy extends ClientTraits {
  signal?: AbortSignal | undefined;
  /** Whether a request may be sent again that Graph may already have carried out. */
  idempotent: boolean;
  /** `false` where the body can be sent only once: there is one attempt then, whatever it ends in. Default `true`. */
  replayable?: boolean;
  /** May veto a repetition after an answer. Attempts count from 1. */
  shouldRetry?: ((response: Response, attempt: number) => boolean) | undefined;
  /** Told before each wait. */
  onRetry?: ((wait: RetryWait) => void) | undefined;
}

export interface RetryWait {
  delayMs: number;
  /** Whether Graph asked for the wait. */
  throttled: boolean;
  /** What ended the last attempt; absent where it was another request of the same client that was throttled. */
  failure?: AppIdentityError;
}

export interface AttemptWork<T> {
  send(attempt: Attempt): Promise<Response>;
  /** Makes a result of an answer that isn't passing trouble. A retryable AppIdentityError has the attempt repeated. */
  read(response: Response, attempt: Attempt): Promise<T>;
}

/**
 * The one engine behind every request. It repeats passing trouble within the budget, never earlier than Graph asks. It
 * answers a 401 by one new token, with the claims it names, if any; and a 403 by a rate-limited one, as roles are
 * frozen into a token and consent may have come since.
 * What isn't idempotent is repeated only where Graph says that it did nothing: 401, 403, 429, 503 with Retry-After.
 * @throws AppIdentityError `throttled`, `graph_unavailable`, `network_error`, `timeout`, `unauthorized`,
 * `claims_challenge_unmet`, `unexpected_redirect`, `aborted`, and whatever the provider or `read` throws.
 */
export async function runAttempts<T>(work: AttemptWork<T>, policy: AttemptPolicy): Promise<T> {
  const { clock, gate, graphRoot, retry, signal, timeoutMs, replayable = true } = policy;
  const host = new URL(graphRoot).host;
  const deadline = clock.monotonic() + retry.budgetMs;
  const refusals = new Refusals(policy.refreshes, clock);
  let hints: TokenHints = {};
  let failures = 0;
  let freshConnection = false;
  expectMany(signal);

  for (let number = 1; ; number++) {
    await passGate();
    const attempt = new OpenAttempt(number, hints, freshConnection, { host, timeoutMs, clock, signal });
    let response: Response | undefined;
    let failure: AppIdentityError;
    try {
      response = await attempt.until(work.send(attempt), release);
      const answer = replayable ? refusals.answer(response, attempt.token) : undefined;
      if (answer !== undefined) {
        release(response);
        hints = answer;
        continue;
      }
      if (isRedirect(response.status)) throw redirectFailure(response, graphRoot);
      if (isTransientStatus(response.status) || (response.status === 401 && replayable)) {
        // Without its text, if need be: what the status and Retry-After say must not be lost.
        const text = await attempt.until(response.text()).catch(() => "");
        throw graphFailure(response, text, { graphRoot, now: clock.now(), identity: attempt.identity });
      }
      return await attempt.until(work.read(response, attempt));
    } catch (thrown) {
      if (response !== undefined) release(response);
      const error = signal?.aborted ? abortFailure(signal.reason) : failureOf(thrown, host);
      // What a provider throws names another host, and was repeated where it arose.
      if (!isAppIdentityError(error) || (response === undefined && error.host !== host)) throw error;
      failure = error;
    } finally {
      attempt.close();
    }

    failures++;
    const { retryAfterMs, statusCode } = failure;
    const throttled = statusCode === 429 || (statusCode === 503 && retryAfterMs !== undefined);
    const delayMs = retryDelay(failures, retryAfterMs, retry.delayMs);
    if (throttled) gate.close(retryAfterMs ?? delayMs, clock.monotonic());
    const again =
      failure.retryable &&
      replayable &&
      (policy.idempotent || throttled) &&
      failures < retry.attempts &&
      clock.monotonic() + delayMs <= deadline &&
      (response === undefined || (policy.shouldRetry?.(response, failures) ?? true));
    if (!again) throw failure;
    policy.onRetry?.({ delayMs, throttled, failure });
    await pause(delayMs);
    // A new token that was obtained has replaced the refused one, and needn't be asked for again.
    if (response !== undefined || attempt.token !== undefined) hints = {};
    freshConnection ||= statusCode === 503;
  }

  async function passGate(): Promise<void> {
    if (signal?.aborted) throw abortFailure(signal.reason);
    for (let ms = gate.remaining(clock.monotonic()); ms > 0; ms = gate.remaining(clock.monotonic())) {
      if (clock.monotonic() + ms > deadline) throw throttledFailure(ms, graphRoot);
      // With jitter, or all who wait here would leave at once.
      const delayMs = retryDelay(1, ms, retry.delayMs);
      policy.onRetry?.({ delayMs, throttled: true });
      await pause(delayMs);
    }
  }

  async function pause(ms: number): Promise<void> {
    try {
      await clock.wait(ms, signal);
    } catch (error) {
      throw signal?.aborted ? abortFailure(signal.reason) : error;
    }
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/** A failure in our terms, also where a client that the caller built has its own. */
function failureOf(thrown: unknown, host: string): unknown {
  const error = reviveError(thrown);
  if (isAppIdentityError(error) || !(error instanceof Error)) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (
    error.name === "FetchError" ||
    code === "FetchError" ||
    /^(fetch failed|terminated|premature close)/i.test(error.message)
  ) {
    return networkFailure(error, host);
  }
  // The Graph SDK's word for anything that went wrong before an answer came.
  if (statusCode !== -1) return error;
  return new AppIdentityError(
    "credential_callback_failed",
    `The client's authProvider or a middleware failed: ${error.message}`,
    {
      remedy: "Look at the cause: it comes from the code this client was built with.",
      cause: error,
    },
  );
}
