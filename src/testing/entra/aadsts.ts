const assertionDocs =
  "Review the documentation at https://docs.microsoft.com/azure/active-directory/develop/active-directory-certificate-credentials .";
const wrongTenant =
  "This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You";

/** The AADSTS codes that the emulator can answer with. */
// biome-ignore format: a column of forty lines tells no more
export type AadstsCode =
  | 50027 | 50049 | 50050 | 50059 | 50196 | 53003 | 70003 | 70011 | 90002 | 90013
  | 90014 | 90033 | 90055 | 500011 | 700016 | 700021 | 700022 | 700023 | 700024 | 700025
  | 700027 | 700038 | 700211 | 700212 | 700213 | 900023 | 900144 | 900561 | 901002 | 1002012
  | 5002723 | 5002738 | 7000112 | 7000215 | 7000218 | 7000222;

/** How Entra words one of its refusals. */
export interface AadstsRow {
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
export const aadsts: Record<AadstsCode, AadstsRow> = {
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
  700025: {
    error: "invalid_client",
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
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
};
