import { AppIdentityError, type AppIdentityErrorCode } from "../../errors.js";
import { portal } from "../portal.js";

/** Who asked for the token that Entra refused. */
interface TokenAsker {
  readonly tenantId: string;
  readonly clientId: string;
}

interface Verdict {
  readonly code: AppIdentityErrorCode;
  readonly remedy: string | ((asker: TokenAsker) => string);
  readonly retryable?: boolean;
}

const wrongTenant: Verdict = {
  code: "tenant_not_found",
  remedy: ({ tenantId }) =>
    `Check "${tenantId}" against ${portal.tenantId}. If it is right, the tenant is in another national cloud: set "cloud".`,
};
const otherCloud: Verdict = {
  code: "tenant_not_found",
  remedy:
    'The tenant is in another national cloud: set "cloud" (or AZURE_AUTHORITY_HOST) to the one its portal belongs to.',
};
const unknownHost: Verdict = {
  code: "tenant_not_found",
  remedy:
    'Entra doesn\'t know this login host. Check "authority" or "cloud"; a custom URL domain of External ID goes into "oidcAuthority".',
};
const unknownApp: Verdict = {
  code: "app_not_found",
  remedy: ({ tenantId, clientId }) =>
    `Check "${clientId}" against ${portal.clientId}, and that it is registered in ${tenantId}. An app from elsewhere needs an administrator's consent in this tenant first; one that is new may take a moment.`,
};
const noCredential: Verdict = {
  code: "invalid_credential",
  remedy: "The credential got lost on the way: look at a custom fetch or a proxy that changes the request's body.",
};
const wrongScope: Verdict = {
  code: "invalid_scope",
  remedy:
    'Ask for one resource with "/.default" behind it, such as "https://graph.microsoft.com/.default" or "api://<application id>/.default".',
};
const wrongKey: Verdict = {
  code: "invalid_credential",
  remedy: `Upload this certificate's public half, or use the certificate whose thumbprint is listed under ${portal.certificates}. A new one takes a minute to be known everywhere.`,
};
const endedCertificate: Verdict = {
  code: "expired_credential",
  remedy: `Make a new certificate and upload its public half under ${portal.certificates}; a replaced file is taken over without a restart.`,
};
const malformedAssertion: Verdict = {
  code: "invalid_credential",
  remedy:
    "Sign with RS256 or PS256, with x5t#S256 in the header and iss, sub, aud, exp and jti in the payload; clientCertificate does all that.",
};
const federation = (field: string): Verdict => ({
  code: "invalid_credential",
  remedy: `Compare the assertion's ${field} with the one under ${portal.federatedCredentials}; upper and lower case count.`,
});
const passing: Verdict = {
  code: "entra_unavailable",
  remedy: "Nothing to change here: the identity platform has a passing problem, so try again later.",
  retryable: true,
};
const tooMany: Verdict = {
  code: "throttled",
  remedy: "Ask for fewer tokens: share one provider in a process, and a tokenStore between processes.",
};

