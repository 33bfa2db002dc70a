import type { StartedTenant } from "./start-tenant.js";
import type { Trust } from "./trust.js";

/** What leads a client to the emulator: names that `@azure/identity` and this package read, whom to trust, and the proxy where it is one. */
export function environmentOf(
  { emulator, apps: [app] }: Pick<StartedTenant, "emulator" | "apps">,
  trust: Trust,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  return {
    AZURE_TENANT_ID: emulator.tenantId,
    ...(app && { AZURE_CLIENT_ID: app.clientId }),
    ...(app?.clientSecret !== undefined && { AZURE_CLIENT_SECRET: app.clientSecret }),
    AZURE_AUTHORITY_HOST: emulator.origin,
    GRAPH_APP_IDENTITY_GRAPH_ROOT: emulator.origin,
    ...trust.variables,
    ...(emulator.proxy !== undefined && proxyVariables(emulator.proxy, env)),
  };
}

/** In the spellings that are read; Node's own fetch wants to be told as well (22.21, 24). */
function proxyVariables(proxy: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const own = "127.0.0.1,localhost";
  return {
    HTTPS_PROXY: proxy,
    https_proxy: proxy,
    NO_PROXY: own,
    // Where the machine has set it, it would win.
    ...(env.no_proxy !== undefined && { no_proxy: own }),
    NODE_USE_ENV_PROXY: "1",
  };
}
