/** Many embedded tenants of one app: what the demo, the measurement and a trial in several terminals run against. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EmulatedTenant, type Emulator, type EmulatorOptions, startEmulator } from "graph-app-identity/testing";

export interface EmbeddedTenants {
  emulator: Emulator;
  tenants: EmulatedTenant[];
  /** File with their ids, one a line. */
  list: string;
  /** What leads a process of the fleet to them. */
  environment: Record<string, string>;
}

/** Starts as many tenants as `sizes` has numbers, with so many users each, and `groups` groups; `folder` takes the files that other processes need. */
export async function startEmbeddedTenants(
  folder: string,
  sizes: readonly number[],
  { groups = 12, ...options }: EmulatorOptions = {},
): Promise<EmbeddedTenants> {
  const roles = ["User.Read.All", "GroupMember.Read.All", "Member.Read.Hidden"];
  const emulator = await startEmulator({ users: sizes[0] ?? 0, groups, roles, tls: true, ...options });
  const tenants = [emulator, ...sizes.slice(1).map((users) => emulator.addTenant({ users, groups, roles }))];
  mkdirSync(folder, { recursive: true });
  const ca = join(folder, "ca.pem");
  const list = join(folder, "tenants.txt");
  writeFileSync(ca, emulator.ca as string);
  writeFileSync(list, tenants.map(({ tenantId }) => `${tenantId}\n`).join(""));
  const environment = {
    AZURE_TENANT_ID: emulator.tenantId,
    AZURE_CLIENT_ID: emulator.clientId,
    AZURE_CLIENT_SECRET: emulator.clientSecret,
    AZURE_AUTHORITY_HOST: emulator.origin,
    GRAPH_APP_IDENTITY_GRAPH_ROOT: emulator.origin,
    NODE_EXTRA_CA_CERTS: ca,
  };
  return { emulator, tenants, list, environment };
}
