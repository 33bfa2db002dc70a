import { URL } from "node:url";
import type { AppIdentity } from "../../access-token.js";
import { adminConsentUrl } from "../../access-token.js";
import { AppIdentityError } from "../../errors.js";
import { retryAfterOf } from "../../http/retry-after.js";
import { readErrorBody } from "./error-body.js";
import { meaningOf, throttleRemedy } from "./remedies.js";

/** What must be known beside an answer to say what it means. */
export interface FailureContext {
  /** Origin of the Graph that answered. */
  graphRoot: string;
  /** Who asked, where known: what an admin-consent link is made of. */
  identity?: AppIdentity | undefined;
  /** Milliseconds since 1970, for an answer that doesn't say when it was given. */
  now: number;
}

/** An answer that is no success, as an error with a remedy. Takes any body: JSON, text, HTML, none. */
export function graphFailure(response: Response, bodyText: string, context: FailureContext): AppIdentityError {
  const { status, headers, url } = response;
  const { identity, graphRoot, now } = context;
  const { code: graphCode = "", message = "", requestId } = readErrorBody(bodyText, headers);
  const retryAfterMs = retryAfterOf(headers, now);
  const { code, consent, ...meaning } = meaningOf({ status, headers, url, code: graphCode, message, retryAfterMs });
  const said = (graphCode && ` ${graphCode}`) + (message && `: ${message}`);
  return new AppIdentityError(code, `Graph answered ${status}${said || " without saying why"}`, {
    ...meaning,
    statusCode: status,
    host: new URL(graphRoot).host,
    graphCode: graphCode || undefined,
    requestId,
    retryAfterMs,
    adminConsentUrl: consent && identity ? adminConsentUrl(identity) : undefined,
  });
}

/** A request that isn't sent because another one was told to wait longer than the budget allows. */
export function throttledFailure(retryAfterMs: number, graphRoot: string): AppIdentityError {
  return new AppIdentityError("throttled", "Graph has throttled this client.", {
    remedy: throttleRemedy(retryAfterMs),
    retryable: true,
    retryAfterMs,
    host: new URL(graphRoot).host,
  });
}

/** Nobody follows a redirect: it could lead anywhere, and the token would go along. */
export function redirectFailure({ status, headers }: Response, graphRoot: string): AppIdentityError {
  const location = headers.get("location") ?? "";
  const to = URL.canParse(location, graphRoot) ? ` to ${new URL(location, graphRoot).host}` : "";
  return new AppIdentityError("unexpected_redirect", `Graph answered ${status}, a redirect${to}. It wasn't followed.`, {
    remedy:
      "Look for a proxy or sign-in page on the way. A file's content has a download URL: fetch that without a token.",
    statusCode: status,
    host: new URL(graphRoot).host,
  });
}
