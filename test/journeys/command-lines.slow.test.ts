import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runProgram } from "../support/run-program.js";

const folder = mkdtempSync(join(tmpdir(), "command-lines-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const odd = join(folder, "tenants.txt");
writeFileSync(odd, "contoso.onmicrosoft.com\n\n<html>\n");

/** Nobody listens there: what gets that far fails otherwise. */
const env = { REDIS_URL: "redis://127.0.0.1:1", DATABASE_URL: "postgres://postgres:hidden@127.0.0.1:1/postgres" };
const run = (program: string, args: string[], more: Record<string, string> = {}) =>
  runProgram([`examples/${program}.ts`, ...args], { env: { ...env, ...more } });

const programs = [
  "catalog",
  "daemon",
  "fleet/demo",
  "fleet/emulate",
  "fleet/measure",
  "fleet/produce",
  "fleet/status",
  "sync",
];

describe("a program among the examples", () => {
  it.each(programs)("%s explains itself with --help, and does nothing", async (program) => {
    const { stdout, stderr, code } = await run(program, ["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: np(m|x) /);
  });

  it.each<[string, string[], RegExp]>([
    ...programs.map((program): [string, string[], RegExp] => [program, ["--bogus"], /--bogus/]),
    ["fleet/demo", ["--tenants", "0"], /--tenants 0 is too few/],
    ["fleet/demo", ["--workers", "1.5"], /--workers "1.5" is not a whole number/],
    ["fleet/demo", ["--kill", ""], /--kill "" is not/],
    ["fleet/demo", ["50"], /positional/],
    ["fleet/emulate", ["--users", "-1"], /--users/],
    ["fleet/emulate", ["--tenants", "1e9"], /--tenants "1e9" is not/],
    ["fleet/emulate", ["--folder", " "], /--folder/],
    ["fleet/produce", ["--spread", "soon"], /--spread "soon" is not/],
    ["fleet/produce", ["--at", "bogus"], /--at "bogus" is not a cron pattern/],
    ["fleet/produce", ["--at", "* *"], /--at "\* \*" is not a cron pattern/],
    ["sync", ["--rounds", "some"], /--rounds "some" is not a whole number/],
    ["sync", ["--data", ""], /--data takes a folder/],
    ["sync", ["twice"], /'twice'/],
    ["fleet/produce", ["--allow-removals"], /--allow-removals/],
    ["fleet/status", ["--state", "bogus"], /--state bogus is not one of failed, retrying/],
  ])("%s refuses %j with 2, the usage and no stack", async (program, args, message) => {
    const { stdout, stderr, code } = await run(program, args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).toContain("Usage: ");
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each<[string, string, string[], Record<string, string>, number, RegExp]>([
    ["a variable that is no number", "fleet/status", [], { FLEET_LOCK_MS: "soon" }, 2, /FLEET_LOCK_MS is "soon"/],
    ["an address that is none", "fleet/status", [], { REDIS_URL: "hidden" }, 2, /REDIS_URL is no address/],
    ["a Redis that isn't there", "fleet/status", [], {}, 1, /There is no Redis at 127\.0\.0\.1:1\./],
    ["a file that isn't there", "fleet/produce", [join(folder, "none.txt")], {}, 1, /can't be read: ENOENT/],
    ["a line that is no tenant", "fleet/produce", [odd], {}, 1, /tenants\.txt, line 3: that is no tenant/],
    ["an app that isn't named", "sync", ["--env"], { AZURE_CLIENT_ID: "" }, 1, /AZURE_CLIENT_ID/],
    ["a PostgreSQL that isn't there", "sync", [], {}, 1, /The database can't be opened: .*127\.0\.0\.1:1/],
    ["a folder that is a file", "fleet/emulate", ["--folder", odd], {}, 1, /The folder can't be made: EEXIST/],
  ])("says of %s what it is, without a stack or a secret", async (_name, program, args, more, expected, message) => {
    const { stdout, stderr, code } = await run(program, args, more);
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
    expect(stdout + stderr).not.toMatch(/\n\s+at |hidden/);
  });
});
