import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

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
});
