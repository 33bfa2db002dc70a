import { adminConsentUrl } from "../access-token.js";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import type { ResolvedIdentity } from "./configuration/options.js";
import type { Credential } from "./credentials/credential.js";
import { jwtClaims } from "./jwt-claims.js";
import type { Token } from "./tokens/token.js";

/** What `verify()` is to look at. */
export interface VerifyOptions {
  /** Application permissions that the job needs, such as `User.Read.All`; compared by name, so a wider one doesn't count for a narrower. */
  roles?: readonly string[] | undefined;
  /** The resource to look at, as in `getAccessToken()`. Default: the provider's. */
  scopes?: string | readonly string[] | undefined;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** Who the app is, and what it may do. Nothing in it is secret. */
export interface Verification {
  /** The tenant's id as the token has it, else as it was configured. */
  tenantId: string;
  /** The app's id as the token has it, else as it was configured. */
  clientId: string;
  /** What the app is called in its registration, where the token says so. */
  appName?: string;
  /** How the app proved who it is; a certificate also tells when it ends. */
  credential: { kind: Credential["kind"]; expiresOn?: Date };
  /** Application permissions for the resource. Absent where the token can't be read. */
  roles?: { granted: string[]; missing: string[] };
  /** `lifetimeMs` counts from now. */
  token: { expiresOn: Date; lifetimeMs: number };
  /** This machine's clock minus Entra's, exact to about a second; positive where this one is ahead. Absent where Entra's isn't known. */
  clockSkewMs?: number;
  /** Where an administrator grants what is missing; only where something is. */
  adminConsentUrl?: string;
}

const checks = {
  roles: {
    accepts: (value) => Array.isArray(value) && value.every((role) => typeof role === "string"),
    expected: "a list of permissions",
    remedy: 'Write it as roles: ["User.Read.All"].',
  },
  // Looked at where scopes are read.
  scopes: kinds.anything,
  signal: kinds.signal,
} satisfies Checks<VerifyOptions>;

/** @throws AppIdentityError `invalid_options` */
export function checkVerifyOptions(options: VerifyOptions): VerifyOptions {
  return checkedOptions(options, checks, "verify()");
}

/** What a token that was just acquired says about its app. */
export function verificationOf(
  identity: ResolvedIdentity,
  { value, expiresAt, clockSkewMs }: Token,
  wanted: readonly string[] = [],
): Verification {
  const { credential, cloud, clock } = identity;
  const claims = jwtClaims(value);
  const text = (...names: string[]) =>
    names.map((name) => claims?.[name]).find((claim): claim is string => typeof claim === "string" && claim !== "");
  const tenantId = text("tid") ?? identity.tenantId;
  const clientId = text("appid", "azp") ?? identity.clientId;
  const appName = text("app_displayname");
  const granted = Array.isArray(claims?.roles) ? claims.roles.map(String) : [];
  const missing = wanted.filter((role) => !granted.includes(role));
  const lacking = claims !== undefined && (granted.length === 0 || missing.length > 0);
  return {
    tenantId,
    clientId,
    ...(appName !== undefined && { appName }),
    credential: {
      kind: credential.kind,
      ...(credential.expiresAt !== undefined && { expiresOn: new Date(credential.expiresAt) }),
    },
    ...(claims && { roles: { granted, missing } }),
    token: { expiresOn: new Date(expiresAt), lifetimeMs: expiresAt - clock.now() },
    ...(clockSkewMs !== undefined && { clockSkewMs }),
    ...(lacking && { adminConsentUrl: adminConsentUrl({ loginHost: cloud.loginHost, tenantId, clientId }) }),
  };
}
