import type { AppIdentityError } from "../../errors.js";
import { retryDelay } from "../../http/retry-after.js";
import { throttledFailure } from "../failures/graph-failure.js";
import { abortFailure } from "../failures/interruption.js";
import { OpenAttempt, type TokenHints } from "./attempt.js";
import { attemptOnce, type Outcome } from "./attempt-once.js";
import type { AttemptPolicy, AttemptWork } from "./attempt-policy.js";
import { decide } from "./decide.js";
import { Refusals, withoutToken } from "./token-refusals.js";

/**
 * The one engine behind every request. It repeats passing trouble within the budget, never earlier than Graph asks. It
 * answers a 401 by one new token, with the claims it names, if any; and a 403 by a rate-limited one, as roles are
 * frozen into a token and consent may have come since.
 * What isn't idempotent is repeated only where Graph says that it did nothing: 401, 403, 429, 503 with Retry-After.
 * @throws AppIdentityError `throttled`, `graph_unavailable`, `network_error`, `timeout`, `unauthorized`,
 * `claims_challenge_unmet`, `unexpected_redirect`, `aborted`, and whatever the provider or `read` throws.
 */
export async function runAttempts<T>(work: AttemptWork<T>, policy: AttemptPolicy): Promise<T> {
  const { clock, gate, graphRoot, retry } = policy;
  const host = new URL(graphRoot).host;
  const deadline = clock.monotonic() + retry.budgetMs;
  const refusals = new Refusals(policy.refreshes, clock);
  let hints: TokenHints = {};
  let refusal: AppIdentityError | undefined;
  let failures = 0;
  let throttles = 0;
  let freshConnection = false;

  for (let number = 1; ; number++) {
    await passGate(policy, deadline);
    const seat = await policy.wire?.seat();
    const attempt: OpenAttempt = new OpenAttempt(number, hints, freshConnection, { host, ...policy }, seat);
    const outcome: Outcome<T> = await attemptOnce(work, attempt, refusals, policy).catch((error) => {
      throw refusal === undefined ? error : withoutToken(error, refusal);
    });
    if ("result" in outcome) return outcome.result;
    if ("hints" in outcome) {
      ({ hints, refusal } = outcome);
      continue;
    }
    const { failure, response } = outcome;
    failures += 1;
    const { again, delayMs, throttled } = decide(
      failure,
      { failures, throttles, leftMs: deadline - clock.monotonic() },
      policy,
    );
    throttles += Number(throttled);
    if (throttled) gate.close(failure.retryAfterMs ?? delayMs, clock.monotonic());
    const vetoed = () => response !== undefined && policy.shouldRetry?.(response, failures) === false;
    if (!again || vetoed()) throw failure;
    policy.onRetry?.({ delayMs, throttled, failure });
    await pause(delayMs, policy);
    // A new token that was obtained has replaced the refused one, and needn't be asked for again.
    if (response !== undefined || attempt.token !== undefined) hints = {};
    freshConnection ||= failure.statusCode === 503;
  }
}

async function passGate(policy: AttemptPolicy, deadline: number): Promise<void> {
  const { clock, gate, graphRoot, retry, signal } = policy;
  if (signal?.aborted) throw abortFailure(signal.reason);
  for (let ms = gate.remaining(clock.monotonic()); ms > 0; ms = gate.remaining(clock.monotonic())) {
    if (clock.monotonic() + ms > deadline) throw throttledFailure(ms, graphRoot);
    // With jitter, or all who wait here would leave at once.
    const delayMs = retryDelay(1, ms, retry.delayMs);
    policy.onRetry?.({ delayMs, throttled: true });
    await pause(delayMs, policy);
  }
}

async function pause(ms: number, { clock, signal }: AttemptPolicy): Promise<void> {
  try {
    await clock.wait(ms, signal);
  } catch (error) {
    throw signal?.aborted ? abortFailure(signal.reason) : error;
  }
}
