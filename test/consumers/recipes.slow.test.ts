import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { installLocked } from "../support/install-locked.js";
import { type Packed, pack } from "../support/packed.js";
import { bundleLine, lendPackages, recipes, writeRecipes } from "../support/recipes.js";
import { environmentOf } from "../support/run-program.js";

const here = fileURLToPath(new URL(".", import.meta.url));
/** Those that `npm run matrix` runs. */
const elsewhere = ["next-route.mjs", "nest.ts", "azure-function.mjs"];
const services = ["express.mjs", "fastify.mjs"];
const tests = ["people.vitest.mjs", "people.msw.mjs", "people.nock.mjs"];
const names = [...services, "lambda.mjs", "people.mjs", ...tests, "people.jest.cjs"];

let packed: Packed;
let emulator: Emulator;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  installLocked(here);
  packed = pack();
  const { project } = packed;
  lendPackages(project, here, ["esbuild", "express", "fastify", "jest", "msw", "nock", "vitest"]);
  cpSync(join(here, "node_modules/.bin"), join(project, "node_modules/.bin"), {
    recursive: true,
    verbatimSymlinks: false,
  });
  writeFileSync(join(project, "package.json"), '{ "private": true }');
  writeRecipes(project, names);
  emulator = await startEmulator({ users: 250, tls: true });
  const ca = join(project, "ca.pem");
  writeFileSync(ca, String(emulator.ca));
  const { PATH } = process.env;
  const { origin } = emulator;
  const elsewhere = { AZURE_AUTHORITY_HOST: origin, GRAPH_APP_IDENTITY_GRAPH_ROOT: origin, NODE_EXTRA_CA_CERTS: ca };
  env = { PATH, ...environmentOf(emulator), ...elsewhere, PORT: "0", CI: "true", NO_COLOR: "1" };
});
afterAll(async () => {
  await emulator?.stop();
  packed?.remove();
});

it("are all run somewhere", () => {
  expect([...recipes.keys()].sort()).toEqual([...names, ...elsewhere].sort());
});

describe.each(services)("%s", (name) => {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    emulator.faults.clear();
    for (const child of running.splice(0)) {
      child.kill("SIGTERM");
      // It ends in order, without what would be waiting for ever.
      expect(await once(child, "exit")).toEqual([0, null]);
    }
  });

  /** Starts it as a program would be; answers where it is, and what it says to its operator. */
  async function start(text: string, more: NodeJS.ProcessEnv = {}) {
    const file = join(packed.project, `started-${name}`);
    writeFileSync(file, text);
    const child = spawn(process.execPath, [file], { cwd: packed.project, env: { ...env, ...more } });
    running.push(child);
    const said: string[] = [];
    createInterface(child.stderr).on("line", (line) => said.push(line));
    for await (const line of createInterface(child.stdout)) {
      const [, port] = /^port (\d+)$/.exec(line) ?? [];
      if (port) return { address: `http://127.0.0.1:${port}/people`, said };
    }
    throw new Error(said.join("\n"));
  }
  const asIs = () => recipes.get(name) as string;
  const ask = async (address: string) => {
    const response = await fetch(address, { headers: { connection: "close" } });
    return { status: response.status, retryAfter: response.headers.get("retry-after"), body: await response.json() };
  };

  it("answers with people", async () => {
    const { address, said } = await start(asIs());
    const { status, body } = await ask(address);
    expect(status).toBe(200);
    expect(body).toHaveLength(100);
    expect(said).toEqual([]);
  });

  it("makes of our 401 no 401 of the service, which it would be without", async () => {
    const secret = { AZURE_CLIENT_SECRET: "a-secret-that-is-wrong-and-long-enough-to-be-one" };
    const { address, said } = await start(asIs(), secret);
    expect(await ask(address)).toEqual({ status: 502, retryAfter: null, body: { error: "directory_unavailable" } });
    expect(said.join()).toContain("invalid_credential");
    expect(said.join()).not.toContain(secret.AZURE_CLIENT_SECRET);
    const handler = /^service\.(?:use|setErrorHandler)\(\(error[\s\S]*?^\}\);$/m;
    expect(asIs()).toMatch(handler);
    const bare = await start(asIs().replace(handler, ""), secret);
    expect((await fetch(bare.address, { headers: { connection: "close" } })).status).toBe(401);
  });

  it("hands on how long Graph asks to wait", async () => {
    emulator.faults.add({ service: "graph", times: 99, status: 429, retryAfter: 3_000 });
    const { address } = await start(asIs());
    const { status, retryAfter } = await ask(address);
    expect(status).toBe(503);
    expect(Number(retryAfter)).toBeGreaterThan(2_900);
  });
});

describe("lambda.mjs", () => {
  it("is one file that needs no packages, and answers with people", async () => {
    execFileSync("sh", ["-c", bundleLine], { cwd: packed.project, env, stdio: "pipe" });
    const bare = mkdtempSync(join(tmpdir(), "lambda-"));
    try {
      cpSync(join(packed.project, "dist"), bare, { recursive: true });
      const call = `
        const { handler } = await import(${JSON.stringify(pathToFileURL(join(bare, "index.mjs")).href)});
        const { statusCode, body } = await handler({}, { getRemainingTimeInMillis: () => 60_000 });
        console.log(statusCode, JSON.parse(body).length);`;
      const args = ["--input-type=module", "--eval", call];
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: bare, env });
      expect([stdout, stderr]).toEqual(["200 100\n", ""]);
    } finally {
      rmSync(bare, { recursive: true, force: true });
    }
  });
});

describe("a test of one's own", () => {
  it.each([
    ...tests.map((name) => [name, ["vitest/vitest.mjs", "run", "--config", "vitest.config.mjs"], /Tests +1 passed/]),
    ["people.jest.cjs", ["jest/bin/jest.js", "--config", "jest.json"], /Tests: +1 passed/],
  ] as [string, string[], RegExp][])("%s passes", (name, [program = "", ...args], passed) => {
    const { project } = packed;
    const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
    writeFileSync(
      join(project, "vitest.config.mjs"),
      `export default ${JSON.stringify({ test: { include: [name], ...timeouts } })};`,
    );
    writeFileSync(
      join(project, "jest.json"),
      JSON.stringify({ rootDir: project, testMatch: [`**/${name}`], testTimeout: 60_000 }),
    );
    const options = { cwd: project, env, encoding: "utf8" } as const;
    const { stdout, stderr } = spawnSync(process.execPath, [join(here, "node_modules", program), ...args], options);
    expect(`${stdout}${stderr}`).toMatch(passed);
  });
});
