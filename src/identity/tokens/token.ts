/** A token with its times on this machine's wall clock: its one form on the way from Entra's answer through memory and the store to a caller. */
export interface Token {
  readonly value: string;
  readonly expiresAt: number;
  /** From here on the next one is fetched. */
  readonly refreshAt: number;
  /** This machine's clock minus Entra's, where the token came from Entra and its answer had a date. */
  readonly clockSkewMs?: number | undefined;
}

/** What a token request is told. */
export interface TokenRequest {
  /** A claims challenge, as JSON text. */
  readonly claims: string | undefined;
  readonly signal: AbortSignal;
  /** No attempt begins later than this. */
  readonly budgetMs: number;
  /** At most; a credential that gets its own tokens decides for itself. */
  readonly attempts: number;
}

/** No token is trusted for longer, whoever says so; Entra's live for 28 hours at most. */
export const longestLifeMs = 30 * 86_400_000;

/** Whether a text can be a token at all: anything else can't stand in a header. */
export function isTokenText(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** Where nobody says when to refresh: at 70–80 % of life, so that not all processes come at once. */
const refreshShare = { least: 0.7, most: 0.8 };

export function refreshTime(now: number, expiresAt: number): number {
  const share = refreshShare.least + Math.random() * (refreshShare.most - refreshShare.least);
  return now + (expiresAt - now) * share;
}
