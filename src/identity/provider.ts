import { inspect } from "node:util";
import type { AuthenticationProvider } from "@microsoft/microsoft-graph-client";
import type { AccessTokenOptions, AppIdentity, GraphTokenRequest } from "../access-token.js";
import { checkOptionNames, optionOf } from "../check-options.js";
import type { Cloud } from "../clouds.js";
import { AppIdentityError } from "../errors.js";
import { isGuid } from "../guid.js";
import type { Fetch } from "../http/fetch.js";
import { fromEnvironment } from "./configuration/from-environment.js";
import { fromParameters } from "./configuration/from-parameters.js";
import { inTenant } from "./configuration/in-tenant.js";
import { type AppIdentityOptions, type ResolvedIdentity, resolveOptions } from "./configuration/options.js";
import type { OptionOverrides } from "./configuration/overrides.js";
import { resolveScopes } from "./configuration/scopes.js";
import { acquireToken } from "./entra/acquire-token.js";
import { TokenManager, type TokenSubject } from "./tokens/token-manager.js";
import { checkVerifyOptions, type Verification, type VerifyOptions, verificationOf } from "./verify.js";

/** What Azure SDK clients ask of a credential. */
export interface GetTokenOptions {
  abortSignal?: AbortSignal;
  claims?: string;
  enableCae?: boolean;
  /** The tenant that a resource's challenge names. Refused where it isn't the provider's own. */
  tenantId?: string;
}

/** What they get. Times are milliseconds since 1970. */
export interface AzureAccessToken {
  token: string;
  expiresOnTimestamp: number;
  refreshAfterTimestamp: number;
  tokenType: "Bearer";
}

/** What the providers of one app share. `forTenant()` gives it to the constructor in place of options. */
class SharedState {
  constructor(
    readonly identity: ResolvedIdentity,
    readonly tokens: TokenManager,
  ) {}
}

/**
 * An app's identity in a Microsoft Entra tenant: tokens for Microsoft Graph, or any other API, as the app itself.
 *
 * Keep one for the life of the process. It holds the tokens, asks for each only once however many callers need it, gets the next one before
 * the last is over, and serves what it has for as long as it is good.
 *
 * @example
 * const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret });
 * const client = createGraphClient({ authProvider });
 */
export class AppIdentityAuthProvider implements AuthenticationProvider {
  static {
    // Bundlers rename classes that name themselves.
    Object.defineProperty(AppIdentityAuthProvider, "name", { value: "AppIdentityAuthProvider" });
  }

  /** Empty for a `tokenCredential` that came without. */
  readonly tenantId: string;
  /** Empty for a `tokenCredential` that came without. */
  readonly clientId: string;
  /** Where tokens come from and where they go. */
  readonly cloud: Cloud;
  /** What carries token requests; `createGraphClient()` takes it over. */
  readonly fetch: Fetch;
  readonly #identity: ResolvedIdentity;
  readonly #who: AppIdentity;
  readonly #tokens: TokenManager;
  readonly #usual: TokenSubject;
  readonly #usualWithCae: TokenSubject;

  /**
   * Checks the options, and sends nothing.
   * @throws AppIdentityError `invalid_options`, `invalid_scope`, `invalid_certificate`, `certificate_expired`.
   */
  constructor(options: AppIdentityOptions) {
    const { identity, tokens } = options instanceof SharedState ? options : newState(options);
    const { tenantId, clientId, cloud, fetch, scopes } = identity;
    this.tenantId = tenantId;
    this.clientId = clientId;
    this.cloud = cloud;
    this.fetch = fetch;
    this.#identity = identity;
    this.#who = Object.freeze({ tenantId, clientId, loginHost: cloud.loginHost });
    this.#tokens = tokens;
    this.#usual = this.#subject(scopes, false);
    this.#usualWithCae = this.#subject(scopes, true);
  }

  /**
   * A provider from the `AZURE_*` variables of `@azure/identity`, and `GRAPH_APP_IDENTITY_GRAPH_ROOT` for a Graph elsewhere.
   * @param overrides Options that win over the environment.
   * @throws AppIdentityError `invalid_options`, with the variables that are missing; else as the constructor does.
   */
  static fromEnvironment(env?: NodeJS.ProcessEnv, overrides?: OptionOverrides): AppIdentityAuthProvider {
    return new AppIdentityAuthProvider(fromEnvironment(env, overrides));
  }

