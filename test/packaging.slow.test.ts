import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, pack } from "./support/packed.js";

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: packed.project, encoding: "utf8" });

let packed: Packed;
beforeAll(() => {
  packed = pack();
}, 180_000);
afterAll(() => packed?.remove());

describe("the built entries", () => {
  it("give errors of one class, whichever entry they come from", () => {
    writeFileSync(
      join(packed.project, "one-class.mjs"),
      `import { AppIdentityError } from "graph-app-identity";
       import { redisTokenStore } from "graph-app-identity/redis";
       for (const args of [[{}, { encryptionKey: "short" }], [{}, { encrypt: true }]]) {
         try { redisTokenStore(...args); } catch (error) { console.log(error instanceof AppIdentityError, error.code); }
       }`,
    );
    expect(node("one-class.mjs").stdout).toBe("true invalid_options\ntrue invalid_options\n");
  });
});

describe("a bundler", () => {
  /** The files of the package that a program's bundle holds. */
  const bundled = async (program: string): Promise<string[]> => {
    const entry = join(packed.project, "bundled.mjs");
    const tsconfig = join(packed.project, "bundled.json");
    const outDir = join(packed.project, "bundle");
    writeFileSync(entry, program);
    writeFileSync(tsconfig, "{}");
    await build({
      config: false,
      silent: true,
      entry: [entry],
      tsconfig,
      outDir,
      format: "esm",
      platform: "node",
      noExternal: [/^graph-app-identity/],
      external: ["@azure/msal-node", "@microsoft/microsoft-graph-client", "isomorphic-fetch"],
    });
    const [output] = readdirSync(outDir);
    const text = readFileSync(join(outDir, output as string), "utf8");
    return [...text.matchAll(/^\/\/ \S*\/graph-app-identity\/(\S+)$/gm)].map(([, path]) => path as string);
  };

  it("drops the package where nothing of it is used", async () => {
    expect(await bundled('import { listUsers } from "graph-app-identity"; console.log("nothing");')).toEqual([]);
  });

  it("takes the modules that are used, and neither the emulator nor the Redis store with them", async () => {
    const files = await bundled('import { listUsers } from "graph-app-identity"; console.log(listUsers);');
    expect(files).toContain("dist/esm/users/list-users.js");
    expect(files.filter((path) => /testing|redis|doctor|\.cjs$/.test(path))).toEqual([]);
  });
});
