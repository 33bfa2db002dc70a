import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, installed } from "./support/emulator-command.js";

/** The README's lines for other languages, run as they stand, in a project that has installed the package. */
const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8");
const [, shell = ""] = /```sh\n(npx graph-app-identity emulator --dotenv[\s\S]*?)```/.exec(readme) ?? [];
const [, python = ""] = /```python\n([\s\S]*?)```/.exec(readme) ?? [];
const [background = "", beside = "", ...rest] = shell.split("\n");

const project = mkdtempSync(join(tmpdir(), "readme-lines-"));
const bin = join(project, "node_modules/.bin");
mkdirSync(bin, { recursive: true });
symlinkSync(cli, join(bin, "graph-app-identity"));
writeFileSync(join(project, "package.json"), JSON.stringify({ name: "x", private: true }));
writeFileSync(join(project, "list_users.py"), python);
// Debian's own Python has Debian's packages, whichever comes first in the path.
const pythonPath = ["python3", "/usr/bin/python3"].find(
  (path) => spawnSync(path, ["-c", "import msal, requests"]).status === 0,
);
if (pythonPath) symlinkSync(spawnSync("which", [pythonPath], { encoding: "utf8" }).stdout.trim(), join(bin, "python3"));
else console.log("Skipped: msal-python, which isn't installed here (Debian's python3-msal and python3-requests).");

const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
const options = { cwd: project, encoding: "utf8", env, timeout: 60_000 } as const;
let pid: number;
beforeAll(async () => {
  const started = spawn("sh", ["-c", `${background}\nwait`], { ...options, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await new Promise<string[]>((resolve) =>
    started.stdout.once("data", (text) => resolve([String(text)])),
  );
  ({ pid } = JSON.parse(line!));
});
afterAll(() => {
  process.kill(pid, "SIGTERM");
  rmSync(project, { recursive: true });
});

describe("the README's lines for other languages", () => {
  it("are there", () => {
    expect(background).toMatch(/ &( |$)/);
    expect(beside).toContain('--exec "python3 list_users.py"');
    expect(existsSync(join(project, "tenant.env"))).toBe(true);
  });

  it.runIf(installed("curl", ["--version"], "curl"))("get a token and read users by curl", () => {
    const { stdout, stderr } = spawnSync("sh", ["-c", rest.join("\n")], options);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout).value).toHaveLength(5);
  });

  it.runIf(pythonPath)("read users by msal and requests, beside a tenant of its own", () => {
    const { stdout, status } = spawnSync("sh", ["-c", beside], options);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).value).toHaveLength(5);
  });
});
