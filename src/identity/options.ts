import type { Clock } from "../clock.js";
import type { Cloud, CloudHosts, CloudName } from "../clouds.js";
import type { Logger } from "../logger.js";
import type { Fetch } from "../transport.js";
import type { Credential, CredentialOptions } from "./credentials.js";
import type { TokenStore } from "./token-store.js";

/** What every app gives, whatever proves who it is. */
export interface CommonOptions {
  /** Default scopes, of one resource, each ending in `/.default`. Default: Microsoft Graph in the given cloud. */
  readonly scopes?: string | readonly string[];
  /** Decides login host, Graph root and default scope together. Default: the authority's cloud, else `"public"`. */
  readonly cloud?: CloudName | CloudHosts;
  /** Shares tokens between processes. Default: each process has its own. */
  readonly tokenStore?: TokenStore;
  /** Carries every request. Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** `console` or pino, as they are. Default: silence. */
  readonly logger?: Logger;
  /** @internal Time, for tests. */
  readonly clock?: Clock;
}

/** What a token request is made of: validated, complete, and without a secret in any field. */
export interface ResolvedIdentity {
  /** Empty for a `tokenCredential` that came without. */
  readonly tenantId: string;
  /** Empty for a `tokenCredential` that came without. */
  readonly clientId: string;
  readonly authority: Authority;
  readonly cloud: Cloud;
  readonly scopes: readonly string[];
  readonly credential: Credential;
  readonly fetch: Fetch;
  readonly logger: Logger | undefined;
  readonly tokenStore: TokenStore | undefined;
  readonly clock: Clock;
}

export interface Authority {
  /** `aad`: the token endpoint is known from the URL. `oidc`: it is discovered at `<url>/.well-known/openid-configuration`. */
  readonly kind: "aad" | "oidc";
  /** `https://<login host>/<tenant>`, without a slash at the end; for `oidc` as it was given. */
  readonly url: string;
  /** `<url>/oauth2/v2.0/token` of an `aad` authority. */
  readonly tokenEndpoint?: string;
  /** Hosts MSAL shall trust without asking. */
  readonly knownAuthorities: readonly string[];
}

type TenantOptions =
  | { readonly tenantId: string; readonly authority?: string; readonly oidcAuthority?: undefined }
  | { readonly tenantId?: string; readonly authority: string; readonly oidcAuthority?: undefined }
  | { readonly tenantId?: string; readonly authority?: undefined; readonly oidcAuthority: string };

/** Options of `AppIdentityAuthProvider`. A wrong combination is a type error. */
export type AppIdentityOptions = CommonOptions &
  (
    | ({ readonly clientId: string } & TenantOptions & Exclude<CredentialOptions, { readonly tokenCredential: object }>)
    | ({ readonly clientId?: string } & Partial<TenantOptions> &
        Extract<CredentialOptions, { readonly tokenCredential: object }>)
  );

/**
 * Checks everything that can be checked without asking Entra.
 * @throws AppIdentityError `invalid_options`, `invalid_scope`, `invalid_certificate`, `certificate_expired`.
 */
export declare function resolveOptions(options: AppIdentityOptions): ResolvedIdentity;
