/** A Graph client for each tenant: one app, many customers. */
import type { Client } from "@microsoft/microsoft-graph-client";
import { AppIdentityAuthProvider, createGraphClient } from "graph-app-identity";
import { redisTokenStore } from "graph-app-identity/redis";
import type { Redis } from "ioredis";
import { notices } from "./log.js";
import { patienceMs, prefix } from "./settings.js";

/**
 * Makes the function that gives a tenant's client. The app is that of the AZURE_* variables; its tokens are shared through Redis,
 * encrypted with FLEET_TOKEN_KEY, so that a tenant that moves to another worker brings its token along.
 */
export function tenantClients(redis: Redis): (tenant: string) => Client {
  const tokenStore = redisTokenStore(redis, {
    encryptionKey: process.env.FLEET_TOKEN_KEY ?? "",
    prefix: `${prefix}:token:`,
  });
  const home = AppIdentityAuthProvider.fromEnvironment(process.env, { tokenStore, logger: notices });
  return (tenant) => createGraphClient({ authProvider: home.forTenant(tenant), retry: { budgetMs: patienceMs } });
}
