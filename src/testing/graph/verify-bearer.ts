import type { App } from "../app.js";
import { decodeJwt, isSignedBy } from "../crypto/jwt.js";
import type { SigningKey } from "../crypto/signing-key.js";
import { clouds, graphAppId, namesEmulator, serviceOfHost } from "../wire/hosts.js";
import type { WireRequest } from "../wire/messages.js";
import { GraphRefusal } from "./refusal.js";

/** How the parameters of a claims challenge are spelt; both were seen from the service, and both are to be read. */
export type ChallengeSpelling = "quoted" | "unquoted";

const authorizationUri = "https://login.microsoftonline.com/common/oauth2/authorize";
const notWellFormed = `IDX14100: JWT is not well formed, there are no dots (.).
The token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EndcodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.`;
const revoked =
  "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";

const refusal = (
  message: string,
  challenge = `Bearer realm="", authorization_uri="${authorizationUri}", client_id="${graphAppId}"`,
) => new GraphRefusal(401, "InvalidAuthenticationToken", message, { "www-authenticate": challenge });

/** Graph challenges with claims that ask for a token from after the revocation. */
function claimsChallenge(validFrom: number, spelling: ChallengeSpelling): GraphRefusal {
  // A string, and a space after the comma: as recorded.
  const wanted = `{"access_token":{"nbf":{"essential":true, "value":"${validFrom}"}}}`;
  const error = 'error="insufficient_claims"';
  const claims = `claims="${Buffer.from(wanted).toString("base64")}"`;
  const description = `errorDescription="${revoked}"`;
  const challenge =
    spelling === "quoted"
      ? `Bearer realm="", authorization_uri="${authorizationUri}", client_id="${graphAppId}", ${description}, ${error}, ${claims}`
      : `Bearer realm="", authorization_uri=${authorizationUri}, client_id="${graphAppId}", ${error}, ${claims}, ${description}`;
  return refusal(revoked, challenge);
}

/** The audiences that a Graph host takes: its own. Under the emulator's own origin, any Graph there is. */
function accepts(audience: string, url: URL): boolean {
  if (audience === graphAppId || audience === url.origin || namesEmulator(audience, url)) return true;
  const hosts = clouds.flatMap(({ graph }) => graph);
  return serviceOfHost(url.hostname) === undefined && hosts.some((host) => audience === `https://${host}`);
}

/**
 * Verifies the token of a Graph request and gives its claims.
 * @throws GraphRefusal
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function verifyBearer(
  { url, headers, at }: WireRequest,
  key: SigningKey,
  findApp: (tenantId: string, clientId: string) => App | undefined,
  spelling: ChallengeSpelling,
): Record<string, unknown> {
  const [, token] = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  if (token === undefined) throw refusal("Access token is empty.");
  const jwt = decodeJwt(token);
  if (!jwt) throw refusal(notWellFormed);
  const own = jwt.header.alg === "RS256" && jwt.header.kid === key.kid && isSignedBy(jwt, key.publicKey);
  if (!own) throw refusal("Access token validation failure.");
  const { claims } = jwt;
  if (at >= Number(claims.exp) * 1000) throw refusal("Lifetime validation failed, the token is expired.");
  if (!accepts(String(claims.aud).replace(/\/$/, ""), url))
    throw refusal("Access token validation failure. Invalid audience.");
  const app = findApp(String(claims.tid), String(claims.appid));
  if (!app) {
    const message = "The identity of the calling application could not be established.";
    throw new GraphRefusal(403, "Authorization_IdentityNotFound", message);
  }
  if (isRevoked(app, claims)) throw claimsChallenge(Math.max(app.validFrom, Number(claims.nbf) + 1), spelling);
  return claims;
}

/** Only a client that has declared cp1 is challenged: others keep their token until it expires. */
function isRevoked({ disabled, validFrom }: App, { xms_cc: capabilities, nbf }: Record<string, unknown>): boolean {
  const answersChallenges = [capabilities].flat().some((capability) => String(capability).toLowerCase() === "cp1");
  return answersChallenges && (disabled || Number(nbf) < validFrom);
}
