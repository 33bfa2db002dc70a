import type { AppIdentityError } from "../../errors.js";
import { retryDelay } from "../../http/retry-after.js";
import { throttledFailure } from "../failures/graph-failure.js";
import { abortFailure } from "../failures/interruption.js";
import { Operation } from "../telemetry/operation.js";
import { OpenAttempt, type TokenHints } from "./attempt.js";
import { attemptOnce, type Outcome } from "./attempt-once.js";
import type { AttemptPolicy, AttemptWork } from "./attempt-policy.js";
import { decide } from "./decide.js";
import { usedShare } from "./pace.js";
import { RequestRecord } from "./request-record.js";
import { type ThrottleScope, throttleScopeOf } from "./throttle-scope.js";
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
  const { clock, gates, tally } = policy;
  const scope = throttleScopeOf(work.address, !policy.idempotent);
  const record = new RequestRecord(work, policy.wire !== undefined, clock);
  const send: typeof work.send = async (attempt) => {
    record.attempts += 1;
    const response = await work.send(attempt);
    record.answered(response);
    gates.paceOf(scope).answered(usedShare(response.headers), clock.monotonic());
    tally?.answered(response, policy.wire !== undefined);
    if (tally) tally.identity ??= attempt.identity;
    policy.onAnswer?.(response);
    return response;
  };
  const onRetry: AttemptPolicy["onRetry"] = (wait) => {
    record.waitedMs += wait.delayMs;
    tally?.waits(wait);
    policy.onRetry?.(wait);
  };
  return Operation.whole(
    record.operation,
    () => repeat({ ...work, send }, scope, { ...policy, onRetry }, record),
    () => record.ending(),
  );
}

async function repeat<T>(
  work: AttemptWork<T>,
  scope: ThrottleScope,
  policy: AttemptPolicy,
  record: RequestRecord,
): Promise<T> {
  const { clock, gates, graphRoot, retry } = policy;
  const host = new URL(graphRoot).host;
  const deadline = clock.monotonic() + retry.budgetMs;
  const refusals = new Refusals(policy.refreshes, clock);
  let hints: TokenHints = {};
  let refusal: AppIdentityError | undefined;
  let failures = 0;
  let throttles = 0;
  let freshConnection = false;

  for (let number = 1; ; number++) {
    const probe = await takeTurn(scope, policy, deadline);
    const seat = await policy.wire?.seat();
    const attempt: OpenAttempt = new OpenAttempt(number, hints, freshConnection, { host, ...policy }, seat);
    const answersBefore = record.answers;
    let outcome: Outcome<T>;
    try {
      outcome = await record.attempt(number, () => attemptOnce(work, attempt, refusals, policy));
    } catch (error) {
      throw refusal === undefined ? error : withoutToken(error, refusal);
    } finally {
      if (probe) gates.settle(scope, record.answers > answersBefore, clock.monotonic());
    }
    if ("result" in outcome) return outcome.result;
    if ("hints" in outcome) {
      ({ hints, refusal } = outcome);
      continue;
    }
    const { failure, response } = outcome;
    failures += 1;
    const state = { failures, throttles, leftMs: deadline - clock.monotonic() };
    const { again, delayMs, throttled } = decide(failure, state, policy, seat && (() => seat.jitter));
    throttles += Number(throttled);
    if (throttled) closeGate(response, failure.retryAfterMs ?? delayMs, scope, policy);
    if (!again || isVetoed(response, failures, policy)) throw failure;
    policy.onRetry?.({ delayMs, throttled, failure });
    await pause(delayMs, policy);
    // A new token that was obtained has replaced the refused one, and needn't be asked for again.
    if (wasSent(response, attempt)) hints = {};
    freshConnection ||= failure.statusCode === 503;
  }
}

function wasSent(response: Response | undefined, attempt: OpenAttempt): boolean {
  return response !== undefined || attempt.token !== undefined;
}

/** Holds back what else is asked in the scope, where Graph has said that it is throttled. */
function closeGate(
  response: Response | undefined,
  delayMs: number,
  scope: ThrottleScope,
  { gates, clock }: AttemptPolicy,
): void {
  if (response !== undefined) gates.close(delayMs, clock.monotonic(), scope, response.headers);
}

/** Whether the caller's own rule says of an answer that it is the last. */
function isVetoed(response: Response | undefined, failures: number, { shouldRetry }: AttemptPolicy): boolean {
  return response !== undefined && shouldRetry?.(response, failures) === false;
}

/** Milliseconds. */
const together = 50;

/** Waits until the request may be sent, and says whether it is one that finds out for others. */
async function takeTurn(scope: ThrottleScope, policy: AttemptPolicy, deadline: number): Promise<boolean> {
  const { clock, gates, graphRoot, retry, signal, wire } = policy;
  if (signal?.aborted) throw abortFailure(signal.reason);
  const pace = gates.paceOf(scope);
  let place = pace.place(clock.monotonic());
  for (;;) {
    const now = clock.monotonic();
    const paceMs = pace.waitMs(place, now);
    // Nobody is refused for being spared: at the end of the budget it goes.
    if (paceMs > 0 && now < deadline) {
      // Those whose turn comes at about the same time leave together, where a wire carries them: that fills its batches.
      const at = wire === undefined ? now + paceMs : Math.ceil((now + paceMs) / together) * together;
      await spare(Math.min(at, deadline) - now).catch((error: unknown) => {
        pace.leave();
        throw error;
      });
      continue;
    }
    const { waitMs, probe } = gates.enter(scope, now);
    if (waitMs === 0) return probe;
    if (now + waitMs > deadline) throw throttledFailure(waitMs, graphRoot);
    // With jitter, or all who wait here would leave at once: which is how those fill their batches that a wire carries.
    await spare(wire === undefined ? retryDelay(1, waitMs, retry.delayMs) : waitMs);
    place = pace.place(clock.monotonic());
  }

  async function spare(delayMs: number): Promise<void> {
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
