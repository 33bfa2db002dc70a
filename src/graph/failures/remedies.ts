import type { AppIdentityErrorCode } from "../../errors.js";
import { isTransientStatus } from "../../http/retry-after.js";
import { claimsChallenge } from "./claims-challenge.js";
import { permissionRemedy } from "./permission-remedy.js";

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
  /** Whether an administrator's consent cures it. */
  consent?: boolean;
}

/**
 * The first rule that fits says what a refusal means. Codes that say more than their status come first; else a clear status does, as
 * Graph's codes vary.
 */
const rules: [fits: (refusal: Refusal) => boolean, meaning: (refusal: Refusal) => Meaning][] = [
  [
    // Of 401 and of 403: the status would speak of the token or of one permission.
    ({ code }) => code === "Authorization_IdentityNotFound",
    () => ({
      code: "permission_missing",
      remedy:
        "The app has no service principal in this tenant: have an administrator consent to it there, and check the tenant id.",
      consent: true,
    }),
  ],
  [
    ({ code }) => code === "Authorization_IdentityDisabled",
    () => ({
      code: "app_disabled",
      remedy: "The app's service principal is disabled: an administrator enables it under Enterprise applications.",
    }),
  ],
  [
    // The embedded tenant's own: no service sends it.
    ({ code }) => code === "EmulatorGap",
    () => ({
      code: "unsupported_query",
      remedy:
        "Graph has this, and the embedded tenant (graph-app-identity/testing) hasn't: ask a real tenant, or answer it by a fetch of the test's own.",
    }),
  ],
  [
    ({ status, message }) => status === 403 && message.includes("[RAOP]"),
    () => ({
      code: "blocked_by_policy",
      remedy:
        "An application access policy of Exchange keeps this app from the mailbox: Test-ApplicationAccessPolicy tells which, and an Exchange administrator changes it.",
    }),
  ],
  [
    ({ code }) => /NonPremiumTenant/i.test(code),
    () => ({
      code: "permission_missing",
      remedy: "The tenant needs a Microsoft Entra ID P1 or P2 licence for this data.",
    }),
  ],
  [
    ({ code }) =>
      /^(Mailbox(NotEnabled|NotSupported)ForRESTAPI|MailboxNotHostedInExchangeOnline|ErrorNonExistentMailbox)$/.test(
        code,
      ),
    () => ({
      code: "not_found",
      remedy: "There is no mailbox in Exchange Online behind this address: it has no licence, or is kept elsewhere.",
    }),
  ],
  [
    ({ message }) => /does not have a SPO license/i.test(message),
    () => ({ code: "bad_request", remedy: "The tenant has no SharePoint licence, and none of its sites and files." }),
  ],
  [
    ({ message }) => /\/me\b.*delegated/i.test(message),
    () => ({
      code: "bad_request",
      remedy: "An app has no signed-in user: ask for the object by its id, as in users/{id}, in place of /me.",
    }),
  ],
  [
    ({ status, code }) => status === 509 || code === "activityLimitReached",
    ({ retryAfterMs }) => ({ code: "throttled", remedy: throttleRemedy(retryAfterMs), retryable: true }),
  ],
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
  [
    ({ status }) => status === 403,
    (refusal) => ({ code: "permission_missing", remedy: permissionRemedy(refusal), consent: true }),
  ],
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
