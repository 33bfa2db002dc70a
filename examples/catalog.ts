/**
 * What a developer portal's catalogue wants of a directory, one JSON object a line: people with manager and photo, groups with members.
 *
 *   npx tsx examples/catalog.ts         the embedded tenant
 *   npx tsx examples/catalog.ts --env   a real tenant, by the AZURE_* variables; wants User.Read.All and GroupMember.Read.All
 */
import { once } from "node:events";
import * as library from "graph-app-identity";
import { startEmulator } from "graph-app-identity/testing";
import { readCommandLine } from "./command-line.js";

const { AppIdentityAuthProvider: Provider, listAll, listUsers, readEach } = library;
const usage = `Usage: npx tsx examples/catalog.ts [--env]

  --env        a real tenant, from AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, …; else the embedded one
  -h, --help   this text
`;
const options = { env: { type: "boolean", default: false } } as const;
const { env } = readCommandLine({ usage, options }, ({ values }) => values);
const roles = ["User.Read.All", "GroupMember.Read.All"];
const tenant = env ? undefined : await startEmulator({ users: 250, groups: 12, roles });
const client = library.createGraphClient({ authProvider: tenant ? providerFor(tenant) : Provider.fromEnvironment() });
// A reader who has enough, such as head.
process.stdout.on("error", () => process.exit(0));

try {
  const people = listUsers(client, { select: ["id", "displayName", "mail", "jobTitle"] });
  const managed = readEach(client, people, ({ id }) => `/users/${id}/manager?$select=id` as const);
  const photoOf = ({ item }: { item: { id: string } }) => `/users/${item.id}/photos/48x48/$value`;
  for await (const { item, value } of readEach(client, managed, photoOf, { onProgress: tell("people") })) {
    const photo = value instanceof Uint8Array ? Buffer.from(value).toString("base64") : undefined;
    await print({ kind: "user", ...item.item, manager: item.value?.id, photo });
  }
  const groups = listAll(client, "/groups", { select: ["id", "displayName", "description"] });
  const membersOf = ({ id }: { id: string }) => `/groups/${id}/members?$select=id` as const;
  for await (const { item, value = [] } of readEach(client, groups, membersOf, { onProgress: tell("groups") })) {
    await print({ kind: "group", ...item, members: value.map(({ id }) => id) });
  }
} catch (error) {
  if (!library.isAppIdentityError(error)) throw error;
  console.error(`${error.path ?? error.code}: ${error.message}\n${error.remedy}`);
  process.exitCode = 1;
} finally {
  await tenant?.stop();
}

async function print(entry: object): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(entry)}\n`)) await once(process.stdout, "drain");
}

/** Shown on a terminal; in a pipe or a log nobody wants it. */
function tell(what: string) {
  return ({ items, requests, done }: library.ReadProgress) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${items} ${what}, ${requests} batches${done ? "\n" : ""}`);
  };
}

function providerFor({ tenantId, clientId, clientSecret, fetch }: NonNullable<typeof tenant>) {
  return new Provider({ tenantId, clientId, clientSecret, fetch });
}
