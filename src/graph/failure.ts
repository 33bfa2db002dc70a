import type { AppIdentity } from "../access-token.js";
import { AppIdentityError, type AppIdentityErrorCode, type AppIdentityErrorDetails } from "../errors.js";
import { isTransientStatus, parseRetryAfter } from "../retry-policy.js";
import { claimsChallenge } from "./challenge.js";
import { readErrorBody } from "./error-body.js";

/** What must be known beside an answer to say what it means. */
export interface FailureContext {
  /** Origin of the Graph that answered. */
  graphRoot: string;
  /** Who asked, where known: what an admin-consent link is made of. */
  identity?: AppIdentity | undefined;
  /** Milliseconds since 1970, for a Retry-After that is a date where the answer has none itself. */
  now: number;
}

type Meaning = [code: AppIdentityErrorCode, remedy: string, retryable?: boolean];

/** What an answer that is no success means, as an error with a remedy. Takes any body: JSON, text, HTML, none. */
export function graphFailure(response: Response, bodyText: string, context: FailureContext): AppIdentityError {
  const { status, headers } = response;
  const body = readErrorBody(bodyText, headers);
  // A Retry-After that is a date goes by the clock of the server, which may not be ours.
  const servedAt = Date.parse(headers.get("date") ?? "") || context.now;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), servedAt);
  const { code: graphCode = "", message = "" } = body;
  const [code, remedy, retryable = false] = meaningOf(response, graphCode, message, retryAfterMs);
  const details: AppIdentityErrorDetails = {
    remedy,
    retryable,
    statusCode: status,
    host: new URL(context.graphRoot).host,
    ...(graphCode && { graphCode }),
    ...(body.requestId && { requestId: body.requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(code === "permission_missing" && context.identity && { adminConsentUrl: adminConsentUrl(context.identity) }),
  };
  const said = [graphCode && ` ${graphCode}`, message && `: ${message}`].join("");
  return new AppIdentityError(code, `Graph answered ${status}${said || " without saying why"}`, details);
}

function meaningOf(response: Response, code: string, message: string, retryAfterMs: number | undefined): Meaning {
  const { status } = response;
  if (status === 429) return ["throttled", throttleRemedy(retryAfterMs), true];
  if (isTransientStatus(status)) {
    return [
      "graph_unavailable",
      "Graph has trouble of its own: try again later; https://status.cloud.microsoft tells more.",
      true,
    ];
  }
  if (/^(Directory_ExpiredPageToken|DirectoryPageTokenNotFoundException)$/.test(code)) {
    return ["page_token_expired", "Graph forgot where the listing was: list from the start, or with restart: true."];
  }
  if (status === 410 || /^(syncState|resync)/i.test(code)) {
    return ["page_token_expired", "Graph no longer knows this state: synchronize from the start."];
  }
  if (status === 401) {
    return claimsChallenge(response.headers) === undefined
      ? ["unauthorized", "Check that the token is for this Graph: scope and Graph root must belong to the same cloud."]
      : [
          "claims_challenge_unmet",
          "Graph wants claims that the new token doesn't meet: ask your administrator which Conditional Access policy covers this app.",
        ];
  }
  if (status === 403) return ["permission_missing", permissionRemedy(response, code, message)];
  if (status === 404)
    return ["not_found", "Check the path and the id; what was just created can take a minute to appear."];
  if (status === 501) {
    return [
      "unsupported_query",
      "Some properties can only be read one user at a time: leave them out of select, and read them from /users/{id}.",
    ];
  }
  if (code === "Request_UnsupportedQuery" || /ConsistencyLevel/i.test(message))
    return ["unsupported_query", queryRemedy(message)];
  if (status >= 500) return ["graph_unavailable", "Graph doesn't serve this request: check its path and version."];
  return ["bad_request", "Graph's message says what it didn't accept: correct the request."];
}

function queryRemedy(message: string): string {
  if (/page size/i.test(message)) return "Ask for 1 to 999 a page.";
  if (/ConsistencyLevel|\$count|\$search/i.test(message)) {
    return "This is an advanced query: send the header ConsistencyLevel: eventual together with $count=true.";
  }
  return "Graph can't filter or sort by that property in that way, or only as an advanced query (ConsistencyLevel: eventual and $count=true): see https://learn.microsoft.com/graph/aad-advanced-queries.";
}

/** Least application permission by the collection that was asked for. */
const permissions: Record<string, string> = {
  users: "User.Read.All",
  groups: "Group.Read.All",
  devices: "Device.Read.All",
  applications: "Application.Read.All",
  serviceprincipals: "Application.Read.All",
  organization: "Organization.Read.All",
  directoryroles: "RoleManagement.Read.Directory",
  auditlogs: "AuditLog.Read.All",
};

function permissionRemedy(response: Response, code: string, message: string): string {
  if (/NonPremiumTenant/i.test(code)) return "The tenant needs a Microsoft Entra ID P1 or P2 licence for this data.";
  const collection = response.url.split("/")[4]?.split(/[?(]/)[0]?.toLowerCase() ?? "";
  const named = /\b[A-Z]\w+\.Read\w*(\.\w+)*/.exec(message)?.[0] ?? permissions[collection];
  return `Give the app the application permission ${named ?? "that this path needs"} (a delegated one doesn't count) and have an administrator consent to it.`;
}

function adminConsentUrl({ loginHost, tenantId, clientId }: AppIdentity): string {
  return `https://${loginHost}/${encodeURIComponent(tenantId)}/adminconsent?client_id=${encodeURIComponent(clientId)}`;
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

function throttleRemedy(retryAfterMs: number | undefined): string {
  const wait = retryAfterMs === undefined ? "a while" : `${Math.ceil(retryAfterMs / 1000)} s`;
  return `Graph asks to be left alone for ${wait}: run later, or raise retry.budgetMs above that.`;
}

/** Graph's own answers never redirect: the place to go could be anyone's, so nobody follows. */
export function redirectFailure(response: Response, graphRoot: string): AppIdentityError {
  const to = URL.canParse(response.headers.get("location") ?? "", graphRoot)
    ? ` to ${new URL(response.headers.get("location") ?? "", graphRoot).host}`
    : "";
  return new AppIdentityError(
    "unexpected_redirect",
    `Graph answered ${response.status}, a redirect${to}, which is not followed.`,
    {
      remedy:
        "Look for a proxy or sign-in page on the way. For a file's content, ask for its download URL and fetch that without a token.",
      statusCode: response.status,
      host: new URL(graphRoot).host,
    },
  );
}
