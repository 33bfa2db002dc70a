import { cloudOfLoginHost, clouds } from "../wire/hosts.js";
import { EntraFailure } from "./failure.js";

const instanceName = ({ hostname }: URL) => hostname.replace(/^login\./, "");

const isShared = (id: string) => /^[a-z]+$/.test(id);
const issuerTenant = (id: string) => (isShared(id) ? "{tenantid}" : id);

/** What MSAL reads of it: the two endpoints, the issuer and `jwks_uri`. For a domain name, too, it holds the tenant's id. */
export function openIdConfiguration(url: URL, id: string): object {
  const cloud = cloudOfLoginHost(url.hostname);
  // External ID puts the tenant's id into the issuer's host.
  const issuerOrigin = url.hostname.endsWith(".ciamlogin.com") ? `https://${id}.ciamlogin.com` : url.origin;
  const graph = cloud ? new URL(`https://${cloud.graph[0]}`) : url;
  return {
    token_endpoint: `${url.origin}/${id}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "private_key_jwt",
      "client_secret_basic",
      "self_signed_tls_client_auth",
    ],
    jwks_uri: `${url.origin}/${id}/discovery/v2.0/keys`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `${issuerOrigin}/${issuerTenant(id)}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${graph.origin}/oidc/userinfo`,
    authorization_endpoint: `${url.origin}/${id}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${url.origin}/${id}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${url.origin}/${id}/oauth2/v2.0/logout`,
    claims_supported: claimsSupported,
    kerberos_endpoint: `${url.origin}/${id}/kerberos`,
    // These and self_signed_tls_client_auth: recorded in 2026.
    mtls_endpoint_aliases: { token_endpoint: `${url.origin}/${id}/oauth2/v2.0/token` },
    tls_client_certificate_bound_access_tokens: true,
    tenant_region_scope: isShared(id) ? null : "EU",
    cloud_instance_name: instanceName(url),
    cloud_graph_host_name: cloud ? "graph.windows.net" : url.host,
    msgraph_host: graph.host,
    rbac_url: cloud ? "https://pas.windows.net" : url.origin,
  };
}

/**
 * The document of the v1.0 endpoints, which older libraries and scripts ask for.
 * @see https://learn.microsoft.com/azure/active-directory/azuread-dev/v1-oauth2-client-creds-grant-flow
 */
export function openIdConfigurationV1(url: URL, id: string): object {
  const {
    request_uri_parameter_supported: _,
    kerberos_endpoint: __,
    mtls_endpoint_aliases: ___,
    tls_client_certificate_bound_access_tokens: ____,
    ...shown
  } = openIdConfiguration(url, id) as Record<string, unknown>;
  return {
    ...shown,
    token_endpoint: `${url.origin}/${id}/oauth2/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${url.origin}/common/discovery/keys`,
    response_types_supported: ["code", "id_token", "code id_token", "token id_token", "token"],
    scopes_supported: ["openid"],
    issuer: `https://sts.windows.net/${issuerTenant(id)}/`,
    microsoft_multi_refresh_token: true,
    authorization_endpoint: `${url.origin}/${id}/oauth2/authorize`,
    device_authorization_endpoint: `${url.origin}/${id}/oauth2/devicecode`,
    end_session_endpoint: `${url.origin}/${id}/oauth2/logout`,
    claims_supported: claimsSupportedV1,
    check_session_iframe: `${url.origin}/${id}/oauth2/checksession`,
    userinfo_endpoint: `${url.origin}/${id}/openid/userinfo`,
  };
}

const claimsSupported = `sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp
  iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email`.split(/\s+/);

const claimsSupportedV1 = [
  ...claimsSupported.slice(0, claimsSupported.indexOf("acr") + 1),
  ...["amr", "nonce", "email", "given_name", "family_name", "nickname"],
];

/** Still listed, though nothing is there any more that an app could ask. */
const otherInstances = [{ login: ["login.microsoftonline.de"] }, { login: ["login-us.microsoftonline.com"] }];

const isThisMachine = ({ hostname }: URL) => ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

/** Which hosts belong to one cloud. MSAL asks only for hosts that it doesn't know by heart. */
export function instanceDiscovery(url: URL): object {
  let asked: URL;
  try {
    asked = new URL(url.searchParams.get("authorization_endpoint") ?? "");
  } catch {
    throw new EntraFailure(50050);
  }
  const listed = [...clouds, ...otherInstances];
  // Through its proxy, the emulator may be asked under Microsoft's name whether it is known under its own.
  const own = [...(cloudOfLoginHost(url.hostname) ? [] : [url.host]), ...(isThisMachine(asked) ? [asked.host] : [])];
  const known = [...listed, ...[...new Set(own)].map((host) => ({ login: [host] }))];
  if (!known.some(({ login }) => login.includes(asked.host))) throw new EntraFailure(50049);
  const [, tenant = "common", ...endpoint] = asked.pathname.split("/");
  const version = endpoint.join("/") === "oauth2/authorize" ? "" : "v2.0/";
  return {
    tenant_discovery_endpoint: `${asked.origin}/${tenant}/${version}.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: known.map(({ login }) => ({
      preferred_network: login[0],
      preferred_cache: login.includes("login.windows.net") ? "login.windows.net" : login[0],
      aliases: login,
    })),
  };
}

/** The public half of what tokens are signed with. */
export function keysDocument(url: URL, id: string, jwk: object): object {
  return {
    keys: [{ ...jwk, cloud_instance_name: instanceName(url), issuer: `${url.origin}/${issuerTenant(id)}/v2.0` }],
  };
}

/** The same for the v1.0 endpoints, whose keys name no issuer. */
export function keysDocumentV1(url: URL, jwk: object): object {
  return { keys: [{ ...jwk, cloud_instance_name: instanceName(url) }] };
}