/**
 * What Entra's codes mean for an app that asks as itself.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const verdicts: Readonly<Record<number, Verdict>> = {
  // Secrets
  7000215: {
    code: "invalid_credential",
    remedy: `Use the secret's value, not its ID, whole and unchanged: ${portal.clientSecret}. If it is lost, add a new secret.`,
  },
  7000222: {
    code: "expired_credential",
    remedy: `Add a new secret and use its value: ${portal.clientSecret}. A function given as "clientSecret" takes it over without a restart.`,
  },
  7000216: noCredential,
  7000218: noCredential,
  700025: {
    code: "invalid_credential",
    remedy:
      "The app counts as a public client, which has no credentials: check clientId, and that Authentication → Allow public client flows is off.",
  },
  70025: {
    code: "invalid_credential",
    remedy: `The app trusts no federated identity: add one under ${portal.federatedCredentials}, with the assertion's iss, sub and aud.`,
  },
  700222: {
    code: "invalid_credential",
    remedy:
      "The assertion is a token of Entra's own for something else: give the one of the workload's issuer, or of the managed identity for api://AzureADTokenExchange.",
  },
  7000213: {
    code: "invalid_credential",
    remedy:
      "The certificate's chain isn't accepted: send it whole, leaf first, with sendX5c, or leave that out and upload the certificate itself.",
  },
  9002313: {
    code: "token_request_rejected",
    remedy:
      "The request reached Entra malformed: look at a custom fetch or a proxy that changes its body, and at values that were cut or quoted twice.",
  },
  5000225: {
    code: "tenant_not_found",
    remedy:
      "The tenant is blocked for inactivity: its owner reactivates it in the Azure portal, or asks Microsoft's support.",
  },
  // Certificates and assertions
  700027: wrongKey,
  7000274: wrongKey,
  700030: {
    code: "invalid_credential",
    remedy:
      "The certificate's subject or issuer isn't registered for this app: check its trusted names, or leave sendX5c out and upload the certificate.",
  },
  7000214: endedCertificate,
  7000277: endedCertificate,
  1000502: endedCertificate,
  700024: {
    code: "invalid_credential",
    remedy:
      "Check this machine's clock (the message has Entra's time), or what signs the assertion if it isn't made here.",
  },
  700021: {
    code: "invalid_credential",
    remedy: ({ clientId }) => `The assertion is for another app: its iss and sub must both be ${clientId}.`,
  },
  700023: {
    code: "invalid_credential",
    remedy: "The assertion's aud must be the token endpoint, which clientAssertion is told as tokenEndpoint.",
  },
  50027: malformedAssertion,
  90014: malformedAssertion,
  5002723: malformedAssertion,
  5002738: malformedAssertion,
  700211: federation("iss"),
  700212: federation("aud"),
  700213: federation("sub"),
  70021: federation("iss, sub and aud"),
  // The app and its tenant
  700016: unknownApp,
  700038: unknownApp,
  7000229: {
    code: "app_not_found",
    remedy: ({ tenantId }) =>
      `The app is registered, but not yet present in ${tenantId}: an administrator there grants consent under ${portal.permissions}.`,
  },
  7000112: {
    code: "app_disabled",
    remedy:
      "An administrator enables it: Entra admin center → Enterprise applications → your app → Properties → Enabled for users to sign-in.",
  },
  90002: wrongTenant,
  900023: wrongTenant,
  50059: wrongTenant,
  90038: otherCloud,
  900382: otherCloud,
  900432: otherCloud,
  50049: unknownHost,
  50050: unknownHost,
  // What was asked for
  1002012: wrongScope,
  70011: wrongScope,
  700022: wrongScope,
  500011: {
    code: "resource_not_found",
    remedy: ({ tenantId }) =>
      `Check the application ID URI in "scopes", and that this API exists in ${tenantId} (an administrator's consent adds it). Graph's own scope must be the one of this cloud.`,
  },
  500014: {
    code: "resource_not_found",
    remedy:
      "The API is disabled in this tenant: an administrator enables it under Entra admin center → Enterprise applications → the API → Properties.",
  },
  501051: {
    code: "permission_missing",
    remedy: `The API admits only apps with a role of its own: add one as application permission under ${portal.permissions}, and grant consent.`,
  },
  900144: {
    code: "token_request_rejected",
    remedy: "A part of the request got lost on the way: look at a custom fetch or a proxy that changes its body.",
  },
  // Policies and trouble
  53003: {
    code: "blocked_by_policy",
    remedy:
      "A Conditional Access policy for workload identities blocks the app here. Entra admin center → Sign-in logs → Service principal sign-ins names it; find it by correlation id.",
  },
  700082: {
    code: "expired_credential",
    remedy: "A refresh token has expired. An app has none of its own: look at what replaces its requests on the way.",
  },
  50196: {
    ...tooMany,
    remedy: `Entra saw a loop. ${tooMany.remedy} It lets the app in again after some minutes without requests.`,
  },
  90055: { ...tooMany, retryable: true },
  90006: passing,
  90024: passing,
  90033: passing,
};

/** For codes that aren't in the table. */
const byOauthError: Readonly<Record<string, AppIdentityErrorCode>> = {
  invalid_client: "invalid_credential",
  invalid_scope: "invalid_scope",
  invalid_resource: "resource_not_found",
  invalid_tenant: "tenant_not_found",
  interaction_required: "blocked_by_policy",
};

/** Entra's own texts have some hundred characters; something else may answer in its place. */
const longestText = 2_000;

/**
 * The failure that a token endpoint's error body describes.
 * @param body `error`, `error_description`, `error_codes`, `trace_id`, `correlation_id`; each may be missing or of the wrong type.
 */
export function entraFailure(body: Record<string, unknown>, statusCode: number, asker: TokenAsker): AppIdentityError {
  const description = textOf(body.error_description)?.slice(0, longestText);
  const aadsts = numericCode(body.error_codes) ?? numericCode([Number(/AADSTS(\d+)/.exec(description ?? "")?.[1])]);
  const oauthError = textOf(body.error);
  const { code, remedy, retryable } = verdictOn(aadsts, oauthError, statusCode);
  const name = aadsts === undefined ? "Entra" : `Entra (AADSTS${aadsts})`;
  const says = sentence(description) || oauthError;
  const message = says ? `${name} refused the token: ${says}` : `${name} answered HTTP ${statusCode}.`;
  return new AppIdentityError(code, message, {
    remedy: typeof remedy === "function" ? remedy(asker) : remedy,
    retryable,
    statusCode,
    aadsts,
    oauthError,
    oauthDescription: description,
    traceId: textOf(body.trace_id) ?? /Trace ID: ([0-9a-f-]{36})/i.exec(description ?? "")?.[1],
    correlationId: textOf(body.correlation_id) ?? /Correlation ID: ([0-9a-f-]{36})/i.exec(description ?? "")?.[1],
  });
}

function verdictOn(aadsts: number | undefined, oauthError: string | undefined, statusCode: number): Verdict {
  const known = aadsts === undefined ? undefined : verdicts[aadsts];
  if (known) return known;
  if (statusCode === 429) return { ...tooMany, retryable: true };
  if (statusCode >= 500 || oauthError === "temporarily_unavailable" || oauthError === "server_error") return passing;
  const code =
    oauthError !== undefined && Object.hasOwn(byOauthError, oauthError) ? byOauthError[oauthError] : undefined;
  return {
    code: code ?? "token_request_rejected",
    remedy:
      aadsts === undefined
        ? "Look at what answers for the login host; if it is Entra, its support can find the request by correlation id."
        : `https://login.microsoftonline.com/error?code=${aadsts} explains this code; support can find the request by correlation id.`,
  };
}

/** Entra's text without its number and the ids behind it, which it separates by spaces or line breaks. */
function sentence(description = ""): string {
  return description
    .replace(/^AADSTS\d+:\s*/, "")
    .replace(/\s*Trace ID:.*$/is, "")
    .replace(/\s+/g, " ")
    .trim();
}

function numericCode(codes: unknown): number | undefined {
  const first = Array.isArray(codes) ? Number(codes[0]) : Number.NaN;
  return Number.isSafeInteger(first) && first > 0 ? first : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
