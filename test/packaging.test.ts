import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Service } from "./bench/service.js";
import { type Packed, pack } from "./support/packed.js";

const nodeArgs = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, args, { cwd: packed.project, encoding: "utf8", env: { ...process.env, ...env } });

let packed: Packed;
beforeAll(() => {
  packed = pack();
}, 180_000);
afterAll(() => packed?.remove());

describe("the built entries", () => {
  const built = () => readdirSync(join(packed.folder, "dist")).filter((name) => /^(?!.*\.esm\.).*\.cjs$/.test(name));
  const classesOf = (name: string) =>
    [
      ...readFileSync(join(packed.folder, "dist", name), "utf8").matchAll(
        /^(?:class (\w+)|(?:var|let|const) (\w+) = class\b)/gm,
      ),
    ].map(([, declared, assigned]) => (declared ?? assigned) as string);

  it("hold no second copy of a class that another entry has", () => {
    const holders = new Map<string, string[]>();
    for (const entry of built()) {
      for (const name of classesOf(entry)) holders.set(name, [...(holders.get(name) ?? []), entry]);
    }
    expect(holders.get("AppIdentityError")).toEqual(["index.cjs"]);
    expect([...holders].filter(([, entries]) => entries.length > 1)).toEqual([]);
  });

  it("give errors of one class, whichever entry they come from", () => {
    writeFileSync(
      join(packed.project, "one-class.mjs"),
      `import { AppIdentityError } from "graph-app-identity";
       import { redisTokenStore } from "graph-app-identity/redis";
       for (const args of [[{}, { encryptionKey: "short" }], [{}, { encrypt: true }]]) {
         try { redisTokenStore(...args); } catch (error) { console.log(error instanceof AppIdentityError, error.code); }
       }`,
    );
    expect(nodeArgs(["one-class.mjs"]).stdout).toBe("true invalid_options\ntrue invalid_options\n");
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
      ...{ config: false, silent: true, entry: [entry], tsconfig, outDir, format: "esm", platform: "node" },
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

describe("where the runtime has no fetch", () => {
  const flag = "--no-experimental-fetch";
  const known = process.allowedNodeEnvironmentFlags.has(flag);
  if (!known) console.log(`skipped: Node ${process.version} has no ${flag}`);

  it.skipIf(!known)("isomorphic-fetch does its work, and is loaded nowhere else", async () => {
    const service = await Service.start();
    await service.behave({ users: 2_500 });
    const route = JSON.stringify(fileURLToPath(new URL("bench/route.mjs", import.meta.url)));
    writeFileSync(
      join(packed.project, "no-fetch.mjs"),
      `import ${route};
       import { createRequire } from "node:module";
       import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";
       const had = typeof fetch;
       const authProvider = new AppIdentityAuthProvider({
         tenantId: "0f2a1c34-5b6d-4e7f-8a90-1b2c3d4e5f60",
         clientId: "7d3c9a11-22b4-4c55-9e66-778899aabbcc",
         clientSecret: "bench-secret-of-the-usual-forty-characters",
       });
       let count = 0;
       for await (const _ of listUsers(createGraphClient({ authProvider }))) count += 1;
       const { cache } = createRequire(import.meta.url);
       console.log(had, count, Object.keys(cache).some((path) => path.includes("isomorphic-fetch")));`,
    );
    const env = { BENCH_PORT: String(service.port), NODE_EXTRA_CA_CERTS: service.caFile };
    const without = nodeArgs([flag, "no-fetch.mjs"], env);
    expect(without.stderr).not.toMatch(/Error/);
    expect(without.stdout).toBe("undefined 2500 true\n");
    expect(nodeArgs(["no-fetch.mjs"], env).stdout).toBe("function 2500 false\n");
    await service.stop();
  });
});
