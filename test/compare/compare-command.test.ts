import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { useCompareCommand } from "../support/compare-command.js";

const { compare, folder, tenant } = await useCompareCommand();

describe("graph-app-identity compare", () => {
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
