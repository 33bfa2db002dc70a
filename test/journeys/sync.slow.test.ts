import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../examples/database.js";
import { Mirror } from "../../examples/mirror.js";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { environmentOf, runProgram } from "../support/run-program.js";

const folder = mkdtempSync(join(tmpdir(), "mirror-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Compiling PGlite thoroughly would take most of the time, in every one of these processes.
const sync = (args: string[], options?: Parameters<typeof runProgram>[1]) =>
  runProgram(["--liftoff-only", "examples/sync.ts", ...args], {
    ...options,
    env: { DATABASE_URL: "", ...options?.env },
  });

const deltaRequests = (emulator: Emulator) => emulator.requests.filter(({ path }) => path.includes("/users/delta"));

/** Runs one round, and kills it with SIGKILL as soon as it asks for page `page`. */
async function killAtPage(page: number, emulator: Emulator, args: string[]): Promise<void> {
  emulator.requests.length = 0;
  const { code } = await sync(args, {
    emulator,
    env: environmentOf(emulator),
    watch(child) {
      const timer = setInterval(() => {
        if (deltaRequests(emulator).length >= page) child.kill("SIGKILL");
      }, 1);
      child.once("close", () => clearInterval(timer));
    },
  });
  expect(code).toBe("SIGKILL");
}

describe("the mirror", () => {
  it("follows the embedded tenant, and says what it did as a table", async () => {
    const { stdout, code } = await sync(["--users", "600", "--rounds", "3"]);
    const [header, ...rows] = stdout.trim().split("\n");
    expect(header?.trim().split(/\s+/)).toEqual(["round", "pages", "added", "changed", "removed", "users", "ms"]);
    const numbers = rows.slice(0, 3).map((row) => row.trim().split(/\s+/).map(Number));
    expect(numbers[0]?.slice(2, 6)).toEqual([600, 0, 0, 600]);
    expect(numbers[1]?.slice(2, 6)).toEqual([12, expect.any(Number), 5, 607]);
    expect(numbers[1]?.[3]).toBeGreaterThan(0);
    expect(rows.at(-1)).toBe("The copy equals the directory: 614 of 614 users.");
    expect(code).toBe(0);
  });

  it("loses and doubles nobody when it is killed in the middle of a round", async () => {
    await using emulator = await startEmulator({ users: 3000 });
    emulator.faults.add({ service: "graph", path: "/users/delta", delayMs: 30, chance: 1 });
    const args = ["--env", "--rounds", "1", "--data", join(folder, "killed")];
    await killAtPage(4, emulator, args);
    await killAtPage(5, emulator, args);

    // What happens meanwhile must arrive too.
    const before = [emulator.users.add({ displayName: "Meanwhile" }), emulator.users.add({ displayName: "Briefly" })];
    emulator.users.remove(before[1]?.id as string);
    emulator.requests.length = 0;
    const { code } = await sync(args, { emulator, env: environmentOf(emulator) });
    expect(code).toBe(0);
    // It went on where it had been killed: a page may come twice, not the whole directory.
    expect(deltaRequests(emulator).length).toBeLessThan(12);

    const again = await sync(args, { emulator, env: environmentOf(emulator) });
    expect(again.code).toBe(0);
    const database = await openDatabase({ folder: join(folder, "killed") });
    const mirror = new Mirror(database, emulator.tenantId);
    const ids = await mirror.ids();
    await database.close();
    expect(ids).toHaveLength(3001);
    expect(ids).toContain(before[0]?.id);
    expect(ids.filter((id) => emulator.users.get(id) === undefined)).toEqual([]);
  }, 120_000);

  it("begins anew where its place was kept by a version that watched other properties", async () => {
    await using emulator = await startEmulator({ users: 30 });
    const data = join(folder, "outdated");
    const database = await openDatabase({ folder: data });
    await Mirror.createTables(database);
    const outdated = new Mirror(database, emulator.tenantId);
    await outdated.take();
    await outdated.store({ value: [{ user: { id: "ghost" } }], continuationToken: "of another query" });
    await database.close();
    const options = { emulator, env: environmentOf(emulator) };
    const { stdout, code } = await sync(["--env", "--rounds", "1", "--data", data], options);
    expect(code).toBe(0);
    const [, , added, , removed, users] = (stdout.trim().split("\n")[1] ?? "").trim().split(/\s+/).map(Number);
    expect({ added, removed, users }).toEqual({ added: 30, removed: 1, users: 30 });
  }, 120_000);

  it("outlives a round that Graph throttles, asks no earlier than it was told, and fails with the last", async () => {
    await using emulator = await startEmulator({ users: 10 });
    emulator.faults.add({ service: "graph", path: "/users/delta", status: 429, retryAfter: 3600 });
    const options = { emulator, env: environmentOf(emulator) };
    const { stderr, code } = await sync(["--env", "--rounds", "2", "--interval", "0"], options);
    expect(stderr.match(/^throttled: /gm)).toHaveLength(2);
    expect(deltaRequests(emulator)).toHaveLength(1);
    expect(code).toBe(1);
  }, 120_000);

  it("begins anew where Graph has forgotten the round, and drops who is gone", async () => {
    await using emulator = await startEmulator({ users: 250 });
    const args = ["--env", "--rounds", "1", "--data", join(folder, "forgotten")];
    const options = { emulator, env: environmentOf(emulator) };
    const leaver = emulator.users.add({ displayName: "Leaver" });
    await sync(args, options);
    const { id } = emulator.users.add({ displayName: "Later" });
    emulator.users.remove(leaver.id);
    emulator.clock.advance(8 * 24 * 3600 * 1000);
    const { stdout, code } = await sync(args, options);
    expect(code).toBe(0);
    const [, , added, , removed, users] = (stdout.trim().split("\n")[1] ?? "").trim().split(/\s+/).map(Number);
    expect({ added, removed, users }).toEqual({ added: 1, removed: 1, users: 251 });
    const database = await openDatabase({ folder: join(folder, "forgotten") });
    expect(await new Mirror(database, emulator.tenantId).ids()).toContain(id);
    await database.close();
  }, 120_000);
});
