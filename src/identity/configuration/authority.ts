import {
  type Cloud,
  type CloudHosts,
  type CloudName,
  cloudOfGraphRoot,
  cloudOfLoginHost,
  resolveCloud,
} from "../../clouds.js";
import { isGuid } from "../../guid.js";
import { quoted } from "../../quotable.js";
import { refusal } from "../../refusal.js";
import { portal } from "../portal.js";
import { checkTenant } from "./tenant.js";

/** Where tokens come from. */
export interface Authority {
  /** `aad`: the token endpoint is known from the URL. `oidc`: it is discovered at `<url>/.well-known/openid-configuration`. */
  readonly kind: "aad" | "oidc";
  /** `https://<login host>/<tenant>` or, for `oidc`, as it was given; without a slash at the end. */
  readonly url: string;
  /** Of an `aad` authority. */
  readonly tokenEndpoint?: string;
  /** Hosts MSAL shall trust without asking. */
  readonly knownAuthorities: readonly string[];
}

interface AuthorityOptions {
  readonly tenantId?: string | undefined;
  readonly authority?: string | undefined;
  readonly oidcAuthority?: string | undefined;
  readonly cloud?: CloudName | CloudHosts | undefined;
  /** Origin of the Graph that is to be read, where something other than `cloud` says so. */
  readonly graphRoot?: string | undefined;
}

interface ResolvedAuthority {
  readonly authority: Authority;
  readonly tenantId: string;
  readonly cloud: Cloud;
}

/**
 * Tenant, login host and cloud from the options that may name them. Two that contradict each other are an error.
 * @throws AppIdentityError `invalid_options`
 */
export function resolveAuthority(options: AuthorityOptions): ResolvedAuthority {
  if (options.oidcAuthority !== undefined) return oidcAuthority(options, options.oidcAuthority);
  if (options.authority === undefined) {
    return aadAuthority(resolveCloud(options.cloud), checkTenant(options.tenantId ?? "", "tenantId"));
  }
  const { host, segments } = parse(options.authority, "authority");
  const [tenant, version] = segments;
  // A token endpoint or an issuer pasted as it is: what follows the tenant follows from the host.
  if (version !== undefined && version !== "v2.0" && version !== "oauth2") {
    throw refusal(
      "invalid_options",
      `"authority" goes on after its tenant: ${quoted(options.authority, "address")}.`,
      'Give "https://login.microsoftonline.com/<tenant>", or a custom URL domain as "oidcAuthority".',
    );
  }
  const named = tenant ?? options.tenantId ?? ciamDomain(host);
  if (named === undefined) {
    throw refusal(
      "invalid_options",
      '"authority" names no tenant.',
      `Write its id or a domain after the host, or give "tenantId". The id: ${portal.tenantId}.`,
    );
  }
  const tenantId = checkAgreement(checkTenant(named, tenant ? "authority" : "tenantId"), options.tenantId, "authority");
  return aadAuthority(cloudOf(host, options), tenantId);
}

/** For a credential that gets its own tokens, and needs to know no tenant. */
export function authorityWithoutTenant(cloud?: CloudName | CloudHosts): ResolvedAuthority {
  return aadAuthority(resolveCloud(cloud), "");
}

/** The authority of a tenant on the cloud's own login host. */
export function aadAuthority(cloud: Cloud, tenantId: string): ResolvedAuthority {
  const url = `https://${cloud.loginHost}/${tenantId}`;
  const knownAuthorities = knownHosts(cloud.loginHost, tenantId);
  return {
    tenantId,
    cloud,
    authority: { kind: "aad", url, tokenEndpoint: `${url}/oauth2/v2.0/token`, knownAuthorities },
  };
}

/** A custom URL domain of External ID, such as `https://login.contoso.com/<tenant>/v2.0`. */
function oidcAuthority(options: AuthorityOptions, given: string): ResolvedAuthority {
  if (options.authority !== undefined) {
    throw refusal(
      "invalid_options",
      '"authority" and "oidcAuthority" are both given.',
      'Keep "authority" for a Microsoft login host, "oidcAuthority" for a custom URL domain of External ID.',
    );
  }
  const { host, segments } = parse(given.replace(/\/\.well-known\/openid-configuration$/, ""), "oidcAuthority");
  const tenantId = checkAgreement(checkTenant(segments[0] ?? "", "oidcAuthority"), options.tenantId, "oidcAuthority");
  return {
    tenantId,
    cloud: cloudOf(host, options),
    authority: {
      kind: "oidc",
      url: ["https:/", host, ...segments].join("/"),
      knownAuthorities: knownHosts(host, tenantId),
    },
  };
}

/** The authority's host decides. `cloud` may say more about it, but nothing else. */
function cloudOf(host: string, { cloud, graphRoot }: AuthorityOptions): Cloud {
  const name = cloudOfLoginHost(host);
  const byHost = name && resolveCloud(name);
  if (cloud === undefined) {
    if (byHost === undefined) return resolveCloud({ loginHost: host, graphRoot: resolveCloud().graphRoot });
    // The two clouds of the US government share a login host; what is read tells them apart.
    const byGraph = graphRoot === undefined ? undefined : cloudOfGraphRoot(graphRoot);
    const other = byGraph && resolveCloud(byGraph);
    return other?.loginHost === byHost.loginHost ? other : byHost;
  }
  const chosen = resolveCloud(cloud);
  if (chosen.loginHost === (byHost?.loginHost ?? host)) return chosen;
  // A custom domain in a named cloud.
  if (byHost === undefined && typeof cloud === "string") return resolveCloud({ ...chosen, loginHost: host });
  throw refusal(
    "invalid_options",
    `"authority" is on ${host}, but the login host of "cloud" is ${chosen.loginHost}.`,
    'Give "cloud" and "tenantId", or "authority" alone.',
  );
}

/** External ID's issuer has the tenant's id for a host name, whichever host was asked. */
function knownHosts(host: string, tenantId: string): string[] {
  return isGuid(tenantId) && cloudOfLoginHost(host) === undefined ? [host, `${tenantId}.ciamlogin.com`] : [host];
}

/** `https://contoso.ciamlogin.com` stands for the tenant contoso.onmicrosoft.com. */
function ciamDomain(host: string): string | undefined {
  const [, name] = /^([a-z0-9-]+)\.ciamlogin\.com$/.exec(host) ?? [];
  return name && (isGuid(name) ? name : `${name}.onmicrosoft.com`);
}

function checkAgreement(tenant: string, tenantId: string | undefined, field: string): string {
  if (tenantId === undefined || checkTenant(tenantId, "tenantId") === tenant) return tenant;
  throw refusal(
    "invalid_options",
    `"${field}" names the tenant ${tenant}, "tenantId" names ${tenantId.trim()}.`,
    `Leave "tenantId" out, or make the two equal. Its value: ${portal.tenantId}.`,
  );
}

function parse(text: string, field: string): { host: string; segments: string[] } {
  let url: URL | undefined;
  try {
    url = new URL(text.trim());
  } catch {
    // Reported below.
  }
  if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash) {
    throw refusal(
      "invalid_options",
      `"${field}" is not an https URL of a login host and a tenant.`,
      'Write it as "https://login.microsoftonline.com/<tenant>", or give "tenantId" instead.',
    );
  }
  return { host: url.host, segments: url.pathname.split("/").filter(Boolean) };
}
