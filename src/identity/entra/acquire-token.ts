import { AppIdentityError } from "../../errors.js";
import { withDeadline } from "../../http/deadline.js";
import { retryDelay } from "../../http/retry-after.js";
import { safeCause, safeReason } from "../../http/safe-cause.js";
import { log } from "../../logger.js";
import type { ResolvedIdentity } from "../configuration/options.js";
import type { BorrowedCredential, Proof } from "../credentials/credential.js";
import { isTokenText, longestLifeMs, refreshTime, type Token, type TokenRequest } from "../tokens/token.js";
import { requestToken, type TokenQuery } from "./request-token.js";

const baseDelayMs = 500;

/**
 * Refusals that a newer credential may cure: wrong or expired secret; certificate or key not registered, assertion outside its time.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const credentialRefusals = new Set([7000215, 7000222, 700027, 700024, 7000214, 1000502, 7000274, 7000277]);

/**
 * Gets a token, whatever passing trouble there is: each attempt has its own proof of identity, fresh assertions included.
 * @throws AppIdentityError for whatever went wrong in the last attempt; the signal's reason when it aborts.
 */
export async function acquireToken(
  identity: ResolvedIdentity,
  query: Omit<TokenQuery, "claims">,
  { claims, signal, budgetMs, attempts }: TokenRequest,
): Promise<Token> {
  const { clock, credential, logger } = identity;
  if (credential.kind === "tokenCredential") {
    // Another library's credential has retries of its own.
    const timeoutMs = 2 * budgetMs;
    return withDeadline({ clock, timeoutMs, signal, late: () => borrowTimeout(timeoutMs) }, (signal) =>
      borrowToken(credential, { ...query, claims }, signal, clock.now),
    );
  }
  const startedAt = clock.monotonic();
  let renewed = false;
  for (let attempt = 1; ; attempt++) {
    let proof: Proof | undefined;
    try {
      proof = await credential.proof(signal, identity.tenantId);
      return await requestToken(identity, proof, { ...query, claims }, signal);
    } catch (error) {
      if (!(error instanceof AppIdentityError)) throw error;
      const refused = error.aadsts !== undefined && credentialRefusals.has(error.aadsts) ? proof : undefined;
      if (refused && !renewed) {
        renewed = await credential.refresh(refused, signal);
        if (renewed) {
          log(logger, "info", `Entra refused the ${credential.kind} (AADSTS${error.aadsts}); trying the newer one.`);
          continue;
        }
      }
      const delayMs = retryDelay(attempt, error.retryAfterMs, baseDelayMs);
      const elapsedMs = clock.monotonic() - startedAt;
      if (!error.retryable || attempt >= attempts || elapsedMs + delayMs > budgetMs) throw error;
      log(logger, "debug", `Token request failed, trying again in ${Math.round(delayMs)} ms: ${error.message}`);
      await clock.wait(delayMs, signal);
    }
  }
}

async function borrowToken(
  credential: BorrowedCredential,
  { scopes, claims, enableCae }: TokenQuery,
  signal: AbortSignal,
  now: () => number,
): Promise<Token> {
  let granted: Awaited<ReturnType<BorrowedCredential["getToken"]>>;
  try {
    const options = { abortSignal: signal, ...(claims !== undefined && { claims }), ...(enableCae && { enableCae }) };
    granted = await credential.getToken([...scopes], options);
  } catch (error) {
    if (error instanceof AppIdentityError || signal.aborted) throw error;
    throw credentialFailed(`The tokenCredential failed: ${safeReason(error)}`, safeCause(error));
  }
  const { token: value, expiresOnTimestamp, refreshAfterTimestamp } = granted ?? {};
  const at = now();
  const expiresAt = Math.min(Number(expiresOnTimestamp), at + longestLifeMs);
  if (!isTokenText(value) || !(expiresAt > at)) throw credentialFailed("The tokenCredential gave no valid token.");
  const wish = Number(refreshAfterTimestamp);
  return { value, expiresAt, refreshAt: wish > at && wish < expiresAt ? wish : refreshTime(at, expiresAt) };
}

function credentialFailed(message: string, cause?: unknown): AppIdentityError {
  const remedy = "Ask that credential for a token on its own, in the same environment; the cause tells more.";
  return new AppIdentityError("credential_callback_failed", message, { remedy, cause });
}

function borrowTimeout(timeoutMs: number): AppIdentityError {
  return new AppIdentityError("timeout", `The tokenCredential gave no answer within ${timeoutMs / 1000} s.`, {
    remedy: "Ask that credential for a token on its own, in the same environment, and see what it waits for.",
    retryable: true,
  });
}
