import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { startEmulator } from "../src/testing/index.js";
import { environmentOf, runProgram } from "./support/run-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string);
// Inside test/, so that the blocks resolve packages and type roots as the repository does.
const folder = mkdtempSync(join(root, "test/.readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

  it("shows next a program that runs as it is", async () => {
    const file = join(folder, "try-it.ts");
    writeFileSync(file, blocks[1] as string);
    expect(await runProgram([file])).toEqual({ stdout: "2500\n", stderr: "", code: 0 });
  });

  it("reads users and the whole directory as its block on reading says", async () => {
    const block = blocks.find((code) => code.includes("readDirectory")) as string;
    const program = block
      .replace(
        /^declare const client.*$/m,
        "const client = createGraphClient({ authProvider: AppIdentityAuthProvider.fromEnvironment() });",
      )
      .replace(
        /^declare function save.*$/m,
        "const save = async (page: { stream?: string }) => page.stream && console.log(page.stream);",
      )
      .replace("import { type Client,", "import { AppIdentityAuthProvider, createGraphClient,");
    const file = join(folder, "reading.ts");
    writeFileSync(file, program);
    await using emulator = await startEmulator({ users: 25, groups: 5, roles: ["Directory.Read.All"] });
    const { stdout, code } = await runProgram([file], { emulator, env: environmentOf(emulator) });
    expect(code).toBe(0);
    const pages = stdout.match(/^(users|groups|members:.*)$/gm) ?? [];
    // Users come beside the others, whenever they arrive.
    expect(pages.filter((stream) => stream === "users")).toHaveLength(1);
    const [members] = pages.filter((stream) => stream.startsWith("members:"));
    expect(pages.filter((stream) => stream !== "users")).toEqual([members, "groups", members]);
  }, 30_000);

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
