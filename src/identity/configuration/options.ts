import { type Checks, checkedOptions, kinds, objectWith } from "../../check-options.js";
import { type Clock, systemClock } from "../../clock.js";
import type { Cloud, CloudHosts, CloudName } from "../../clouds.js";
import { type Fetch, resolveFetch } from "../../http/fetch.js";
import type { Logger } from "../../logger.js";
import { quoted } from "../../quotable.js";
import { refusal } from "../../refusal.js";
import { chooseCredential } from "../credentials/choose-credential.js";
import type { Credential, CredentialChoices, CredentialOptions } from "../credentials/credential.js";
import { isPlaceholder } from "../placeholders.js";
import { portal } from "../portal.js";
import type { TokenStore } from "../tokens/token-store.js";
import { type Authority, authorityWithoutTenant, resolveAuthority } from "./authority.js";
import { checkClientId } from "./client-id.js";
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

const checks = {
  // What is wrong with these is told where they are read.
  tenantId: kinds.anything,
  authority: kinds.anything,
  oidcAuthority: kinds.anything,
  clientId: kinds.anything,
  clientSecret: kinds.anything,
  clientCertificate: kinds.anything,
  clientAssertion: kinds.anything,
  federatedTokenFile: kinds.anything,
  tokenCredential: kinds.anything,
  cloud: kinds.anything,
  scopes: kinds.anything,
  tokenStore: objectWith(
    ["get", "set"],
    "a store with get() and set()",
    "Give a TokenStore, such as redisTokenStore() makes.",
  ),
  maxTokens: kinds.amount,
  fetch: kinds.fetch,
  logger: objectWith([], "an object", "Give console, a pino logger, or any object with their methods."),
  clock: kinds.anything,
} satisfies Checks<EveryOption>;

/**
 * Checks everything that can be checked without asking Entra.
 * @throws AppIdentityError `invalid_options`, `invalid_scope`, `invalid_certificate`, `certificate_expired`
 */
export function resolveOptions(options: AppIdentityOptions): ResolvedIdentity {
  const given = checkedOptions(options, checks, "AppIdentityAuthProvider");
  const { logger, tokenStore, maxTokens, clock = systemClock } = given;
  const borrowed = given.tokenCredential !== undefined;
  const clientId = borrowed && given.clientId === undefined ? "" : checkText(given, "clientId", portal.clientId);
  for (const name of tenantNames) if (given[name] !== undefined) checkText(given, name, portal.tenantId);
  const asked = given.scopes === undefined ? undefined : parseScopes(given.scopes);
  const tenantless = tenantNames.every((name) => given[name] === undefined);
  if (tenantless && !borrowed) checkText(given, "tenantId", portal.tenantId);
  const { authority, tenantId, cloud } = tenantless
    ? authorityWithoutTenant(given.cloud)
    : resolveAuthority({
        tenantId: given.tenantId,
        authority: given.authority,
        oidcAuthority: given.oidcAuthority,
        cloud: given.cloud,
        graphRoot: asked && resourceOf(asked[0]!),
      });
  if (!borrowed) checkClientId(clientId, cloud.loginHost);
  return Object.freeze({
    tenantId,
    clientId,
    authority,
    cloud,
    scopes: resolveScopes(asked, cloud),
    credential: chooseCredential(options, { tenantId, clientId, clock, logger }),
    fetch: resolveFetch(given.fetch),
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
          : `is still ${quoted(value, "placeholder")}`;
  throw refusal(
    "invalid_options",
    `"${name}" ${wrong}.`,
    `Its value: ${where}. If it comes from the environment, check that the variable is set.`,
  );
}
