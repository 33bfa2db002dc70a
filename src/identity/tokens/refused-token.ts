import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { spacing } from "./failure-backoff.js";
import type { HeldToken } from "./held-token.js";

/** A token that was good for this long breaks a row of refusals. */
const goodMs = 300_000;

/** How many tokens in a row were refused, if the one in hand is now. */
export function refusalsWith(held: HeldToken | undefined, clock: Clock): number {
  if (held === undefined) return 0;
  return clock.monotonic() - held.since < goodMs ? held.refusals + 1 : 1;
}

/**
 * How long no new token is asked for because of a refusal, as those before it were refused as well. Entra answers such loops with AADSTS50196.
 */
export function refusalSpacing(held: HeldToken | undefined, clock: Clock): number {
  if (held === undefined) return 0;
  // The token in hand was refused later than it came, at worst at once.
  return held.since + spacing(refusalsWith(held, clock) - 1) - clock.monotonic();
}

/** In the words of the API's own refusal, for which no other token helps. */
export function refusedForGood(claims: string | undefined, refusals: number, retryAfterMs: number): AppIdentityError {
  const code = claims === undefined ? "unauthorized" : "claims_challenge_unmet";
  return new AppIdentityError(
    code,
    `New tokens were refused ${refusals} times in a row: no further one is fetched yet.`,
    {
      remedy: "See what the API says of its refusals, and the sign-in logs of the app's service principal in Entra.",
      retryAfterMs,
    },
  );
}
