import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cli, endAll, launch, type Ready, readLine, runCommand, startCommand } from "../../support/emulator-command.js";

const project = mkdtempSync(join(tmpdir(), "ends-"));
beforeAll(() => {
  // As npm installs it: a link in node_modules/.bin.
  mkdirSync(join(project, "node_modules/.bin"), { recursive: true });
  symlinkSync(cli, join(project, "node_modules/.bin/graph-app-identity"));
  const start = "graph-app-identity emulator --port 0 --users 1 --json";
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "x", private: true, scripts: { tenant: start } }),
  );
});
afterAll(() => rmSync(project, { recursive: true }));

const started: ChildProcess[] = [];
afterEach(() => {
  endAll();
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

const alive = (pid: number) => existsSync(`/proc/${pid}`);
const gone = (pid: number) => expect.poll(() => alive(pid), { timeout: 15_000, interval: 100 }).toBe(false);

async function underNpm(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(args[0]!, args.slice(1), { cwd: project, stdio: ["ignore", "pipe", "ignore"], detached: true });
  started.push(child);
  return { child, ready: await readLine(child) };
}
const npx = ["npx", "--no", "graph-app-identity", "emulator", "--port", "0", "--users", "1"];

describe.each([
  ["npx", npx],
  ["npm run", ["npm", "run", "--silent", "tenant"]],
])("under %s", (_, line) => {
  it("SIGTERM to npm alone, whose shell dies of it, ends the tenant, frees the port and leaves nothing", async () => {
    const { child, ready } = await underNpm(...line);
    child.kill("SIGTERM");
    await gone(ready.pid);
    expect(existsSync(dirname(ready.ca))).toBe(false);
    await expect(fetch(ready.origin.replace("https", "http"))).rejects.toThrow();
  });

  it("Ctrl+C, which the terminal sends to all and npm repeats, ends it in order", async () => {
    const { child, ready } = await underNpm(...line);
    process.kill(-child.pid!, "SIGINT");
    await gone(ready.pid);
    expect(existsSync(dirname(ready.ca))).toBe(false);
  });
});

describe("without npm", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s means the same: code 0, and nothing is left",
    async (signal) => {
      const { ready, child } = await startCommand("--users", "1");
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(existsSync(dirname(ready.ca))).toBe(false);
    },
  );

  it("goes on when its starter ends", async () => {
    const line = `"${process.execPath}" "${cli}" emulator --port 0 --users 1 & wait $!`;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("npm_")));
    const shell = spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "ignore"], env });
    const { pid } = await readLine(shell);
    shell.kill("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(alive(pid)).toBe(true);
    process.kill(pid, "SIGTERM");
    await gone(pid);
  });
});

describe("beside a command", () => {
  const deaf = `trap "" TERM INT HUP; echo "$NODE_EXTRA_CA_CERTS"; while :; do sleep 0.1; done`;
  async function deafProgram() {
    const child = launch(["emulator", "--users", "1", "--exec", deaf]);
    const [ca] = await once(child.stdout!, "data");
    return { child, ca: String(ca).trim() };
  }

  it("a second signal, later than a second, ends both at once and leaves nothing", async () => {
    const { child, ca } = await deafProgram();
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(child.exitCode).toBeNull();
    // As often as a machine needs it that took its time over the first.
    const again = setInterval(() => child.kill("SIGTERM"), 1200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
    clearInterval(again);
    expect(existsSync(dirname(ca))).toBe(false);
  });

  it.each(["SIGINT", "SIGHUP"] as const)("%s reaches the command, whose code counts", async (signal) => {
    const line = 'trap "exit 5" INT HUP; echo; while :; do sleep 0.1; done';
    const child = launch(["emulator", "--users", "1", "--exec", line]);
    await once(child.stdout!, "data");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([5, null]);
  });

  it("the end of npx reaches the command, too", async () => {
    const { child, ready } = await underNpm(
      "npx",
      "--no",
      "graph-app-identity",
      "emulator",
      "--exec",
      `echo "{\\"pid\\":$$}"; exec sleep 60`,
    );
    child.kill("SIGTERM");
    await gone(ready.pid);
  });

  it.each([
    [["--", "no-such-program"], 127],
    [["--", join(project, "package.json")], 126],
    [["--exec", "no-such-program"], 127],
    [["--exec", "kill -9 $$"], 137],
  ])("%j gives the shell's exit code", (command, code) => {
    expect(runCommand(["emulator", "--users", "1", ...command]).status).toBe(code);
  });
});

describe("a folder that takes nothing", () => {
  it("is told, with exit code 1, and no port stays open", () => {
    const folder = join(project, "locked");
    mkdirSync(folder);
    const file = join(folder, "file");
    writeFileSync(file, "");
    chmodSync(folder, 0o500);
    const env = { ...process.env, TMPDIR: file };
    const { status, stderr } = runCommand(["emulator", "--port", "0", "--users", "1"], { env });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/ENOTDIR|EACCES/)]);
  });
});
