import type { Clock } from "../../clock.js";
import type { Token } from "./token.js";

/** A token in this process' memory. */
export interface HeldToken extends Token {
  /** The value as a warm call returns it. */
  readonly promise: Promise<string>;
  /** Wall clock minus elapsed time, when it came. */
  readonly offset: number;
  /** In elapsed time. */
  readonly since: number;
  /** The claims challenge it answered. */
  readonly claims: string | undefined;
  /** How many tokens in a row were refused before it came. */
  readonly refusals: number;
}

export function hold(
  token: Token,
  { claims, refusals }: Pick<HeldToken, "claims" | "refusals">,
  clock: Clock,
): HeldToken {
  const since = clock.monotonic();
  return { ...token, promise: Promise.resolve(token.value), offset: clock.now() - since, since, claims, refusals };
}

/**
 * A token's life in this process:
 *
 * - `fresh`, before `refreshAt`: handed out, nothing else happens;
 * - `ageing`, from then on: handed out, and one request for the next runs in the background, whose failure nobody notices;
 * - `over`: callers wait, all for the same request.
 *
 * Both clocks decide: the wall clock, because elapsed time stands still while a machine sleeps, and elapsed time, because the wall clock
 * can be turned back. A token is over when either says so; only when no other can be had does elapsed time alone have the word.
 */
export function ageOf({ expiresAt, refreshAt, offset }: HeldToken, clock: Clock): "fresh" | "ageing" | "over" {
  const time = Math.max(clock.now(), clock.monotonic() + offset);
  if (time >= expiresAt) return "over";
  return time >= refreshAt ? "ageing" : "fresh";
}

/** What is left of it by elapsed time alone. */
export function leftMs({ expiresAt, offset }: HeldToken, clock: Clock): number {
  return expiresAt - (clock.monotonic() + offset);
}
