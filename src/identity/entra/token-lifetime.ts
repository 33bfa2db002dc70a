import { AppIdentityError } from "../../errors.js";

/** How long a token is good, from the moment its answer arrived. */
export interface TokenLifetime {
  expiresInMs: number;
  /** When Entra would like to be asked for the next one. */
  refreshInMs?: number;
}

/** For an answer that doesn't say, which OAuth permits: shorter than any token Entra issues. */
const unstatedLifetimeMs = 5 * 60_000;

/**
 * What a token answer says about its token.
 * @throws AppIdentityError `invalid_token_response` if there is no token in it, or one that is already over.
 */
export function readTokenAnswer(body: Record<string, unknown>, host: string, elapsedMs: number): TokenLifetime {
  const { access_token: token, expires_in: expiresIn, refresh_in: refreshIn } = body;
  // https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12; anything else can't stand in a header.
  if (typeof token !== "string" || !/^[\x20-\x7e]+$/.test(token))
    throw invalid(`The answer of ${host} holds no token.`, host);
  const lifetimeMs = expiresIn === undefined || expiresIn === null ? unstatedLifetimeMs : milliseconds(expiresIn);
  if (lifetimeMs === undefined) {
    const said = JSON.stringify(expiresIn).slice(0, 40);
    throw invalid(`The answer of ${host} holds a token without a future: expires_in is ${said}.`, host);
  }
  // Its life began on the server, when the answer was written: at worst when the request left.
  const refreshInMs = milliseconds(refreshIn);
  return {
    expiresInMs: lifetimeMs - elapsedMs,
    ...(refreshInMs !== undefined && refreshInMs < lifetimeMs && { refreshInMs }),
  };
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
