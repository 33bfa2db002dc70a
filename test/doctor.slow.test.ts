import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { cli } from "./support/emulator-command.js";
import { nothingSet } from "./support/nothing-set.js";

const bare = { ...process.env, ...nothingSet };
const doctor = `"${process.execPath}" "${cli}" doctor`;

describe("the doctor, run by the command beside a tenant", () => {
  it.each([
    ["over TLS", []],
    ["behind its proxy", ["--proxy"]],
  ])("finds all in order %s", (_way, options) => {
    const args = [cli, "emulator", "--users", "3", ...options, "--exec", doctor];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8", env: bare });
    expect(stdout).toContain("All in order.");
    expect(stdout).not.toContain("without the proxy");
    expect(status).toBe(0);
  });
});

describe("the doctor on a terminal", () => {
  const terminal = spawnSync("script", ["--version"]).status === 0;
  if (!terminal) console.log("Skipped: colours on a terminal, as there is no script(1) to make one.");

  it.runIf(terminal)("has colours on a terminal, unless NO_COLOR is set", () => {
    const shown = (env: object) =>
      spawnSync("script", ["--quiet", "--return", "--command", doctor, "/dev/null"], {
        encoding: "utf8",
        env: { ...bare, ...env },
      }).stdout;
    expect(shown({})).toContain("\x1b[31mFAILED");
    expect(shown({ NO_COLOR: "1" })).not.toContain("\x1b[");
  });
});
