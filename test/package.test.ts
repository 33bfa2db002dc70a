import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commonjsProgram, type Packed, pack } from "./support/packed.js";
import { thorough } from "./support/thorough.js";

/** Where the package is installed; in `npm test` it is unpacked beside the repository's packages. */
let project: string;
const run = (command: string, args: string[], cwd = project) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const runScript = (name: string, text: string) => {
  writeFileSync(join(project, name), text);
  return run(process.execPath, [name]).trim();
};

let packed: Packed;

beforeAll(() => {
  packed = pack();
  project = thorough ? mkdtempSync(join(tmpdir(), "graph-app-identity-")) : packed.project;
  if (!thorough) return;
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true }));
  run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", packed.tarball]);
}, 180_000);

afterAll(() => {
  packed?.remove();
  if (thorough) rmSync(project, { recursive: true, force: true });
});

describe("the package, packed and installed in an empty project", () => {
  it("holds what is built and nothing of how it is built", () => {
    expect(packed.files).toEqual(
      expect.arrayContaining(["package.json", "README.md", "CHANGELOG.md", "LICENSE", "dist/index.js"]),
    );
    expect(packed.files.filter((path) => /^(src|test|examples)\/|\.map$|tsconfig|tsup/.test(path))).toEqual([]);
    // The library, its types and the embedded tenant have 400,000 bytes, the tenant's console another 30,000.
    expect(packed.size).toBeLessThan(430_000);
  });

  const built = () => readdirSync(join(packed.folder, "dist")).filter((name) => /^(?!.*\.esm\.).*\.cjs$/.test(name));
  const classesOf = (name: string) =>
    [
      ...readFileSync(join(packed.folder, "dist", name), "utf8").matchAll(
        /^(?:class (\w+)|(?:var|let|const) (\w+) = class\b)/gm,
      ),
    ].map(([, declared, assigned]) => (declared ?? assigned) as string);

  it("holds no second copy of a class that another entry has", () => {
    const holders = new Map<string, string[]>();
    for (const entry of built()) {
      for (const name of classesOf(entry)) holders.set(name, [...(holders.get(name) ?? []), entry]);
    }
    expect(holders.get("AppIdentityError")).toEqual(["index.cjs"]);
    expect([...holders].filter(([, entries]) => entries.length > 1)).toEqual([]);
  });

  it("brings the four packages that were asked for and no other of its own", () => {
    const installed = JSON.parse(readFileSync(join(project, "node_modules/graph-app-identity/package.json"), "utf8"));
    expect(Object.keys(installed.dependencies)).toHaveLength(4);
    expect(installed.engines.node).toBe(">=20");
  });

  it("is imported as ESM and required as CommonJS, with one copy of every class", () => {
    const shown = runScript(
      "both.mjs",
      `import { createRequire } from "node:module";
       import * as esm from "graph-app-identity";
       import { startEmulator } from "graph-app-identity/testing";
       const require = createRequire(import.meta.url);
       const cjs = require("graph-app-identity");
       console.log(esm.AppIdentityError === cjs.AppIdentityError, Object.keys(cjs).every((name) => esm[name] === cjs[name]));
       console.log(startEmulator === require("graph-app-identity/testing").startEmulator);`,
    );
    expect(shown).toBe("true true\ntrue");
  });

  it.runIf(thorough)("lists the embedded tenant from CommonJS", () => {
    expect(runScript("list.cjs", commonjsProgram)).toBe("1200");
  });

  it.runIf(thorough)("lets another project test its own service against the embedded tenant in one file", () => {
    writeFileSync(
      join(project, "headcount.mjs"),
      `import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";
       export async function headcount(options) {
         const client = createGraphClient({ authProvider: new AppIdentityAuthProvider(options) });
         const count = {};
         for await (const { department } of listUsers(client, { select: ["department"] })) {
           count[department] = (count[department] ?? 0) + 1;
         }
         return count;
       }`,
    );
    writeFileSync(
      join(project, "headcount.test.mjs"),
      `import assert from "node:assert";
       import { after, test } from "node:test";
       import { startEmulator } from "graph-app-identity/testing";
       import { headcount } from "./headcount.mjs";
       const { tenantId, clientId, clientSecret, fetch, users, app, stop } = await startEmulator({ users: 50 });
       after(stop);
       test("counts everybody once", async () => {
         users.add({ department: "Night shift" });
         const count = await headcount({ tenantId, clientId, clientSecret, fetch });
         assert.equal(count["Night shift"], 1);
         assert.equal(Object.values(count).reduce((sum, each) => sum + each), 51);
       });
       test("says which permission is missing", async () => {
         app().roles = [];
         await assert.rejects(headcount({ tenantId, clientId, clientSecret, fetch }), { code: "permission_missing" });
       });`,
    );
    const shown = run(process.execPath, ["--test", "--test-reporter=tap", "headcount.test.mjs"]);
    expect(shown).toMatch(/^# pass 2$/m);
    const [, ms] = /^# duration_ms (\d+)/m.exec(shown) ?? [];
    console.log(`A project's own test file against the embedded tenant: ${ms} ms, process start included.`);
  });

  it.runIf(thorough)("loads neither MSAL nor isomorphic-fetch before they are needed", () => {
    const shown = runScript(
      "lazy.cjs",
      `require("graph-app-identity");
       console.log(Object.keys(require.cache).some((path) => /msal|isomorphic-fetch/.test(path)));`,
    );
    expect(shown).toBe("false");
  });

  it.runIf(thorough)("gives its errors with their fields through a client of a second copy of the Graph SDK", () => {
    const copy = join(project, "node_modules/second/node_modules/@microsoft/microsoft-graph-client");
    cpSync(join(project, "node_modules/@microsoft/microsoft-graph-client"), copy, { recursive: true });
    const shown = runScript(
      "two-copies.cjs",
      `const { AppIdentityAuthProvider, isAppIdentityError, listUsers } = require("graph-app-identity");
       const { startEmulator } = require("graph-app-identity/testing");
       const second = require(${JSON.stringify(copy)});
       if (second.GraphClientError === require("@microsoft/microsoft-graph-client").GraphClientError) throw new Error("one copy");
       (async () => {
         const { tenantId, clientId, fetch, stop } = await startEmulator({ users: 3 });
         const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret: "wrong", fetch });
         const client = second.Client.initWithMiddleware({ authProvider });
         const listed = await listUsers(client)[Symbol.asyncIterator]().next().catch((error) => error);
         console.log(isAppIdentityError(listed), listed.code, listed.aadsts, typeof listed.remedy);
         const asked = await client.api("/users").get().catch((error) => error);
         const { aadsts, remedy } = JSON.parse(asked.body);
         console.log(asked.code, aadsts, typeof remedy);
         await stop();
       })();`,
    );
    expect(shown).toBe("true invalid_credential 7000215 string\ninvalid_credential 7000215 string");
  });
});
