import { randomBytes } from "node:crypto";
import type { App } from "../app.js";
import { signJwt } from "../crypto/jwt.js";
import type { SigningKey } from "../crypto/signing-key.js";
import type { Tenant } from "../tenant.js";

export interface TokenContent {
  tenant: Tenant;
  app: App;
  /** `aud` as it was asked for. */
  audience: string;
  /** The API the token is for; `undefined` for Microsoft Graph. */
  api: App | undefined;
  /** `1` for a secret, `2` for a certificate or an assertion. */
  credentialKind: "1" | "2";
  /** What the client declared in `xms_cc`. */
  capabilities: readonly string[];
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  loginOrigin: string;
}

/**
 * An app-only access token. Graph's are version 1.0 even from the v2.0 endpoint.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function createAccessToken(content: TokenContent, key: SigningKey): string {
  const { tenant, app, api, audience, credentialKind, capabilities, issuedAt, expiresAt, loginOrigin } = content;
  const roles = app.rolesOn(api && audience);
  const opaque = () => randomBytes(24).toString("base64url");
  const version2 = api?.registration.accessTokenVersion === 2;
  const issuer = version2 ? `${loginOrigin}/${tenant.id}/v2.0` : `https://sts.windows.net/${tenant.id}/`;
  const claims = {
    aud: version2 ? api.clientId : audience,
    iss: issuer,
    iat: issuedAt,
    nbf: issuedAt,
    exp: expiresAt,
    aio: opaque(),
    ...(version2
      ? { azp: app.clientId, azpacr: credentialKind }
      : { app_displayname: app.displayName, appid: app.clientId, appidacr: credentialKind, idp: issuer, idtyp: "app" }),
    oid: app.objectId,
    rh: `0.${opaque()}.`,
    ...(roles.length > 0 && { roles }),
    sub: app.objectId,
    ...(!version2 && { tenant_region_scope: "EU" }),
    tid: tenant.id,
    uti: randomBytes(16).toString("base64url"),
    ver: version2 ? "2.0" : "1.0",
    ...(!version2 && { wids: ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"] }),
    ...(capabilities.length > 0 && { xms_cc: capabilities }),
    xms_ftd: opaque(),
  };
  const header = version2
    ? { typ: "JWT", alg: "RS256", kid: key.kid }
    : { typ: "JWT", nonce: opaque(), alg: "RS256", x5t: key.kid, kid: key.kid };
  return signJwt(header, claims, key.privateKey);
}
