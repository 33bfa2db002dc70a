/**
 * Keeps a copy of a directory in a database: users, groups and who belongs to which; all of it once, then what changed, round after round.
 *
 *   npx tsx examples/sync.ts                   the embedded tenant, with people coming and going; an embedded database in memory
 *   npx tsx examples/sync.ts --data ./mirror   the same, with the database in a folder
 *   npx tsx examples/sync.ts --env             a real tenant, with the AZURE_* variables
 *
 * With DATABASE_URL the copy lives on a PostgreSQL server. Kill it at any time: it goes on at the page it had not yet stored.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AppIdentityError,
  createGraphClient,
  type DirectoryProgress,
  isAppIdentityError,
  readDirectory,
} from "graph-app-identity";
import { giveUp } from "./command-line.js";
import { openDatabase } from "./database.js";
import { type Effects, kinds } from "./mirror/apply-changes.js";
import { counts, digest, find, groupsOf, mostNested, peopleIn } from "./mirror/contents.js";
import { TooManyRemovalsError } from "./mirror/deletion-fuse.js";
import { Mirror } from "./mirror/mirror.js";
import { createTables } from "./mirror/tables.js";
import { progressLine } from "./progress-line.js";
import { readArguments } from "./sync/arguments.js";
import { differences } from "./sync/compare.js";
import { embeddedTenant, realTenant } from "./sync/tenant.js";

const asked = readArguments();
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));

const select = {
  users: ["displayName", "mail", "userPrincipalName", "accountEnabled", "department"],
  groups: ["displayName", "mail", "securityEnabled", "groupTypes"],
} as const;

const tenant = asked.env ? realTenant() : await embeddedTenant(asked.users, asked.groups);
const { tenantId } = tenant.authProvider;
const client = createGraphClient({ authProvider: tenant.authProvider });
const database = await openDatabase({ url: process.env.DATABASE_URL, folder: asked.data }).catch(async (error) => {
  await tenant.close();
  giveUp(`The database can't be opened: ${(error as Error).message}`);
});
const mirror = new Mirror(database, tenantId);

try {
  await createTables(database);
  const columns = ["round", "pages", "requests", "added", "changed", "removed", ...kinds, "ms"];
  console.log(columns.map((name) => name.padStart(12)).join(""));
  for (let round = 1; round <= asked.rounds; round++) {
    if (round > 1) {
      tenant.live();
      await sleep(asked.intervalMs, undefined, { signal: stop.signal });
    }
    try {
      const numbers = [round, ...(await syncRound(round === 1))];
      console.log(numbers.map((number) => String(number).padStart(12)).join(""));
    } catch (error) {
      // The next round makes up for one that met passing trouble; the last has none after it.
      if (round === asked.rounds || !isAppIdentityError(error) || !error.retryable) throw error;
      console.error(described(error));
    }
  }
  await show();
} catch (error) {
  progressLine.wipe();
  if (stop.signal.aborted) console.error(`Stopped by ${stop.signal.reason}; the next start goes on from here.`);
  else if (error instanceof TooManyRemovalsError) console.error(fuseText(error));
  else console.error(isAppIdentityError(error) ? described(error) : error);
  process.exitCode = error instanceof TooManyRemovalsError ? 3 : 1;
} finally {
  await database.close();
  await tenant.close();
}

/** One round; of everything where the places were kept by a version of this program that read other properties. */
async function syncRound(isFirst: boolean): Promise<number[]> {
  try {
    return await syncOnce(isFirst);
  } catch (error) {
    if (!isAppIdentityError(error) || error.code !== "invalid_continuation_token") throw error;
    await mirror.forget();
    return syncOnce(isFirst);
  }
}

/** Every page since the cursors, each stored with its own; then what nobody told any more goes. */
async function syncOnce(isFirst: boolean): Promise<number[]> {
  const { cursors } = await mirror.take({ removalsAllowed: isFirst && asked.allowRemovals });
  const pages = readDirectory(client, {
    users: { select: select.users },
    groups: { select: select.groups },
    memberships: isFirst && asked.reconcile ? "list" : "delta",
    cursors,
    signal: stop.signal,
    onProgress: showProgress,
  });
  const done = { added: 0, changed: 0, removed: 0 };
  const add = (effects: Effects) => {
    for (const kind of kinds) {
      done.added += effects[kind].added;
      done.changed += effects[kind].changed;
      done.removed += effects[kind].removed;
    }
  };
  try {
    for await (const page of pages) add(await mirror.store(page));
    add((await mirror.finish())!);
  } finally {
    progressLine.hide();
  }
  const rows = await counts(database, tenantId);
  const { pages: count, requests, elapsedMs } = pages.summary!;
  return [count, requests, done.added, done.changed, done.removed, ...kinds.map((kind) => rows[kind]), elapsedMs];
}

function showProgress({ pages, objects, edges }: DirectoryProgress): void {
  progressLine.show(`${pages} pages, ${objects} users and groups, ${edges} memberships`);
}

/** The copy held against the directory, its digest, and what a copy is good for. */
async function show(): Promise<void> {
  const found = await differences(client, database, tenantId, stop.signal);
  const rows = await counts(database, tenantId);
  const held = kinds.map((kind) => `${rows[kind]} ${kind}`).join(", ");
  console.log(
    `The copy ${found.length > 0 ? `differs from the directory: ${found.join(", ")}` : "equals the directory"}.`,
  );
  console.log(`Digest of ${held}: ${await digest(database, tenantId)}`);
  if (found.length > 0) process.exitCode = 1;

  for (const { name, members, people } of await mostNested(database, tenantId, 3)) {
    console.log(`${name} has ${members} members, and with the groups in it ${people} people.`);
  }
  await showClosure("groups", asked.membersOf, peopleIn, "is in it");
  await showClosure("users", asked.groupsOf, groupsOf, "is a group around");
}

async function showClosure(
  kind: "users" | "groups",
  wanted: string | undefined,
  query: typeof peopleIn,
  relation: string,
): Promise<void> {
  if (wanted === undefined) return;
  const objects = await find(database, tenantId, kind, wanted);
  if (objects.length === 0) console.error(`None of the ${kind} is called ${wanted}.`);
  for (const { id, name } of objects) {
    console.log(`${name}:`);
    for (const other of await query(database, tenantId, id)) console.log(`  ${other} ${relation}`);
  }
}

function fuseText({ message, examples, kind }: TooManyRemovalsError): string {
  return [
    message,
    `Among those to go: ${examples.join(", ")}. Earlier pages are kept, and nothing of this one.`,
    `Look whether these ${kind} are gone from the directory, or whether the app may no longer see them. With --allow-removals it goes on.`,
  ].join("\n");
}

function described({ code, message, remedy }: AppIdentityError): string {
  return `${code}: ${message} ${remedy}`;
}
