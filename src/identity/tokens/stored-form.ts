import { isTokenText, longestLifeMs, type Token } from "./token.js";

/** A token as another process wrote it, with the times of that one's clock. */
export interface StoredToken extends Token {
  readonly storedAt: number;
}

/** What stands under a key of the store: a token, or that a process is asking for one. */
export interface Stored {
  readonly token?: StoredToken;
  /** Changes as long as that process is at it; empty when it has given up. */
  readonly asking?: string;
}

/** No token is longer: it wouldn't fit into a header. */
const longestText = 65_536;
/** Clocks that are kept in time differ by less. */
const clockToleranceMs = 10_000;

export function writeAsking(asking: string): string {
  return JSON.stringify({ asking } satisfies Stored);
}

/** The skew of this machine's clock is of no use to another. */
export function writeToken({ value, expiresAt, refreshAt }: Token, now: number): string {
  return JSON.stringify({ value, expiresAt, refreshAt, storedAt: now } satisfies StoredToken);
}

/** `undefined` for what nobody wrote who knows this form. */
export function readStored(text: string): Stored | undefined {
  const { asking, value, expiresAt, refreshAt, storedAt } = text.length > longestText ? {} : parseObject(text);
  if (typeof asking === "string") return { asking };
  if (!isTokenText(value) || !isTime(expiresAt) || !isTime(refreshAt) || !isTime(storedAt)) return undefined;
  if (refreshAt > expiresAt || storedAt > expiresAt || expiresAt - storedAt > longestLifeMs) return undefined;
  return { token: { value, expiresAt, refreshAt, storedAt } };
}

/**
 * A stored token by this machine's clock, which the writer's may be hours ahead of. The store's own word on what is left outweighs both;
 * without it a token that comes from the future isn't taken at all, as nobody can tell when it ends.
 */
export function byOwnClock(token: StoredToken, now: number, remainingMs: number | undefined): Token | undefined {
  const { value, storedAt } = token;
  if (remainingMs === undefined && storedAt > now + clockToleranceMs) return undefined;
  const lifeMs = Math.min(token.expiresAt - storedAt, remainingMs ?? Number.POSITIVE_INFINITY);
  const expiresAt = Math.min(token.expiresAt, now + lifeMs);
  return { value, expiresAt, refreshAt: token.refreshAt - (token.expiresAt - expiresAt) };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value > 0 && Number.isFinite(value);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
