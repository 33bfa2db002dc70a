import { checkOptionNames } from "../../check-options.js";
import { type Clock, systemClock } from "../../clock.js";
import type { Cloud, CloudHosts, CloudName } from "../../clouds.js";
import { AppIdentityError } from "../../errors.js";
import { type Fetch, resolveFetch } from "../../http/fetch.js";
import type { Logger } from "../../logger.js";
import { chooseCredential, credentialNames } from "../credentials/choose-credential.js";
import type { Credential, CredentialChoices, CredentialOptions } from "../credentials/credential.js";
import { isPlaceholder } from "../placeholders.js";
import { portal } from "../portal.js";
import type { TokenStore } from "../tokens/token-store.js";
import { type Authority, authorityWithoutTenant, resolveAuthority } from "./authority.js";
import { parseScopes, resolveScopes, resourceOf } from "./scopes.js";

/** What an app may say, whatever proves who it is. */
interface CommonOptions {
  /** Default scopes, of one resource, each ending in `/.default`. Default: Microsoft Graph in the given cloud. */
  readonly scopes?: string | readonly string[] | undefined;
  /** Decides login host, Graph root and default scope together. Default: the authority's cloud, else `"public"`. */
  readonly cloud?: CloudName | CloudHosts | undefined;
  /** Shares tokens between processes. Default: each process has its own. */
  readonly tokenStore?: TokenStore | undefined;
  /** How many tokens are kept in memory, those of `forTenant()` included; the least recently used go first. Default 10,000. */
  readonly maxTokens?: number | undefined;
  /** Carries every request. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** `console` or pino, as they are. Default: silence. */
  readonly logger?: Logger | undefined;
  /** @internal Time, for tests. */
  readonly clock?: Clock | undefined;
}

/** Which tenant, one way or another. */
type TenantOptions =
  | {
      /** The tenant's id, or one of its domains. */
      readonly tenantId: string;
      /** `https://<login host>/<tenant>`, instead of `tenantId` and `cloud`. */
      readonly authority?: string | undefined;
      readonly oidcAuthority?: undefined;
    }
  | { readonly tenantId?: string | undefined; readonly authority: string; readonly oidcAuthority?: undefined }
  | {
      readonly tenantId?: string | undefined;
      readonly authority?: undefined;
      /** A custom URL domain of External ID: `https://login.contoso.com/<tenant>/v2.0`. */
      readonly oidcAuthority: string;
    };

interface ClientOptions {
  /** The application's id. */
  readonly clientId: string;
}

/** A credential that gets its own tokens knows tenant and client; what it is told here only serves advice in errors. */
type Borrowed = Extract<CredentialOptions, { readonly tokenCredential: object }>;

/** Options of `AppIdentityAuthProvider`. Wrong combinations are type errors. */
export type AppIdentityOptions = CommonOptions &
  (
    | (ClientOptions & TenantOptions & Exclude<CredentialOptions, Borrowed>)
    | (Partial<ClientOptions> & (TenantOptions | { readonly [K in keyof TenantOptions]?: undefined }) & Borrowed)
  );

/** All that options can say, however it combines. */
export type EveryOption = CommonOptions &
  ClientOptions &
  Record<(typeof tenantNames)[number], string> &
  CredentialChoices;

/** What token requests are made of: validated, complete, and without a secret in any field. */
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
  readonly maxTokens: number | undefined;
  readonly clock: Clock;
}

export const tenantNames = ["tenantId", "authority", "oidcAuthority"] as const;
const otherNames = ["cloud", "scopes", "tokenStore", "maxTokens", "fetch", "logger", "clock"] as const;
const names = [...tenantNames, "clientId", ...credentialNames, ...otherNames];

/**
 * Checks everything that can be checked without asking Entra.
 * @throws AppIdentityError `invalid_options`, `invalid_scope`, `invalid_certificate`, `certificate_expired`
 */
export function resolveOptions(options: AppIdentityOptions): ResolvedIdentity {
  checkOptionNames(options, names, "AppIdentityAuthProvider");
  checkParts(options);
  // One by one, not by spreading: options may be an instance with getters.
  const { tenantId: tenant, authority: given, oidcAuthority, logger, tokenStore, maxTokens } = options;
  const { clock = systemClock } = options;
  const borrowed = options.tokenCredential !== undefined;
  const clientId = borrowed && options.clientId === undefined ? "" : checkText(options, "clientId", portal.clientId);
  for (const name of tenantNames) if (options[name] !== undefined) checkText(options, name, portal.tenantId);
  const asked = options.scopes === undefined ? undefined : parseScopes(options.scopes);
  const tenantless = tenantNames.every((name) => options[name] === undefined);
  if (tenantless && !borrowed) checkText(options, "tenantId", portal.tenantId);
  const { authority, tenantId, cloud } = tenantless
    ? authorityWithoutTenant(options.cloud)
    : resolveAuthority({
        ...{ tenantId: tenant, authority: given, oidcAuthority, cloud: options.cloud },
        graphRoot: asked && resourceOf(asked[0]!),
      });
  return Object.freeze({
    tenantId,
    clientId,
    authority,
    cloud,
    scopes: resolveScopes(asked, cloud),
    credential: chooseCredential(options, { tenantId, clientId, clock, logger }),
    fetch: resolveFetch(options.fetch),
    logger,
    tokenStore,
    maxTokens,
    clock,
  });
}

function checkText(
  options: AppIdentityOptions,
  name: (typeof tenantNames)[number] | "clientId",
  where: string,
): string {
  const value: unknown = options[name];
  if (typeof value === "string" && value.trim() !== "" && !isPlaceholder(value)) return value.trim();
  const wrong =
    value === undefined
      ? "is missing"
      : typeof value !== "string"
        ? "is not a string"
        : value.trim() === ""
          ? "is empty"
          : `is still ${JSON.stringify(value)}`;
  throw invalid(
    `"${name}" ${wrong}.`,
    `Its value: ${where}. If it comes from the environment, check that the variable is set.`,
  );
}

/** What JavaScript callers can get wrong, where it would only surface in the middle of a job. */
function checkParts({ fetch, logger, tokenStore, maxTokens }: AppIdentityOptions): void {
  if (fetch !== undefined && typeof fetch !== "function") {
    throw invalid('"fetch" is not a function.', "Give a function like the global fetch, or leave it out.");
  }
  if (logger !== undefined && (typeof logger !== "object" || logger === null)) {
    throw invalid('"logger" is not an object.', "Give console, a pino logger, or any object with their methods.");
  }
  if (tokenStore !== undefined && !(typeof tokenStore?.get === "function" && typeof tokenStore.set === "function")) {
    throw invalid('"tokenStore" has no get and set.', "Give a TokenStore, such as redisTokenStore() makes.");
  }
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw invalid('"maxTokens" is not a number of tokens.', "Give a whole number from 1, or leave it out for 10,000.");
  }
}

function invalid(message: string, remedy: string): AppIdentityError {
  return new AppIdentityError("invalid_options", message, { remedy });
}
