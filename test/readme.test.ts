import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../src/testing/index.js";
import { environmentOf, runProgram } from "./support/run-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string);

describe("the README", () => {
  it("begins with runnable code and stays under 300 lines", () => {
    const lines = readme.split("\n");
    expect(lines.findIndex((line) => line.startsWith("```ts"))).toBeLessThan(15);
    expect(lines.length).toBeLessThan(300);
  });

  it("shows first what examples/list-users.ts is, and it lists the directory", async () => {
    expect(blocks[0]).toBe(readFileSync(join(root, "examples/list-users.ts"), "utf8"));
    await using emulator = await startEmulator({ users: 25 });
    const ran = await runProgram(["examples/list-users.ts"], { emulator, env: environmentOf(emulator) });
    expect(ran).toMatchObject({ stderr: "", code: 0 });
    const lines = ran.stdout.trim().split("\n");
    expect(lines).toHaveLength(25);
    for (const line of lines) expect(line).toMatch(/^[0-9a-f-]{36} \S/);
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, path]) => path as string);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("names no registry host and no path of a machine, nor does any other file", () => {
    const found = spawnSync("git", ["grep", "-nIE", 'registry\\.npmjs\\.org|/home/[a-z]+/|"resolved":'], {
      cwd: root,
      encoding: "utf8",
    });
    expect(found.stdout.split("\n").filter((line) => line && !line.startsWith("test/readme.test.ts:"))).toEqual([]);
  });
});
