import { randomUUID } from "node:crypto";
import type { WireReply, WireRequest } from "./wire.js";

const assertionDocs =
  "Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .";
const wrongTenant =
  "This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You";

interface Row {
  error: string;
  text: string;
  /** Default: 401 for `invalid_client`, else 400. */
  status?: number;
  /** Entra links its error page only for codes that the page knows. */
  linked?: true;
}

/**
 * Entra's failures as recorded or documented; `{name}` is filled in.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const rows = {
  50027: { error: "invalid_request", linked: true, text: "JWT token is invalid or malformed." },
  50049: { error: "invalid_instance", text: "Unknown or invalid instance." },
  50050: { error: "invalid_request", text: "The request is malformed." },
  50059: {
    error: "invalid_request",
    text: "No tenant-identifying information found in either the request or implied by any provided credentials.",
  },
  50196: {
    error: "invalid_grant",
    text: "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
  },
  53003: {
    error: "access_denied",
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
  },
  70003: { error: "unsupported_grant_type", text: "The app requested an unsupported grant type '{grant}'." },
  70011: {
    error: "invalid_scope",
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
  },
  90002: {
    error: "invalid_request",
    linked: true,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  90013: { error: "invalid_request", text: "Invalid input received from the user." },
  90014: {
    error: "invalid_request",
    linked: true,
    text: "The required field '{claim}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
  },
  90033: { error: "temporarily_unavailable", status: 503, text: "A transient error has occurred. Please try again." },
  90055: {
    error: "temporarily_unavailable",
    status: 429,
    text: "There are too many requests from this client. Please try again later.",
  },
  700021: {
    error: "invalid_client",
    linked: true,
    text: `Client assertion application identifier doesn't match 'client_id' parameter. ${assertionDocs}`,
  },
  700022: {
    error: "invalid_scope",
    text: "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.",
  },
  700023: {
    error: "invalid_client",
    text: `Client assertion audience claim does not match Realm issuer. ${assertionDocs}`,
  },
  700024: {
    error: "invalid_client",
    linked: true,
    text: `Client assertion is not within its valid time range. Current time: {now}, assertion valid from {from}, expiry time of assertion {to}. ${assertionDocs}`,
  },
  700027: { error: "invalid_client", text: "{what} [Reason - {reason}]" },
  700038: { error: "unauthorized_client", text: "{app} is not a valid application identifier." },
  700016: {
    error: "unauthorized_client",
    linked: true,
    text: `Application with identifier '{app}' was not found in the directory '{tenant}'. ${wrongTenant} may have sent your authentication request to the wrong tenant.`,
  },
  700211: {
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion issuer '{value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  700212: {
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion audience '{value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  700213: {
    error: "invalid_client",
    text: "No matching federated identity record found for presented assertion subject '{value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
  },
  500011: {
    error: "invalid_resource",
    linked: true,
    text: `The resource principal named {resource} was not found in the tenant named {tenant}. ${wrongTenant} might have sent your authentication request to the wrong tenant.`,
  },
  900023: {
    error: "invalid_request",
    linked: true,
    text: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
  },
  900144: { error: "invalid_request", text: "The request body must contain the following parameter: '{name}'." },
  900561: { error: "invalid_request", text: "The endpoint only accepts POST requests. Received a {method} request." },
  901002: { error: "invalid_request", text: "The 'resource' request parameter is not supported." },
  1002012: {
    error: "invalid_scope",
    text: "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
  5002723: {
    error: "invalid_client",
    linked: true,
    text: "Invalid JWT token. No certificate SHA-1 thumbprint, certificate SHA-256 thumbprint, nor keyId specified in token header.",
  },
  5002738: {
    error: "invalid_client",
    linked: true,
    text: "Invalid JWT token. '{alg}' is not a supported signature algorithm. Supported signing algorithms are: '{supported}'",
  },
  7000112: { error: "unauthorized_client", text: "Application '{app}'({name}) is disabled." },
  7000215: {
    error: "invalid_client",
    linked: true,
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{app}'.",
  },
  7000218: {
    error: "invalid_client",
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  7000222: {
    error: "invalid_client",
    linked: true,
    text: "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
} satisfies Record<number, Row>;

/** The AADSTS codes that the emulator can answer with. */
export type AadstsCode = keyof typeof rows;

/** A refusal on its way to the client. */
export class EntraFailure extends Error {
  constructor(
    readonly code: AadstsCode,
    readonly values: Readonly<Record<string, string>> = {},
    /** In place of the OAuth error that usually comes with the code. */
    readonly oauthError?: string,
  ) {
    super(`AADSTS${code}`);
  }
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that ties an answer to its request: the client's own, if it is a GUID. */
export function correlationIdOf({ url, headers, body }: WireRequest): string {
  const sent =
    headers["client-request-id"] ??
    new URLSearchParams(body).get("client-request-id") ??
    url.searchParams.get("client-request-id");
  return sent && guid.test(sent) ? sent : randomUUID();
}

/** Between code, ids and timestamp: spaces since 2023, line ends before. Clients have to read both. */
export type ErrorSeparator = "space" | "crlf";

/** A refusal as Entra words it. The trace id is added by `entraReply`, which also sends it as a header. */
export function failureReply(request: WireRequest, failure: EntraFailure, separator: ErrorSeparator): WireReply {
  const { error, text, status, linked }: Row = rows[failure.code];
  const traceId = randomUUID();
  const correlationId = correlationIdOf(request);
  const timestamp = new Date(request.at).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const said = text.replace(/\{(\w+)\}/g, (_, name: string) => failure.values[name] ?? "");
  const parts = [
    `AADSTS${failure.code}: ${said}`,
    `Trace ID: ${traceId}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${timestamp}`,
  ];
  return {
    status: status ?? (error === "invalid_client" ? 401 : 400),
    headers: { "x-ms-request-id": traceId },
    body: JSON.stringify({
      error: failure.oauthError ?? error,
      error_description: parts.join(separator === "crlf" ? "\r\n" : " "),
      error_codes: [failure.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      ...(linked && { error_uri: `${request.url.origin}/error?code=${failure.code}` }),
    }),
  };
}
