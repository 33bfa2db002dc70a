import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../src/testing/index.js";
import { type Packed, pack } from "./support/packed.js";
import { hasRedis, type RedisServer, startRedis } from "./support/redis-server.js";
import { environmentOf } from "./support/run-program.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, recipe = ""] = /^## In production\n+```ts\n([\s\S]*?)^```$/m.exec(readme) ?? [];

/** What a service does next, with a signal of its own; then the connection to Redis is closed, for the process to end. */
const listing = `
import { listUsers } from "graph-app-identity";
const stop = new AbortController();
let count = 0;
for await (const _user of listUsers(client, { signal: stop.signal })) count += 1;
console.log("listed", count, "on", process.version);
await redis.quit();
`;

/** Where a major version of Node is. Npx fetches those that this machine doesn't have. */
function node(major: number): string {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const args = ["-y", "-p", `node@${major}`, "node", "-p", "process.execPath"];
  return execFileSync("npx", args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
}

describe.runIf(hasRedis())("the README's recipe for production", () => {
  let packed: Packed;
  let emulator: Emulator;
  let redis: RedisServer;

  beforeAll(async () => {
    packed = pack();
    // The recipe obeys HTTPS_PROXY: that is how it meets the emulator, unchanged.
    emulator = await startEmulator({ users: 2_500, proxy: true });
    emulator.app().roles = ["User.Read.All", "Organization.Read.All"];
    redis = await startRedis();
    const { code } = transformSync(recipe + listing, { loader: "ts", format: "esm", target: "node20" });
    writeFileSync(join(packed.project, "recipe.mjs"), code);
    writeFileSync(join(packed.project, "ca.pem"), String(emulator.ca));
  });
  afterAll(async () => {
    packed?.remove();
    await redis?.kill();
    await emulator?.stop();
  });

  it.each([20, 22, 24])("runs as it stands on Node %i, and lists with a signal", async (major) => {
    const env = {
      PATH: process.env.PATH,
      ...environmentOf(emulator),
      HTTPS_PROXY: emulator.proxy,
      NODE_EXTRA_CA_CERTS: join(packed.project, "ca.pem"),
      REDIS_URL: redis.url,
      TOKEN_KEY: randomBytes(32).toString("base64"),
    };
    const { stdout, stderr } = await promisify(execFile)(node(major), ["recipe.mjs"], { cwd: packed.project, env });
    // A warning would be a fault, too: of Node's about listeners, or of the token store.
    expect(stderr).toBe("");
    expect(stdout).toMatch(new RegExp(`displayName[^]*\\nlisted 2500 on v${major}\\.`));
  });
});
