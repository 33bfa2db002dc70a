import { AppIdentityError } from "./errors.js";
import { quoted } from "./quotable.js";

/** The national clouds by name. */
export type CloudName = "public" | "usGovernment" | "usGovernmentDoD" | "china" | "france" | "germany" | "singapore";

/** A cloud by its two hosts, for one that has no name here. */
export interface CloudHosts {
  /** Host (and port) of the identity platform, such as `login.microsoftonline.com`. */
  loginHost: string;
  /** Origin of Microsoft Graph, such as `https://graph.microsoft.com`. */
  graphRoot: string;
}

/** What the one setting decides: where tokens come from, where they go, and what they are for. */
export interface Cloud extends Readonly<CloudHosts> {
  /** `<graphRoot>/.default` */
  readonly scope: string;
}

/**
 * Graph roots double as token audiences and are not interchangeable between clouds.
 * @see https://learn.microsoft.com/graph/deployments
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 */
const clouds: Record<CloudName, CloudHosts> = {
  public: { loginHost: "login.microsoftonline.com", graphRoot: "https://graph.microsoft.com" },
  usGovernment: { loginHost: "login.microsoftonline.us", graphRoot: "https://graph.microsoft.us" },
  usGovernmentDoD: { loginHost: "login.microsoftonline.us", graphRoot: "https://dod-graph.microsoft.us" },
  china: { loginHost: "login.partner.microsoftonline.cn", graphRoot: "https://microsoftgraph.chinacloudapi.cn" },
  france: { loginHost: "login.sovcloud-identity.fr", graphRoot: "https://graph.svc.sovcloud.fr" },
  germany: { loginHost: "login.sovcloud-identity.de", graphRoot: "https://graph.svc.sovcloud.de" },
  singapore: { loginHost: "login.sovcloud-identity.sg", graphRoot: "https://graph.svc.sovcloud.sg" },
};

/** Other names under which a cloud's identity platform answers. */
const loginAliases: Record<string, CloudName> = {
  "login.windows.net": "public",
  "login.microsoft.com": "public",
  "sts.windows.net": "public",
  "login.usgovcloudapi.net": "usGovernment",
  "login.chinacloudapi.cn": "china",
};

/**
 * The hosts behind a cloud setting.
 * @throws AppIdentityError `invalid_options` for an unknown name or hosts that aren't hosts.
 */
export function resolveCloud(cloud: CloudName | CloudHosts = "public"): Cloud {
  const hosts = typeof cloud === "string" ? clouds[cloud] : cloud;
  if (!hosts || !Object.hasOwn(hosts, "loginHost") || !Object.hasOwn(hosts, "graphRoot")) {
    throw new AppIdentityError("invalid_options", `"cloud" is ${quoted(cloud, "word")}, which names no cloud.`, {
      remedy: `Use one of ${Object.keys(clouds).join(", ")}, or { loginHost, graphRoot }.`,
    });
  }
  const graphRoot = originOf(hosts.graphRoot, "cloud.graphRoot");
  const loginHost = new URL(originOf(`https://${hosts.loginHost}`, "cloud.loginHost")).host;
  return Object.freeze({ loginHost, graphRoot, scope: `${graphRoot}/.default` });
}

/** The named cloud that a login host belongs to, if any. The host of both US government clouds counts as `usGovernment`. */
export function cloudOfLoginHost(loginHost: string): CloudName | undefined {
  const host = loginHost.toLowerCase();
  if (Object.hasOwn(loginAliases, host)) return loginAliases[host];
  return (Object.keys(clouds) as CloudName[]).find((name) => clouds[name].loginHost === host);
}

/** The named cloud that a Graph root belongs to, if any. */
export function cloudOfGraphRoot(origin: string): CloudName | undefined {
  return (Object.keys(clouds) as CloudName[]).find((name) => clouds[name].graphRoot === origin);
}

/** Whether a string is one of Graph's own roots, in whichever cloud. */
export function isKnownGraphRoot(origin: string): boolean {
  return cloudOfGraphRoot(origin) !== undefined;
}

function originOf(text: string, field: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    // Reported below, with what was expected.
  }
  if (url?.protocol !== "https:" || url.pathname !== "/" || url.search || url.hash || url.username || url.password) {
    throw new AppIdentityError("invalid_options", `"${field}" is not an https origin: ${quoted(text, "address")}.`, {
      remedy:
        'Give a host for loginHost ("login.microsoftonline.com") and an origin for graphRoot ("https://graph.microsoft.com").',
    });
  }
  return url.origin;
}
