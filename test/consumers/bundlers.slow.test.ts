import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installLocked } from "../support/install-locked.js";
import { type Packed, pack } from "../support/packed.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

let packed: Packed;
/** Where nothing but a bundle is. */
let bare: string;

beforeAll(() => {
  installLocked(here);
  packed = pack();
  bare = mkdtempSync(join(tmpdir(), "bundled-"));
});
afterAll(() => {
  packed?.remove();
  rmSync(bare, { recursive: true, force: true });
});

type Format = "esm" | "cjs";
let made = 0;

/** Bundles a program as bundle.mjs knows, and moves the result to where there are no packages. */
function bundle(bundler: string, format: Format, program: string, minify = false): string {
  made += 1;
  const entry = join(packed.project, `program-${made}.mjs`);
  const folder = join(packed.project, `bundle-${made}`);
  const name = format === "esm" ? "bundle.mjs" : "bundle.cjs";
  mkdirSync(folder);
  writeFileSync(entry, program);
  const args = [join(here, "bundle.mjs"), bundler, format, entry, join(folder, name), minify ? "minify" : ""];
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: packed.project });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const moved = join(bare, String(made));
  cpSync(folder, moved, { recursive: true });
  return join(moved, name);
}

const run = (file: string, options: string[] = []) => {
  const { stdout, stderr } = spawnSync(process.execPath, [...options, file], { encoding: "utf8", cwd: bare });
  return { stdout, stderr };
};

/** Every entry of the package, and whether they share one copy of its classes. */
const program = `
import { AppIdentityAuthProvider, AppIdentityError, createGraphClient, listUsers } from "graph-app-identity";
import { redisTokenStore } from "graph-app-identity/redis";
import { startEmulator } from "graph-app-identity/testing";

async function main() {
  const { tenantId, clientId, clientSecret, fetch, stop } = await startEmulator({ users: 1_200 });
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  let count = 0;
  for await (const user of listUsers(createGraphClient({ authProvider }))) count += user.id ? 1 : 0;
  const failures = [
    () => new AppIdentityAuthProvider({ tenantId, clientId, clientSecret: "wrong", fetch }).getAccessToken(),
    async () => redisTokenStore({}, { encryptionKey: "short" }),
  ];
  const errors = await Promise.all(failures.map((fail) => fail().catch((error) => error)));
  await stop();
  console.log(count, ...errors.map((error) => [error.code, error.name, error instanceof AppIdentityError].join(" ")));
  console.log(AppIdentityError.name, AppIdentityAuthProvider.name);
}
main();
`;
const expected = {
  stdout:
    "1200 invalid_credential AppIdentityError true invalid_options AppIdentityError true\n" +
    "AppIdentityError AppIdentityAuthProvider\n",
  stderr: "",
};

describe("a bundle of the package", () => {
  it.each<[bundler: string, Format, "minified"?]>([
    ["esbuild", "esm"],
    ["esbuild", "esm", "minified"],
    ["esbuild", "cjs", "minified"],
    ["esbuild with a long banner", "esm"],
    ["esbuild with splitting", "esm", "minified"],
    ["esbuild with conditions of its own", "esm"],
    ["vite", "esm"],
    ["vite", "cjs", "minified"],
    ["rollup", "esm"],
    ["rollup", "cjs"],
    ["webpack", "esm", "minified"],
    ["webpack", "cjs"],
  ])("by %s as %s, %s, runs where there are no packages, with and without a document", (bundler, format, minified) => {
    const file = bundle(bundler, format, program, minified !== undefined);
    expect(run(file)).toEqual(expected);
    expect(run(file, ["--import", "data:text/javascript,globalThis.document={}"])).toEqual(expected);
  });

  it.each(["esbuild", "webpack"])("by %s holds one copy of a class for programs that import and require", (bundler) => {
    writeFileSync(join(packed.project, "required.cjs"), 'module.exports = require("graph-app-identity");');
    const both = `
      import { AppIdentityError } from "graph-app-identity";
      import required from "./required.cjs";
      console.log(required.AppIdentityError === AppIdentityError);`;
    expect(run(bundle(bundler, "cjs", both))).toEqual({ stdout: "true\n", stderr: "" });
  });

  it.each(["esbuild", "vite", "rollup", "webpack"])(
    "by %s makes clients of the same classes as the program's own",
    (bundler) => {
      const own = `
      import { Client, GraphClientError } from "@microsoft/microsoft-graph-client";
      import { AppIdentityError, createGraphClient } from "graph-app-identity";
      const client = createGraphClient({ authProvider: { getAccessToken: async () => "" } });
      console.log(client instanceof Client, AppIdentityError.prototype instanceof GraphClientError);`;
      expect(run(bundle(bundler, "esm", own))).toEqual({ stdout: "true true\n", stderr: "" });
    },
  );

  it("is as small as what a program uses", () => {
    const [, first] = /^```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];
    const sizeOf = (text: string) => statSync(bundle("esbuild", "esm", text, true)).size;
    const sizes = {
      first: sizeOf(first as string),
      odata: sizeOf('import { odata } from "graph-app-identity"; console.log(odata`a eq b`);'),
    };
    console.log(
      `Bundled and minified by esbuild: README's first program ${sizes.first} bytes, odata alone ${sizes.odata}.`,
    );
    expect(sizes.first).toBeLessThanOrEqual(440_000);
    expect(sizes.odata).toBeLessThanOrEqual(60_000);
  });

  it("says so where the runtime has no fetch", () => {
    const flag = "--no-experimental-fetch";
    if (!process.allowedNodeEnvironmentFlags.has(flag))
      return console.log(`skipped: Node ${process.version} has no ${flag}`);
    const program = `
      import { AppIdentityAuthProvider } from "graph-app-identity";
      try { new AppIdentityAuthProvider({ tenantId: "contoso.com", clientId: "7d3c9a11-22b4-4c55-9e66-778899aabbcc", clientSecret: "secret" }); }
      catch ({ name, code, remedy }) { console.log(name, code, remedy.includes("fetch")); }`;
    for (const format of ["esm", "cjs"] as const) {
      const { stdout } = run(bundle("esbuild", format, program), [flag]);
      expect(stdout).toBe("AppIdentityError invalid_options true\n");
    }
  });
});
