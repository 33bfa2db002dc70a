import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../src/doctor/findings.js";
import { type Emulator, startEmulator } from "../src/testing/index.js";
import { cli } from "./support/emulator-command.js";
import { nothingSet } from "./support/nothing-set.js";
import { environmentOf, type Ran, runProgram } from "./support/run-program.js";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ users: 3 });
});
afterEach(() => emulator.stop());

/** Runs the doctor as its user would. */
async function doctor(args: string[] = [], env: NodeJS.ProcessEnv = environmentOf(emulator)): Promise<Ran> {
  const ran = await runProgram([cli, "doctor", ...args], { emulator, env: { ...nothingSet, ...env } });
  const said = ran.stdout + ran.stderr;
  for (const secret of [emulator.clientSecret, "wrong~secret", "eyJ"]) expect(said).not.toContain(secret);
  expect(ran.stderr).not.toMatch(/\n\s+at /);
  return ran;
}

describe("the doctor's command", () => {
  it("leads to an administrator's consent where the permission is missing", async () => {
    emulator.app().roles = ["Group.Read.All"];
    const { stdout, code } = await doctor();
    expect(code).toBe(1);
    expect(stdout).toContain("→ An administrator consents here: https://login.microsoftonline.com/");
    expect(stdout).toContain("  FAILED       Permission");
    expect(stdout).toContain("  not checked  One user\n\nNot in order: Permission.");
  });

  it("names a file that is right here, where nothing is set", () => {
    writeFileSync(join(folder, "parameters.json"), "{}");
    const env = { ...process.env, ...nothingSet };
    const { stdout } = spawnSync(process.execPath, [cli, "doctor"], { cwd: folder, encoding: "utf8", env });
    expect(stdout).toContain("graph-app-identity doctor parameters.json");
  });

  it.each([
    ["is content", {}, true],
    ["isn't", { AZURE_CLIENT_SECRET: "wrong~secret" }, false],
  ])("prints as JSON what was found, and exits by it, where the doctor %s", async (_name, changed, content) => {
    const { stdout, code } = await doctor(["--json"], { ...environmentOf(emulator), ...changed });
    const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Check[] };
    expect({ ok, code }).toEqual({ ok: content, code: content ? 0 : 1 });
    expect(checks.filter(({ status }) => status === "failed").map(({ name }) => name)).toEqual(
      content ? [] : ["credential"],
    );
  });

  it.each([
    [["--jason"], "'--jason'"],
    [["one.json", "two.json"], "one file too many: two.json"],
    [["--for", "listUsers,listUserz"], '--for knows no "listUserz": it takes listUsers, countUsers'],
  ])("answers %j with what is wrong, the usage, and exit code 2", async (args, said) => {
    const { stdout, stderr, code } = await doctor(args);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toContain(said);
    expect(stderr).toContain("Usage: graph-app-identity doctor");
  });

  it("explains itself without loading MSAL or the Graph SDK, and needs no MSAL to find a variable missing", async () => {
    const preload = join(folder, "loaded.cjs");
    writeFileSync(
      preload,
      `process.on("exit", () => {
         const loaded = (name) => Object.keys(require.cache).some((path) => path.includes(name));
         process.stderr.write(JSON.stringify({ msal: loaded("msal"), sdk: loaded("microsoft-graph-client") }));
       });`,
    );
    const help = await runProgram(["--require", preload, cli, "doctor", "--help"], { env: nothingSet });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("Exit code: 0") });
    expect(JSON.parse(help.stderr)).toEqual({ msal: false, sdk: false });
    expect(JSON.parse((await runProgram(["--require", preload, cli, "doctor"], { env: nothingSet })).stderr)).toEqual({
      msal: false,
      sdk: true,
    });
  });

  it("may be read in part: the exit code says the rest", () => {
    const command = `("${process.execPath}" "${cli}" doctor; echo "exit code $?" >&2) | true`;
    const { stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", env: { ...process.env, ...nothingSet } });
    expect(stderr).toBe("exit code 1\n");
  });
});