  /**
   * A provider from the `parameters.json` of Microsoft's daemon quickstart.
   * @param source Path of the file, or what is in it.
   * @param overrides Options that win over the file.
   * @throws AppIdentityError `invalid_parameters`, with the fields to fill in; else as the constructor does.
   */
  static fromParameters(source: string | URL | object, overrides?: OptionOverrides): AppIdentityAuthProvider {
    return new AppIdentityAuthProvider(fromParameters(source, overrides));
  }

  /**
   * A bearer token. While one is in hand this takes about a microsecond.
   * @throws AppIdentityError `invalid_scope`, `invalid_options`, `aborted`, and whatever keeps Entra from giving a token: `invalid_credential`,
   * `expired_credential`, `app_not_found`, `tenant_not_found`, `throttled`, `entra_unavailable`, `network_error`, `timeout`, …
   * @example
   * const token = await authProvider.getAccessToken({ scopes: "api://orders.contoso.com/.default", signal });
   */
  getAccessToken(options?: AccessTokenOptions): Promise<string> {
    try {
      if (options !== undefined) checkRequest(options);
      // Listings and clients add what is theirs.
      const { scopes, enableCae, claims, forceRefresh, signal, refusedToken, onIdentity, onToken } = ownOf(
        options,
      ) as GraphTokenRequest;
      onIdentity?.(this.#who);
      const subject = this.#subjectOf(scopes, enableCae);
      if (!claims && !forceRefresh && !signal?.aborted) {
        const held = this.#tokens.inHand(subject);
        if (held) {
          onToken?.(held.value);
          return held.promise;
        }
      }
      const demand = { claims: checkClaims(claims), forceRefresh, refusedToken, signal };
      return this.#tokens.get(subject, demand).then(({ value }) => {
        onToken?.(value);
        return value;
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The same for Azure SDK clients, Kiota and others that take a `TokenCredential`.
   * @throws AppIdentityError as `getAccessToken()` does; `invalid_options` for the id of another tenant.
   */
  async getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AzureAccessToken> {
    // Own options only: what a stranger wrote to the prototype of all objects is none.
    const given = <K extends keyof GetTokenOptions>(name: K) =>
      (options ? optionOf(options, name) : undefined) as GetTokenOptions[K];
    const [signal, claims, tenantId] = [given("abortSignal"), given("claims"), given("tenantId")];
    const enableCae = given("enableCae");
    // Only two ids can be told apart: a domain may be the very tenant that the id names.
    if (tenantId && isGuid(tenantId) && isGuid(this.tenantId) && tenantId.toLowerCase() !== this.tenantId) {
      throw new AppIdentityError(
        "invalid_options",
        `A token of tenant ${tenantId} is asked of one for ${this.tenantId}.`,
        {
          remedy: "Give the client that asks a credential of its own: authProvider.forTenant(tenantId).",
        },
      );
    }
    const demand = { claims: checkClaims(claims), forceRefresh: undefined, refusedToken: undefined, signal };
    const held = await this.#tokens.get(this.#subjectOf(scopes, enableCae), demand);
    return {
      token: held.value,
      expiresOnTimestamp: held.expiresAt,
      refreshAfterTimestamp: held.refreshAt,
      tokenType: "Bearer",
    };
  }

  /**
   * Finds out when a job starts, rather than in the middle of it, whether Entra accepts tenant, app and credential, and what the app was
   * granted. Missing roles are reported, not thrown.
   *
   * It asks Entra each time, for the token that Graph clients use next: free for a job that starts, too much for a probe every second. A
   * token is opaque by contract: its contents serve this diagnosis only, unverified, and where they can't be read `roles` is absent.
   * @throws AppIdentityError as `getAccessToken()` does
   * @example
   * const { roles, adminConsentUrl } = await authProvider.verify({ roles: ["User.Read.All"] });
   * if (roles?.missing.length) throw new Error(`Consent is missing: ${adminConsentUrl}`);
   */
  async verify(options: VerifyOptions = {}): Promise<Verification> {
    const { roles, scopes, signal } = checkVerifyOptions(options);
    const demand = { claims: undefined, forceRefresh: true, refusedToken: undefined, signal };
    const held = await this.#tokens.get(this.#subjectOf(scopes, true), demand);
    return verificationOf(this.#identity, held, roles);
  }

  /**
   * The same app in another tenant that has consented to it. Both share credential, fetch, token store, and one bounded memory of tokens
   * (`maxTokens`), so a provider made anew for each job is as warm as one that is kept. A tenant's id and its domains count as different tenants.
   * @param tenantId The tenant's id, or one of its domains.
   * @throws AppIdentityError `invalid_options`; also for a `tokenCredential` or an `oidcAuthority`, which are bound to one tenant.
   * @example
   * const client = createGraphClient({ authProvider: authProvider.forTenant(customer.tenantId) });
   */
  forTenant(tenantId: string): AppIdentityAuthProvider {
    return new AppIdentityAuthProvider(new SharedState(inTenant(this.#identity, tenantId), this.#tokens) as never);
  }

  /** Who this is and how it proves that, for logs. */
  toJSON(): { tenantId: string; clientId: string; credential: string } {
    return { tenantId: this.tenantId, clientId: this.clientId, credential: this.#identity.credential.kind };
  }

  [inspect.custom](): string {
    return `AppIdentityAuthProvider ${inspect(this.toJSON())}`;
  }

  #subjectOf(scopes: string | readonly string[] | undefined, enableCae = false): TokenSubject {
    if (scopes === undefined) return enableCae ? this.#usualWithCae : this.#usual;
    return this.#subject(resolveScopes(scopes, this.cloud), enableCae);
  }

  #subject(scopes: readonly string[], enableCae: boolean): TokenSubject {
    const identity = this.#identity;
    const { tenantId, clientId } = identity;
    return {
      key: [identity.cloud.loginHost, tenantId, clientId, [...scopes].sort().join(" "), enableCae ? "cae" : ""].join(
        "|",
      ),
      about: { tenantId, clientId, scopes, enableCae },
      acquire: (request) => acquireToken(identity, { scopes, enableCae }, request),
    };
  }
}

function newState(options: AppIdentityOptions): SharedState {
  const identity = resolveOptions(options);
  const { tenantId, clientId, clock, logger, maxTokens, tokenStore } = identity;
  // A borrowed credential that doesn't say who it is could share its tokens with strangers.
  const store = tenantId && clientId ? tokenStore : undefined;
  return new SharedState(identity, new TokenManager({ clock, logger, store, maxTokens }));
}

const nothingAsked: GraphTokenRequest = Object.freeze(Object.create(null));

const requestNames: Record<keyof GraphTokenRequest, true> = {
  scopes: true,
  claims: true,
  enableCae: true,
  forceRefresh: true,
  signal: true,
  refusedToken: true,
  onIdentity: true,
  onToken: true,
  attempt: true,
};

/** What all objects inherit is no option; an instance of a class may have its options as getters. */
function ownOf(options: AccessTokenOptions = nothingAsked): AccessTokenOptions {
  return Object.getPrototypeOf(options) === Object.prototype ? Object.assign(Object.create(null), options) : options;
}

/** A misspelt `scopes` would get a token for Graph, and fail far from here. */
function checkRequest(options: AccessTokenOptions): void {
  let known = typeof options === "object";
  for (const name in options) known &&= name in requestNames;
  if (!known)
    checkOptionNames(options, ["scopes", "claims", "enableCae", "forceRefresh", "signal"], "getAccessToken()");
}

/** Claims go to Entra as they are: JSON text, decoded from the header it came in. */
function checkClaims(claims: string | undefined): string | undefined {
  if (!claims) return undefined;
  try {
    const value: unknown = JSON.parse(claims);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return claims;
  } catch {
    // Reported below.
  }
  throw new AppIdentityError("invalid_options", '"claims" is not a JSON object.', {
    remedy: "Give the claims of the WWW-Authenticate header as text: they come in base64 and must be decoded first.",
  });
}
