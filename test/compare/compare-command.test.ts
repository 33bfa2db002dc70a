import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { compareCommand } from "../../src/compare/compare-command.js";
import * as testing from "../../src/testing/index.js";
import { environmentOf } from "../support/run-program.js";

let tenant: testing.Emulator;
const folder = mkdtempSync(join(tmpdir(), "compare-"));
beforeAll(async () => {
  tenant = await testing.startEmulator({ seed: 9, users: 40, roles: ["Directory.Read.All"] });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await tenant.stop();
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Runs the command in this process, as a user of the tenant would. */
async function compare(...args: string[]) {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  for (const [name, value] of Object.entries(environmentOf(tenant))) vi.stubEnv(name, value as string);
  // The embedded tenant's own requests go where they go anyway.
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (address: string, init?: RequestInit) =>
    (new URL(address).hostname === "127.0.0.1" ? fetch : tenant.fetch)(address, init),
  );
  const code = await compareCommand(args, "1.2.3", async () => testing);
  vi.restoreAllMocks();
  return { code, ...written };
}

describe("graph-app-identity compare", () => {
  it("finds another embedded tenant alike, says what it skipped, and writes a report without anything of it", async () => {
    const out = join(folder, "report.json");
    const { code, stdout, stderr } = await compare("--env", "--only", "lists", "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/= {2}lists: \/users\?\$top=5\n/);
    expect(stdout).toMatch(/isn't permitted/);
    expect(stdout).toMatch(/All answers are alike\. \d+ compared, \d+ skipped\.\n$/);
    const report = readFileSync(out, "utf8");
    expect(JSON.parse(report)).toMatchObject({ format: 1, version: "1.2.3" });
    for (const value of [tenant.tenantId, tenant.clientId, tenant.domain, ...tenant.users.ids()]) {
      expect(report + stdout).not.toContain(value);
    }
  });

  it("says what it would ask, and asks nothing", async () => {
    const before = tenant.requests.length;
    const { code, stdout } = await compare("--list", "--only", "tokens");
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe("tokens: /v2.0/.well-known/openid-configuration");
    expect(tenant.requests.length).toBe(before);
  });

  it.each([
    [[], /Give a parameters\.json, or --env/],
    [["--env", "file.json"], /not both/],
    [["a.json", "b.json"], /one file too many/],
    [["--env", "--only", "nonsense"], /--only knows tokens, lists/],
    [["--nonsense"], /nonsense/],
    [["nowhere.json"], /nowhere\.json/],
    [["--env", "--only", "delta", "--out", "/nowhere/report.json"], /can't be written/],
  ])("ends with 2 for %j, and says why", async (args, why) => {
    const { code, stderr } = await compare(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("asks nothing where the report couldn't be written", async () => {
    const before = tenant.requests.length;
    for (const out of [folder, "/nowhere/report.json", ""]) {
      const { code, stdout, stderr } = await compare("--env", "--only", "delta", "--out", out);
      expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/can't be written/)]);
    }
    expect(tenant.requests.length).toBe(before);
  });

  it("stops at once on ^C, says so, and keeps what it has found", async () => {
    const out = join(folder, "stopped.json");
    const stopped = compare("--env", "--out", out);
    await vi.waitFor(() => expect(process.stdout.write).toHaveBeenCalled(), 10_000);
    process.emit("SIGINT", "SIGINT");
    const { code, stdout, stderr } = await stopped;
    expect([code, stderr]).toEqual([2, "\nStopped by SIGINT.\n"]);
    const { probes } = JSON.parse(readFileSync(out, "utf8"));
    expect(probes.length).toBeGreaterThan(0);
    expect(stdout).toContain(`${probes.length} compared, 0 skipped`);
    expect(process.listenerCount("SIGINT")).toBe(0);
  });

  it("ends with 2 where a token can't be had", async () => {
    tenant.app().disabled = true;
    const { code, stderr } = await compare("--env", "--only", "delta");
    tenant.app().disabled = false;
    expect(code).toBe(2);
    expect(stderr).not.toBe("");
  });
});
