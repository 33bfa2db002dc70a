import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../examples/database.js";
import { counts } from "../../examples/mirror/contents.js";
import { Mirror } from "../../examples/mirror/mirror.js";
import { createTables } from "../../examples/mirror/tables.js";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../src/testing/index.js";
import { directoryRows } from "../support/directory-tables.js";
import { environmentOf, runProgram } from "../support/run-program.js";

const folder = mkdtempSync(join(tmpdir(), "mirror-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Compiling PGlite thoroughly would take most of the time, in every one of these processes.
const sync = (args: string[], options?: Parameters<typeof runProgram>[1]) =>
  runProgram(["--liftoff-only", "examples/sync.ts", ...args], {
    ...options,
    env: { DATABASE_URL: "", ...options?.env },
  });

const start = (options: EmulatorOptions) =>
  startEmulator({ groups: 30, roles: ["Directory.Read.All", "Member.Read.Hidden"], ...options });

/** Runs rounds on somebody's tenant. */
const syncTenant = (emulator: Emulator, args: string[], watch?: Parameters<typeof runProgram>[1]) =>
  sync(["--env", "--rounds", "1", ...args], { emulator, env: environmentOf(emulator), ...watch });

const read = (emulator: Emulator) => emulator.requests.filter(({ path }) => path.includes("/delta"));

/** The numbers of a round's line, by column. */
function roundOf(stdout: string, round = 1): Record<string, number> {
  const [header = "", ...lines] = stdout.trim().split("\n");
  const cells = (lines[round - 1] ?? "").trim().split(/\s+/).map(Number);
  return Object.fromEntries(
    header
      .trim()
      .split(/\s+/)
      .map((name, at) => [name, cells[at] as number]),
  );
}

/** The rows of a mirror in a folder, as `directoryRows()` has them. */
async function rowsIn(data: string, tenant: string): Promise<ReturnType<typeof directoryRows>> {
  const database = await openDatabase({ folder: join(folder, data) });
  const lines = async (sql: string) =>
    (await database.query<{ line: string }>(sql, [tenant])).rows.map(({ line }) => line).sort();
  const name = "id || ' ' || (profile->>'displayName') as line";
  const found = {
    users: await lines(`select ${name} from mirrored_users where tenant = $1`),
    groups: await lines(`select ${name} from mirrored_groups where tenant = $1`),
    edges: await lines("select group_id || ' ' || member_id as line from current_memberships where tenant = $1"),
  };
  await database.close();
  return found;
}

/** Runs a round, and kills it with SIGKILL as soon as it asks for so many pages. */
async function killAtPage(page: number, emulator: Emulator, args: string[]): Promise<void> {
  emulator.requests.length = 0;
  const { code } = await syncTenant(emulator, args, {
    watch(child) {
      const timer = setInterval(() => {
        if (read(emulator).length >= page) child.kill("SIGKILL");
      }, 1);
      child.once("close", () => clearInterval(timer));
    },
  });
  expect(code).toBe("SIGKILL");
}

describe("the mirror", () => {
  it("follows the embedded tenant, says what it did as a table, and shows what it is good for", async () => {
    const asked = ["--users", "600", "--groups", "40", "--rounds", "3", "--members-of", "Team of day 2"];
    const { stdout, stderr, code } = await sync(asked);
    expect(code, stderr).toBe(0);
    expect(roundOf(stdout)).toMatchObject({ round: 1, changed: 0, removed: 0, users: 600, groups: 40 });
    expect(roundOf(stdout, 2)).toMatchObject({ users: 607, groups: 41 });
    expect(roundOf(stdout, 3)).toMatchObject({ users: 614, groups: 42 });
    const shown = stdout.split("\n").slice(4);
    expect(shown[0]).toBe("The copy equals the directory.");
    expect(shown[1]).toMatch(/^Digest of 614 users, 42 groups, \d+ memberships: [\da-f]{16}$/);
    expect(shown[2]).toMatch(/ has \d+ members, and with the groups in it \d+ people\.$/);
    expect(shown).toContain("  New Hire 2-7 is in it");
    // A pipe gets no progress.
    expect(stderr).toMatch(/^This is the embedded tenant .*\n$/);
  });

  it("loses and doubles nobody when it is killed in the middle of a round, and ends as every other copy", async () => {
    await using emulator = await start({ users: 2000, groups: 120 });
    emulator.faults.add({ service: "graph", path: "/delta", delayMs: 60, chance: 1 });
    const args = ["--data", join(folder, "killed")];
    await killAtPage(10, emulator, args);
    await killAtPage(12, emulator, args);

    // What happens meanwhile must arrive too.
    const before = [emulator.users.add({ displayName: "Meanwhile" }), emulator.users.add({ displayName: "Briefly" })];
    const [group] = emulator.groups.ids();
    emulator.groups.addMember(group as string, before[0]!.id);
    emulator.users.remove(before[1]!.id);
    emulator.requests.length = 0;
    expect(await syncTenant(emulator, args)).toMatchObject({ code: 0 });
    const whole = await syncTenant(emulator, ["--data", join(folder, "whole")]);
    const again = await syncTenant(emulator, args);
    expect([whole.code, again.code]).toEqual([0, 0]);
    expect(await rowsIn("killed", emulator.tenantId)).toEqual(directoryRows(emulator));
    const digestIn = (stdout: string) => /^Digest of .*$/m.exec(stdout)?.[0];
    expect(digestIn(again.stdout)).toBe(digestIn(whole.stdout));
  }, 180_000);

  it("begins anew where its places were kept by a version that read other properties", async () => {
    await using emulator = await start({ users: 30 });
    const data = join(folder, "outdated");
    const database = await openDatabase({ folder: data });
    await createTables(database);
    const outdated = new Mirror(database, emulator.tenantId);
    await outdated.take();
    await outdated.store({ stream: "users", changes: [{ kind: "user", user: { id: "ghost" } }], cursor: "of another" });
    await database.close();
    const { stdout, stderr, code } = await syncTenant(emulator, ["--data", data]);
    expect(code, stderr).toBe(0);
    expect(roundOf(stdout)).toMatchObject({ removed: 1, users: 30, groups: 30 });
  }, 120_000);

  it("outlives a round that Graph throttles, asks no earlier than it was told, and fails with the last", async () => {
    await using emulator = await start({ users: 10 });
    emulator.faults.add({ service: "graph", status: 429, retryAfter: 3600, times: 1_000 });
    const { stderr, code } = await syncTenant(emulator, ["--rounds", "2", "--interval", "0"]);
    expect(stderr.match(/^throttled: /gm)).toHaveLength(2);
    // Those that were under way when the first was refused.
    expect(emulator.requests.filter(({ service }) => service === "graph").length).toBeLessThanOrEqual(2);
    expect(code).toBe(1);
  }, 120_000);

  it("begins anew where Graph has forgotten the round, and drops who is gone", async () => {
    await using emulator = await start({ users: 250 });
    const args = ["--data", join(folder, "forgotten")];
    const leaver = emulator.users.add({ displayName: "Leaver" });
    const first = roundOf((await syncTenant(emulator, args)).stdout);
    emulator.users.add({ displayName: "Later" });
    emulator.users.remove(leaver.id);
    emulator.clock.advance(8 * 24 * 3600 * 1000);
    const { stdout, stderr, code } = await syncTenant(emulator, args);
    expect(code, stderr).toBe(0);
    const { users, memberships, ...rest } = roundOf(stdout);
    expect({ users, memberships }).toEqual({ users: 251, memberships: first.memberships });
    expect(rest).toMatchObject({ added: 1, removed: 1 });
    expect(await rowsIn("forgotten", emulator.tenantId)).toEqual(directoryRows(emulator));
  }, 120_000);

  it("stops before it removes more than anybody can have meant, and goes on when it is told to", async () => {
    await using emulator = await start({ users: 400, deltaPageSize: 30 });
    const args = ["--data", join(folder, "fuse")];
    await syncTenant(emulator, args);
    for (const id of [...emulator.users.ids()].slice(0, 100)) emulator.users.remove(id);
    for (let attempt = 0; attempt < 2; attempt++) {
      const { stderr, stdout, code } = await syncTenant(emulator, args);
      expect(code, stderr).toBe(3);
      expect(stderr).toMatch(
        /^This round would remove 60 of 400 users \(15 %\), and stops at more than 50 and 10 %\.$/m,
      );
      expect(stderr).toMatch(/^Among those to go: \S.*--allow-removals/ms);
      expect(stdout.trim().split("\n")).toHaveLength(1);
    }
    const database = await openDatabase({ folder: join(folder, "fuse") });
    expect(await counts(database, emulator.tenantId)).toMatchObject({ users: 370 });
    await database.close();
    expect((await syncTenant(emulator, [...args, "--allow-removals"])).code).toBe(0);
    expect(await rowsIn("fuse", emulator.tenantId)).toEqual(directoryRows(emulator));
  }, 180_000);

  it("reconciles what its tables have lost by listing memberships", async () => {
    await using emulator = await start({ users: 100 });
    const args = ["--data", join(folder, "reconciled")];
    await syncTenant(emulator, args);
    const database = await openDatabase({ folder: join(folder, "reconciled") });
    await database.query("delete from mirrored_memberships where member_id < '8'");
    await database.close();
    expect(await syncTenant(emulator, args)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("The copy differs"),
    });
    expect((await syncTenant(emulator, [...args, "--reconcile"])).code).toBe(0);
    expect(await rowsIn("reconciled", emulator.tenantId)).toEqual(directoryRows(emulator));
  }, 180_000);

  it("is stopped by ^C at once, and goes on from there", async () => {
    await using emulator = await start({ users: 400, deltaPageSize: 20 });
    emulator.faults.add({ service: "graph", path: "/users/delta", hang: true, nth: 4 });
    const args = ["--data", join(folder, "stopped")];
    const stopped = await syncTenant(emulator, args, {
      watch(child) {
        const timer = setInterval(() => {
          if (emulator.requests.filter(({ path }) => path.includes("/users/delta")).length < 4) return;
          clearInterval(timer);
          child.kill("SIGINT");
        }, 5);
        child.once("close", () => clearInterval(timer));
      },
    });
    expect(stopped).toMatchObject({ code: 1, stderr: "Stopped by SIGINT; the next start goes on from here.\n" });
    emulator.requests.length = 0;
    expect((await syncTenant(emulator, args)).code).toBe(0);
    expect(emulator.requests.filter(({ path }) => path.includes("/users/delta")).length).toBeLessThan(20);
    expect(await rowsIn("stopped", emulator.tenantId)).toEqual(directoryRows(emulator));
  }, 120_000);
});
