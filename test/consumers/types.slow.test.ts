import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, pack, typedProgram } from "../support/packed.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const require = createRequire(import.meta.url);

/** What attw prints. */
interface Attw {
  problems: Record<string, { kind: string; resolutionKind?: string }[]>;
  analysis: { entrypoints: Record<string, unknown> };
}

let packed: Packed;
/** A project in which only what it depends on itself is in reach, as pnpm lays it out. */
let strict: string;

beforeAll(() => {
  packed = pack();
  strict = mkdtempSync(join(tmpdir(), "strict-"));
  const store = join(strict, "store/node_modules");
  const app = join(strict, "app/node_modules");
  mkdirSync(app, { recursive: true });
  cpSync(packed.folder, join(store, "graph-app-identity"), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(store, name)), { recursive: true });
    // Copied, since the compiler looks where a link leads.
    cpSync(join(root, "node_modules", name), join(store, name), { recursive: true });
  }
  symlinkSync(join(store, "graph-app-identity"), join(app, "graph-app-identity"), "junction");
});
afterAll(() => {
  packed?.remove();
  rmSync(strict, { recursive: true, force: true });
});

/** Compiles files in a folder, and says what the compiler says. */
function compile(folder: string, files: Record<string, string>, options: object): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "ES2022",
    lib: ["ES2023"],
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const tsc = [require.resolve("typescript/bin/tsc"), "-p", folder, "--pretty", "false"];
  return spawnSync(process.execPath, tsc, { encoding: "utf8" }).stdout;
}

describe("the types of the package", () => {
  it.each([
    ["node16", "Node16", ["esm.mts", "commonjs.cts"]],
    ["nodenext", "NodeNext", ["esm.mts", "commonjs.cts"]],
    ["bundler", "ESNext", ["module.ts"]],
    ["node", "CommonJS", ["commonjs.ts"]],
  ])("are found under %s resolution, by every entry's name", (moduleResolution, module, names) => {
    const folder = join(packed.project, moduleResolution);
    mkdirSync(folder);
    const files = Object.fromEntries(names.map((name) => [name, typedProgram]));
    expect(compile(folder, files, { module, moduleResolution })).toBe("");
  });

  it("agree with the code for every entry, from ESM and CommonJS, says attw of all resolutions", () => {
    const attw = join(require.resolve("@arethetypeswrong/cli/package.json"), "../dist/index.js");
    const args = [attw, packed.tarball, "--format", "json"];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: packed.project, encoding: "utf8" });
    const { problems, analysis } = JSON.parse(stdout) as Attw;
    expect(Object.values(problems).flat()).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Object.keys(analysis.entrypoints)).toEqual(Object.keys(manifest.exports));
    expect(status).toBe(0);
  });

  it("are where publint expects them, and so is all else of the package", async () => {
    const { messages } = await publint({ pkgDir: packed.folder, strict: true, pack: false });
    const manifest = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8"));
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([]);
  });

  const declarations = { module: "Node16", moduleResolution: "Node16", skipLibCheck: false };

  it("are themselves checked without complaint where the DOM's are there", () => {
    const options = { ...declarations, lib: ["ES2023", "DOM"] };
    expect(compile(packed.project, { "program.mts": typedProgram }, options)).toBe("");
  });

  it("need the DOM's only because the Graph SDK's do", () => {
    const complaints = compile(packed.project, { "program.mts": typedProgram }, declarations)
      .split("\n")
      .filter((line) => /^\S.*error TS/.test(line));
    expect(complaints.length).toBeGreaterThan(0);
    expect(complaints.filter((line) => !line.includes("/@microsoft/microsoft-graph-client/"))).toEqual([]);
  });

  it.each([
    ["node16", "Node16"],
    ["bundler", "ESNext"],
    ["node", "CommonJS"],
  ])("can be named in a program's own declarations where pnpm hides the SDK, under %s", (moduleResolution, module) => {
    const program = `
      import { AppIdentityAuthProvider, AppIdentityError, type Client, createGraphClient, deltaUsers, listAll, listUsers, type User } from "graph-app-identity";
      import { redisTokenStore } from "graph-app-identity/redis";
      import { startEmulator } from "graph-app-identity/testing";
      export const authProvider = AppIdentityAuthProvider.fromEnvironment();
      export const client = createGraphClient({ authProvider });
      export const taken: Client = client;
      export const request = client.api("/users");
      export const people = listUsers(client, { select: ["id", "assignedLicenses", "employeeOrgData"], expand: ["manager"] });
      export const pages = people.byPage();
      export const groups = listAll(client, "/groups");
      export const changes = deltaUsers(client, { select: ["displayName"] });
      export async function first() { for await (const user of people) return user; return undefined; }
      export const verified = authProvider.verify({ roles: ["User.Read.All"] });
      export class OurError extends AppIdentityError {}
      export const store = redisTokenStore({} as Parameters<typeof redisTokenStore>[0], { encryptionKey: "" });
      export const emulator = startEmulator();
      export const added = async () => (await emulator).users.add();
      export const someone: Pick<User, "department"> = {};`;
    const options = { module, moduleResolution, noEmit: false, declaration: true, outDir: "out" };
    expect(compile(join(strict, "app"), { "program.ts": program }, options)).toBe("");
  });
});
