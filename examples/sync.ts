/**
 * Keeps a copy of a directory's users in a database: all of them once, then what changed, round after round.
 *
 *   npx tsx examples/sync.ts                   the embedded tenant, with people coming and going; an embedded database in memory
 *   npx tsx examples/sync.ts --data ./mirror   the same, with the database in a folder
 *   npx tsx examples/sync.ts --env             a real tenant, with the AZURE_* variables
 *
 * With DATABASE_URL the copy lives on a PostgreSQL server. Kill it at any time: it goes on at the page it had not yet stored.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  AppIdentityAuthProvider,
  type AppIdentityError,
  createGraphClient,
  deltaUsers,
  isAppIdentityError,
  listUsers,
} from "graph-app-identity";
import { openDatabase } from "./database.js";
import { type Changes, Mirror } from "./mirror.js";

const { values } = parseArgs({
  options: {
    env: { type: "boolean", default: false },
    data: { type: "string" },
    users: { type: "string" },
    rounds: { type: "string" },
    interval: { type: "string" },
  },
});
const users = amount("users", 2500);
const rounds = amount("rounds", values.env ? Number.POSITIVE_INFINITY : 4);
const intervalMs = 1000 * amount("interval", values.env ? 3600 : 0);

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));

const tenant = values.env ? realTenant() : await embeddedTenant(users);
const client = createGraphClient({ authProvider: tenant.authProvider });
const database = await openDatabase({ url: process.env.DATABASE_URL, folder: values.data });

try {
  await Mirror.createTables(database);
  const mirror = new Mirror(database, tenant.authProvider.tenantId);
  const row = tableRow(["round", "pages", "added", "changed", "removed", "users", "ms"]);
  for (let round = 1; round <= rounds; round++) {
    if (round > 1) {
      tenant.live(await mirror.ids());
      await sleep(intervalMs, undefined, { signal: stop.signal });
    }
    const startedAt = Date.now();
    try {
      const { pages, added, changed, removed } = await syncRound(mirror);
      row([round, pages, added, changed, removed, await mirror.count(), Date.now() - startedAt]);
    } catch (error) {
      // The next round makes up for one that met passing trouble; the last has none after it.
      if (round === rounds || !isAppIdentityError(error) || !error.retryable) throw error;
      console.error(described(error));
    }
  }
  if (!values.env) await compare(mirror);
} catch (error) {
  if (stop.signal.aborted) console.error(`Stopped by ${stop.signal.reason}; the next start goes on from here.`);
  else console.error(isAppIdentityError(error) ? described(error) : error);
  process.exitCode = 1;
} finally {
  await database.close();
  await tenant.close();
}

/** One round; of everybody where the place was kept by a version of this program that watched other properties. */
async function syncRound(mirror: Mirror): Promise<Changes & { pages: number }> {
  try {
    return await syncOnce(mirror);
  } catch (error) {
    if (!isAppIdentityError(error) || error.code !== "invalid_continuation_token") throw error;
    await mirror.forget();
    return syncOnce(mirror);
  }
}

/** Every page since the cursor, each stored with its own. */
async function syncOnce(mirror: Mirror): Promise<Changes & { pages: number }> {
  const { deltaLink, continuationToken } = await mirror.take();
  const select = ["id", "displayName", "mail", "userPrincipalName", "accountEnabled", "department"] as const;
  const changes = deltaUsers(client, { select, signal: stop.signal, deltaLink });
  const done = { pages: 0, added: 0, changed: 0, removed: 0 };
  for await (const page of changes.byPage({ continuationToken })) {
    const { added, changed, removed } = await mirror.store(page);
    done.pages += 1;
    done.added += added;
    done.changed += changed;
    done.removed += removed;
  }
  return done;
}

/** Asks the directory itself, by another way than the delta. */
async function compare(mirror: Mirror): Promise<void> {
  const ids: string[] = [];
  for await (const { id } of listUsers(client, { select: ["id"], signal: stop.signal })) ids.push(id);
  const mirrored = await mirror.ids();
  const equal = mirrored.length === ids.length && ids.sort().every((id, index) => id === mirrored[index]);
  console.log(
    `The copy ${equal ? "equals" : "differs from"} the directory: ${mirrored.length} of ${ids.length} users.`,
  );
  if (!equal) process.exitCode = 1;
}

interface Source {
  authProvider: AppIdentityAuthProvider;
  /** Lets something happen between two rounds to those who are known. */
  live(ids: string[]): void;
  close(): Promise<void>;
}

function realTenant(): Source {
  return { authProvider: AppIdentityAuthProvider.fromEnvironment(), live() {}, close: async () => {} };
}

async function embeddedTenant(users: number): Promise<Source> {
  const { startEmulator } = await import("graph-app-identity/testing");
  const emulator = await startEmulator({ users });
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  console.error(`This is the embedded tenant ${emulator.domain} with ${users} users (--env reads yours).`);
  let day = 0;
  return {
    authProvider,
    close: emulator.stop,
    live(ids) {
      day += 1;
      for (let i = 1; i <= 12; i++) {
        const userPrincipalName = `hire${day}-${i}@${emulator.domain}`;
        emulator.users.add({ displayName: `New Hire ${day}-${i}`, userPrincipalName });
      }
      const some = ids.filter((_, index) => index % 50 === day);
      for (const id of some) emulator.users.update(id, { department: `Department ${day}` });
      for (const id of some.slice(0, 5)) emulator.users.remove(id);
    },
  };
}

function described({ code, message, remedy }: AppIdentityError): string {
  return `${code}: ${message} ${remedy}`;
}

/** A number from the command line. */
function amount(option: "users" | "rounds" | "interval", otherwise: number): number {
  const given = values[option];
  const number = given === undefined ? otherwise : Number(given.trim() || Number.NaN);
  if (number >= 0) return number;
  console.error(`--${option} takes a number, and ${JSON.stringify(given)} is none.`);
  process.exit(2);
}

function tableRow(columns: string[]): (cells: number[]) => void {
  console.log(columns.map((name) => name.padStart(8)).join(""));
  return (cells) => console.log(cells.map((cell) => String(cell).padStart(8)).join(""));
}
