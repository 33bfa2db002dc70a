import { jwtClaims } from "../jwt-claims.js";

const leastLifeMs = 60_000;

/**
 * An assertion that is worth sending: a JWT with a minute to live. One that expires on the way costs a refusal (AADSTS700024) and,
 * repeated, gets the app locked out as a loop.
 */
export function checkAssertion(
  assertion: unknown,
  now: number,
  refuse: (problem: string, expired?: boolean) => Error,
): string {
  const text = typeof assertion === "string" ? assertion.trim() : "";
  if (text === "") throw refuse(typeof assertion === "string" ? "is empty" : "is not a string");
  const claims = jwtClaims(text);
  if (claims === undefined) throw refuse("is not a signed JWT");
  if (typeof claims.exp === "number") {
    const leftMs = claims.exp * 1000 - now;
    if (leftMs < leastLifeMs) throw refuse(leftMs <= 0 ? "has expired" : "has less than a minute to live", true);
  }
  return text;
}
