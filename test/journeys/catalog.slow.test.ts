import { afterAll, beforeAll, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { environmentOf, runProgram } from "../support/run-program.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 130, groups: 25, roles: ["User.Read.All", "GroupMember.Read.All"] });
});
afterAll(() => emulator.stop());

const catalog = (env: Record<string, string>) => runProgram(["examples/catalog.ts", "--env"], { emulator, env });

it("the catalogue has everybody once, with manager and photo, and every group with its members, in few requests", async () => {
  emulator.requests.length = 0;
  emulator.faults.add({ path: "/$batch", status: 503, times: 2 });
  const { stdout, stderr, code } = await catalog(environmentOf(emulator));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const entries = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const users = entries.filter(({ kind }) => kind === "user");
  expect(users.map(({ id }) => id).sort()).toEqual([...emulator.users.ids()].sort());
  expect(users.filter(({ manager }) => manager !== undefined).length).toBeGreaterThan(100);
  expect(users.filter(({ photo }) => photo?.startsWith("/9j/")).length).toBeGreaterThan(20);
  const groups = entries.filter(({ kind }) => kind === "group");
  expect(groups).toHaveLength(25);
  expect(groups.some(({ members }) => members.length > 20)).toBe(true);
  // One by one it would be 287.
  expect(emulator.requests.filter(({ service }) => service === "graph").length).toBeLessThan(100);
});

it("the catalogue says which path failed and what to do, where groups may not be read", async () => {
  emulator.app().roles = ["User.Read.All"];
  const { stderr, code } = await catalog(environmentOf(emulator));
  expect(code).toBe(1);
  expect(stderr).toMatch(/Insufficient privileges|permission/);
  expect(stderr).not.toMatch(/\n\s+at /);
});
