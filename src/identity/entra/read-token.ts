import { AppIdentityError } from "../../errors.js";
import { isTokenText, longestLifeMs, refreshTime, type Token } from "../tokens/token.js";

/** For an answer that doesn't say, which OAuth permits: shorter than any token Entra issues. */
const unstatedLifeMs = 5 * 60_000;

export interface TokenAnswer {
  host: string;
  body: Record<string, unknown>;
  /** Its header. */
  date: string | null;
  arrivedAt: number;
  /** Since the request left. */
  elapsedMs: number;
}

/**
 * The token in an answer.
 * @throws AppIdentityError `invalid_token_response` if there is none in it, or one that is already over.
 */
export function readToken({ host, body, date, arrivedAt, elapsedMs }: TokenAnswer): Token {
  const { access_token: value, expires_in: expiresIn, refresh_in: refreshIn } = body;
  if (!isTokenText(value)) throw invalid(`The answer of ${host} holds no token.`, host);
  const statedMs = expiresIn === undefined || expiresIn === null ? unstatedLifeMs : milliseconds(expiresIn);
  if (statedMs === undefined) {
    const said = JSON.stringify(expiresIn).slice(0, 40);
    throw invalid(`The answer of ${host} holds a token without a future: expires_in is ${said}.`, host);
  }
  // Its life began on the server, when the answer was written: at worst when the request left.
  const lifeMs = Math.min(statedMs, longestLifeMs);
  const expiresAt = arrivedAt - elapsedMs + lifeMs;
  const refreshMs = milliseconds(refreshIn);
  return {
    value,
    expiresAt,
    refreshAt:
      refreshMs !== undefined && refreshMs < lifeMs ? arrivedAt + refreshMs : refreshTime(arrivedAt, expiresAt),
    clockSkewMs: skewOf(date, arrivedAt - elapsedMs / 2),
  };
}

/** The header has whole seconds: on average, half a second has passed since the one it says. */
function skewOf(date: string | null, now: number): number | undefined {
  const skew = Math.round(now - (Date.parse(date ?? "") + 500));
  return Number.isNaN(skew) ? undefined : skew;
}

/** Seconds, which some servers send as a string. */
function milliseconds(seconds: unknown): number | undefined {
  const value = typeof seconds === "string" && /^\d+$/.test(seconds) ? Number(seconds) : seconds;
  return typeof value === "number" && value > 0 && value < Number.MAX_SAFE_INTEGER / 1000 ? value * 1000 : undefined;
}

function invalid(message: string, host: string): AppIdentityError {
  return new AppIdentityError("invalid_token_response", message, {
    remedy: `Check that ${host} is the login host, and that no proxy answers in its place.`,
    retryable: true,
    host,
  });
}
