import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { startEmulator } from "../src/testing/index.js";
import { environmentOf, runProgram } from "./support/run-program.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const blocks = ["README.md", "examples/MIGRATING.md"].flatMap((path) =>
  [...readFileSync(join(root, path), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code as string),
);
// Inside test/, so that the blocks resolve packages and type roots as the repository does.
const folder = mkdtempSync(join(root, "test/.readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the README", () => {
  it("has only code blocks that compile, and so has the guide to migrating", () => {
    const files = blocks.map((code, index) => {
      const file = join(folder, `block-${index + 1}.ts`);
      writeFileSync(file, /^(import|export) /m.test(code) ? code : `${code}\nexport {};\n`);
      return file;
    });
    const base = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
    const paths = Object.fromEntries(
      Object.entries(base.compilerOptions.paths as Record<string, string[]>).map(([name, [path]]) => [
        name,
        [join(root, path as string)],
      ]),
    );
    const config = join(folder, "tsconfig.json");
    const compilerOptions = { ...base.compilerOptions, noUnusedLocals: false, paths };
    writeFileSync(config, JSON.stringify({ compilerOptions, files }));
    const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config], {
      encoding: "utf8",
    });
    expect(tsc.stdout).toBe("");
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
});
