import type { AuthenticationResult, Configuration } from "@azure/msal-node";
import { AppIdentityError } from "../../errors.js";
import { KnownSecrets } from "../../http/known-secrets.js";
import { safeCause, safeReason } from "../../http/safe-cause.js";
import type { ResolvedIdentity } from "../configuration/options.js";
import type { Proof } from "../credentials/credential.js";
import type { Token } from "../tokens/token.js";
import { loadMsal } from "./msal-library.js";
import { EntraNetwork } from "./msal-network.js";

/** What one token request asks for. */
export interface TokenQuery {
  scopes: readonly string[];
  claims: string | undefined;
  enableCae: boolean;
}

/**
 * One token request, spoken by MSAL.
 *
 * Its client lives for this request only: a shared one slows down with every token it holds, replays one failure for a minute, and may
 * send an assertion with a second of life left. A new one costs 0.2 ms, with a certificate 1.2 ms.
 * @throws AppIdentityError for whatever went wrong; the signal's reason when it aborts.
 */
export async function requestToken(
  identity: ResolvedIdentity,
  proof: Proof,
  query: TokenQuery,
  signal: AbortSignal,
): Promise<Token> {
  const { authority, clientId, tenantId, fetch, clock } = identity;
  const msal = await loadMsal();
  const trustedHosts = [new URL(authority.url).host, ...authority.knownAuthorities];
  const network = new EntraNetwork({ fetch, clock, signal, trustedHosts, context: { tenantId, clientId } });
  const auth: Configuration["auth"] = {
    ...proof,
    clientId,
    authority: authority.url,
    knownAuthorities: [...authority.knownAuthorities],
    ...(authority.tokenEndpoint && { authorityMetadata: metadata(authority.url, authority.tokenEndpoint) }),
    ...(query.enableCae && { clientCapabilities: ["cp1"] }),
  };
  const protocolMode = authority.kind === "oidc" ? msal.ProtocolMode.OIDC : msal.ProtocolMode.AAD;
  let result: AuthenticationResult | null;
  try {
    const client = new msal.ConfidentialClientApplication({ auth, system: { networkClient: network, protocolMode } });
    result = await client.acquireTokenByClientCredential({
      scopes: [...query.scopes],
      skipCache: true,
      // Regional endpoints are for Microsoft's own services; MSAL_FORCE_REGION must not send credentials to another host.
      azureRegion: "DisableMsalForceRegion",
      ...(query.claims !== undefined && { claims: query.claims }),
    });
  } catch (error) {
    throw network.failure ?? (signal.aborted ? signal.reason : refused(error, authority.url, proof));
  }
  if (!result?.accessToken || network.token?.value !== result.accessToken)
    throw refused(undefined, authority.url, proof);
  return network.token;
}

/** Spares MSAL the discovery request: an Entra authority's endpoints follow from its URL. */
function metadata(url: string, tokenEndpoint: string): string {
  return JSON.stringify({
    token_endpoint: tokenEndpoint,
    authorization_endpoint: `${url}/oauth2/v2.0/authorize`,
    issuer: `${url}/v2.0`,
    jwks_uri: `${url}/discovery/v2.0/keys`,
  });
}

/** What MSAL itself refuses, before or after the network. */
function refused(thrown: unknown, authority: string, proof: Proof): AppIdentityError {
  if (thrown instanceof AppIdentityError) return thrown;
  const { clientSecret, clientAssertion, clientCertificate } = proof;
  const assertion = typeof clientAssertion === "string" ? clientAssertion : undefined;
  const secrets = new KnownSecrets([clientSecret, assertion, clientCertificate?.privateKey]);
  const cause = safeCause(thrown, secrets);
  const { errorCode } = (thrown ?? {}) as { errorCode?: string };
  if (errorCode === "endpoints_resolution_error") {
    return new AppIdentityError("invalid_token_response", `The discovery document of ${authority} can't be used.`, {
      remedy:
        "Check that the authority is complete, tenant included, and that the document's issuer is on the same host.",
      cause,
    });
  }
  return new AppIdentityError(
    "token_request_rejected",
    `The token request failed: ${thrown === undefined ? "no token came back" : safeReason(thrown, secrets)}.`,
    {
      remedy: "The cause tells more; check authority and credential.",
      cause,
    },
  );
}
