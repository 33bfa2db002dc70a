import type { DirectoryPage } from "../../src/directory/read-directory/directory-change.js";
import { type ReadDirectoryOptions, readDirectory } from "../../src/directory/read-directory/read-directory.js";
import { type AppIdentityError, isAppIdentityError } from "../../src/errors.js";
import type { Emulator, Fault } from "../../src/testing/index.js";
import { DirectoryTables, directoryRows, type TenantDirectory } from "../support/directory-tables.js";
import { type ChaosRun, chaoticTenant } from "./chaos.js";

type Random = () => number;
type Rows = ReturnType<typeof directoryRows>;

/** What keeps the pages, whatever it is. */
export interface KeptTables {
  /** A life begins. @returns where it goes on */
  begin(): ReadonlyMap<string, string> | Promise<ReadonlyMap<string, string>>;
  store(page: DirectoryPage): unknown;
  /** All streams that were read have reached their ends. */
  finish(): unknown;
  rows(): Rows | Promise<Rows>;
}

/**
 * Keeps users, groups and memberships in tables, page by page, while everything goes wrong, the directory changes under way, and the
 * program is killed at any page, before or after it is stored. What counts in the end is the tables: row by row what is there.
 */
export async function runDirectoryChaos(
  emulator: Emulator,
  seed: number,
  faults: readonly string[],
  groups = 120,
  tables: KeptTables = new DirectoryTables(),
): Promise<ChaosRun> {
  const { tenant, client, clock, random } = chaoticTenant(emulator, seed, faults, { users: 2 * groups, groups });
  tenant.app().roles = ["Directory.Read.All", "Member.Read.Hidden"];
  tenant.graph.deltaPageSize = 4 + Math.floor(random() * 30);
  tenant.graph.deltaRelatedSize = 10 + Math.floor(random() * 200);
  tenant.graph.replays = random() < 0.5 ? 0.2 : 0;
  addFaultsOfDirectories(emulator, random);
  const run = { seed, faults, requests: 0, pages: 0, resumed: {} as Record<string, number>, restarts: 0 };
  const select = { users: { select: ["displayName"] }, groups: { select: ["displayName"] } } as const;

  let lastFailure: AppIdentityError | undefined;

  /** One life of the program. @returns whether it came to the end */
  async function live(options: ReadDirectoryOptions, isSafe: boolean): Promise<boolean> {
    const stop = new AbortController();
    const cursors = await tables.begin();
    const concurrency = 1 + Math.floor(random() * 8);
    try {
      for await (const page of readDirectory(client, {
        ...select,
        cursors,
        concurrency,
        signal: stop.signal,
        ...options,
      })) {
        if (!isSafe && random() < 0.04) return false;
        await tables.store(page);
        run.pages += 1;
        if (page.reset) run.restarts += 1;
        if (isSafe) continue;
        if (random() < 0.2) change(tenant, random);
        if (random() < 0.03) return false;
        if (random() < 0.02) stop.abort();
      }
      await tables.finish();
      return true;
    } catch (error) {
      const isTold = isAppIdentityError(error) && (error.stream !== undefined || error.code === "aborted");
      if (!isTold) throw new Error(`Seed ${seed}: the reading failed without saying where.`, { cause: error });
      lastFailure = error;
      run.resumed[error.code] = (run.resumed[error.code] ?? 0) + 1;
      clock.skip(error.retryAfterMs ?? 0);
      return false;
    }
  }

  for (let rounds = 0; rounds < 4; rounds++) {
    for (let lives = 0, isOver = false; !isOver && lives < 40; lives++)
      isOver = await live(someOptions(await tables.begin(), random), false);
    for (let changes = 0; changes < 10; changes++) change(tenant, random);
  }
  emulator.faults.clear();
  tenant.graph.shortPages = 0;
  // What is told again may hold a change up for another round.
  for (let rounds = 0; rounds < 4; rounds++) {
    if (rounds === 2) tenant.graph.replays = 0;
    // On a machine that is busy, half a second may be too little even without faults.
    for (let starved = 0; !(await live({}, true)); starved++) {
      if (lastFailure?.code !== "timeout" || starved > 20)
        throw new Error(`Seed ${seed}: a round without faults failed.`, { cause: lastFailure });
    }
  }

  const both = [await tables.rows(), directoryRows(tenant)];
  const [found, expected] = both.map((rows) => new Set(Object.values(rows).flat()));
  return {
    ...run,
    requests: emulator.requests.length,
    users: expected!.size,
    lost: [...expected!].filter((row) => !found!.has(row)).length,
    doubled: [...found!].filter((row) => !expected!.has(row)).length,
  };
}

/** Nearly always all of it; now and then it is listed, or one of several workers reads some streams. */
function someOptions(cursors: ReadonlyMap<string, string>, random: Random): ReadDirectoryOptions {
  const chance = random();
  if (chance < 0.1) return { memberships: "list" };
  if (chance < 0.15) return { memberships: false };
  if (chance > 0.25 || !cursors.has("groups")) return {};
  return { streams: ["groups", ...[...cursors.keys()].filter(() => random() < 0.5)] };
}

/** Trouble that only such a reading has, in some of the runs each. */
function addFaultsOfDirectories(emulator: Emulator, random: Random): void {
  const add = (fault: Fault) => emulator.faults.add({ service: "graph", times: Number.POSITIVE_INFINITY, ...fault });
  // So large that everything is listed first.
  if (random() < 0.4) add({ where: ({ path }) => path.includes("/$count"), body: "20000" });
  if (random() < 0.5) {
    const body = { error: { code: "syncStateNotFound", message: "" } };
    add({ where: ({ path }) => /token=/.test(path) && random() < 0.02, status: 410, body });
  }
  if (random() < 0.1) {
    const body = { error: { code: "Request_UnsupportedQuery", message: "Unsupported filter." } };
    add({ where: ({ path }) => /filter=.*id/.test(path), status: 400, body });
  }
}

function change({ users, groups }: TenantDirectory, random: Random): void {
  const pick = (ids: Iterable<string>) => {
    const all = [...ids];
    return all[Math.floor(random() * all.length)] as string;
  };
  const group = pick(groups.ids());
  const [member] = groups.members(group);
  const kinds = [
    () => groups.addMember(group, pick(users.ids())),
    () => groups.addMember(group, pick(groups.ids())),
    () => member !== undefined && groups.removeMember(group, member),
    () => member !== undefined && groups.removeMember(group, member) && groups.addMember(group, member),
    () => groups.addMember(groups.add({ displayName: `New ${random()}` }).id, pick(users.ids())),
    () => groups.update(group, { displayName: `Renamed ${random()}` }),
    () => groups.remove(group),
    () => groups.remove(group) && groups.get(group) === undefined && restored(() => groups.restore(group)),
    () => users.update(pick(users.ids()), { displayName: `Renamed ${random()}` }),
    () => groups.addMember(group, users.add({ displayName: `New ${random()}` }).id),
    () => users.remove(pick(users.ids()), { permanently: random() < 0.5 }),
    () => {
      const user = pick(users.ids());
      users.remove(user);
      users.restore(user);
    },
  ];
  kinds[Math.floor(random() * kinds.length)]!();
}

/** Security groups are gone for good. */
function restored(restore: () => unknown): void {
  try {
    restore();
  } catch {
    // Nothing to bring back.
  }
}
