import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../examples/database.js";
import type { MirroredPage } from "../../examples/mirror/apply-changes.js";
import { Mirror } from "../../examples/mirror/mirror.js";
import { createTables } from "../../examples/mirror/tables.js";
import { chaosPlan, startChaos } from "./chaos.js";
import { type KeptTables, runDirectoryChaos } from "./chaos-directory.js";
import { firstSeed, triedRuns } from "./tried-runs.js";

let database: Database;
beforeAll(async () => {
  database = await openDatabase({});
  await createTables(database);
});
afterAll(() => database?.close());

/** The example's mirror; each life is a program of its own. */
function mirrored(tenant: string): KeptTables {
  let mirror: Mirror;
  const lines = async (sql: string) => {
    const { rows } = await database.query<{ line: string }>(sql, [tenant]);
    return rows.map(({ line }) => line).sort();
  };
  return {
    async begin() {
      mirror = new Mirror(database, tenant);
      return (await mirror.take({ removalsAllowed: true })).cursors;
    },
    store: (page) => mirror.store(page as MirroredPage),
    finish: () => mirror.finish(),
    rows: async () => ({
      users: await lines("select id || ' ' || (profile->>'displayName') as line from mirrored_users where tenant = $1"),
      groups: await lines(
        "select id || ' ' || (profile->>'displayName') as line from mirrored_groups where tenant = $1",
      ),
      edges: await lines("select group_id || ' ' || member_id as line from current_memberships where tenant = $1"),
    }),
  };
}

describe("the mirror in a database, among faults, changes and kills", () => {
  it("ends as the directory is, row by row, memberships included", async () => {
    await using emulator = await startChaos();
    await triedRuns(chaosPlan(firstSeed + 20), 10, (seed, faults) =>
      runDirectoryChaos(emulator, seed, faults, 60, mirrored(`seed ${seed}`)),
    );
    // What is counted beside the rows is what there is.
    for (const kind of ["users", "groups", "memberships"]) {
      const { rows } = await database.query(
        `select tenant from mirror_streams group by tenant
         having sum(${kind}) <> (select count(*) from mirrored_${kind} where tenant = mirror_streams.tenant)`,
      );
      expect(rows).toEqual([]);
    }
  }, 600_000);
});
