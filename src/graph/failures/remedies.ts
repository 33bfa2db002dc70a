import type { AppIdentityErrorCode } from "../../errors.js";
import { isTransientStatus } from "../../http/retry-after.js";
import { claimsChallenge } from "./claims-challenge.js";

/** An answer, as far as its meaning depends on it. */
export interface Refusal {
  status: number;
  headers: Headers;
  url: string;
  /** Graph's error code, else empty. */
  code: string;
  /** Graph's message, else empty. */
  message: string;
  retryAfterMs: number | undefined;
}

export interface Meaning {
  code: AppIdentityErrorCode;
  remedy: string;
  retryable?: boolean;
}

/** The first rule that fits says what a refusal means. Where a status is clear it comes first, as Graph's codes vary. */
const rules: [fits: (refusal: Refusal) => boolean, meaning: (refusal: Refusal) => Meaning][] = [
  [
    ({ status }) => status === 429,
    ({ retryAfterMs }) => ({ code: "throttled", remedy: throttleRemedy(retryAfterMs), retryable: true }),
  ],
  [
    ({ status }) => isTransientStatus(status),
    () => ({
      code: "graph_unavailable",
      remedy: "Graph has trouble of its own: try again later; https://status.cloud.microsoft tells more.",
      retryable: true,
    }),
  ],
  [
    ({ code }) => /^(Directory_ExpiredPageToken|DirectoryPageTokenNotFoundException)$/.test(code),
    () => ({
      code: "page_token_expired",
      remedy: "Graph forgot where the listing was: list from the start.",
    }),
  ],
  [
    ({ status, code }) => status === 410 || /^(syncState|resync)/i.test(code),
    () => ({ code: "page_token_expired", remedy: "Graph no longer knows this state: synchronize from the start." }),
  ],
  [
    ({ status, headers }) => status === 401 && claimsChallenge(headers) !== undefined,
    () => ({
      code: "claims_challenge_unmet",
      remedy: "The new token doesn't hold what Graph asks for: see which Conditional Access policy covers this app.",
    }),
  ],
  [
    ({ status }) => status === 401,
    () => ({
      code: "unauthorized",
      remedy: "Check that the token is for this Graph: scope and Graph root must belong to the same cloud.",
    }),
  ],
  [({ status }) => status === 403, (refusal) => ({ code: "permission_missing", remedy: permissionRemedy(refusal) })],
  [
    ({ status }) => status === 404,
    () => ({
      code: "not_found",
      remedy: "Check the path and the id; what was just created can take a minute to appear.",
    }),
  ],
  [
    ({ status }) => status === 501,
    () => ({
      code: "unsupported_query",
      remedy:
        "Some properties can only be read of one object at a time: leave them out of select, and ask for the object by its id.",
    }),
  ],
  [
    ({ code, message }) => code === "Request_UnsupportedQuery" || /ConsistencyLevel|\$count is not/i.test(message),
    ({ message }) => ({ code: "unsupported_query", remedy: queryRemedy(message) }),
  ],
  [
    ({ status }) => status >= 500,
    () => ({ code: "graph_unavailable", remedy: "Graph doesn't serve this request: check its path and version." }),
  ],
];

export function meaningOf(refusal: Refusal): Meaning {
  const rule = rules.find(([fits]) => fits(refusal));
  return (
    rule?.[1](refusal) ?? {
      code: "bad_request",
      remedy: "Graph's message says what it didn't accept: correct the request.",
    }
  );
}

export function throttleRemedy(retryAfterMs: number | undefined): string {
  const wait = retryAfterMs === undefined ? "a while" : `${Math.ceil(retryAfterMs / 1000)} s`;
  return `Graph asks to be left alone for ${wait}: run later, or raise retry.budgetMs above that.`;
}

function queryRemedy(message: string): string {
  if (/page size/i.test(message)) return "Ask for 1 to 999 a page.";
  if (/ConsistencyLevel|\$count|\$search/i.test(message)) {
    return "This is an advanced query: send the header ConsistencyLevel: eventual together with $count=true.";
  }
  return "Graph can't filter or sort so, or only with the header ConsistencyLevel: eventual and $count=true.";
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

function permissionRemedy({ url, code, message }: Refusal): string {
  if (/NonPremiumTenant/i.test(code)) return "The tenant needs a Microsoft Entra ID P1 or P2 licence for this data.";
  const collection = url.split("/")[4]?.split(/[?(]/)[0]?.toLowerCase() ?? "";
  const named = /\b[A-Z]\w+\.Read\w*(\.\w+)*/.exec(message)?.[0] ?? permissions[collection] ?? "this path needs";
  return `Give the app the application (not delegated) permission ${named}, and have an administrator consent to it.`;
}
