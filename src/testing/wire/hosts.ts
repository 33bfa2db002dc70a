/** One national cloud: the hosts its identity platform answers under, the preferred one first, and its Graph roots. */
export interface EmulatedCloud {
  login: readonly string[];
  graph: readonly string[];
}

/** Id of Microsoft Graph as an application, the same in every cloud. */
export const graphAppId = "00000003-0000-0000-c000-000000000000";

/**
 * The hosts that the emulator stands for.
 * @see https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 * @see https://learn.microsoft.com/graph/deployments
 */
export const clouds: readonly EmulatedCloud[] = [
  {
    login: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    graph: ["graph.microsoft.com"],
  },
  {
    login: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
    graph: ["graph.microsoft.us", "dod-graph.microsoft.us"],
  },
  {
    login: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    graph: ["microsoftgraph.chinacloudapi.cn"],
  },
  { login: ["login.sovcloud-identity.fr"], graph: ["graph.svc.sovcloud.fr"] },
  { login: ["login.sovcloud-identity.de"], graph: ["graph.svc.sovcloud.de"] },
  { login: ["login.sovcloud-identity.sg"], graph: ["graph.svc.sovcloud.sg"] },
];

/** Where Graph's reports are downloaded from. */
export const reportsHost = "reports.office.com";

/** External ID tenants have a login host each. */
const externalId = /^[a-z0-9-]+\.ciamlogin\.com$/;

/** What answers under a host: `undefined` for hosts that aren't Microsoft's. */
export function serviceOfHost(host: string): "entra" | "graph" | undefined {
  if (clouds.some(({ login }) => login.includes(host)) || externalId.test(host)) return "entra";
  return host === reportsHost || clouds.some(({ graph }) => graph.includes(host)) ? "graph" : undefined;
}

/** The cloud that a login host belongs to; External ID lives in the public one. */
export function cloudOfLoginHost(host: string): EmulatedCloud | undefined {
  return clouds.find(({ login }) => login.includes(host)) ?? (externalId.test(host) ? clouds[0] : undefined);
}

/** Every host that the emulator stands for, as names of a certificate. */
export const certificateNames: readonly string[] = [
  ...clouds.flatMap(({ login, graph }) => [...login, ...graph]),
  reportsHost,
  "*.ciamlogin.com",
];

/**
 * Whether a resource names the emulator by the address that was asked, under either scheme, for one port speaks both, and with or
 * without the port, for some clients build a scope from the host's name alone.
 */
export function namesEmulator(resource: string, { host, hostname }: URL): boolean {
  if (serviceOfHost(hostname) !== undefined) return false;
  const [, named] = /^https?:\/\/(.+)$/.exec(resource.toLowerCase()) ?? [];
  return named === host || named === hostname;
}
