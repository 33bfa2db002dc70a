import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installLocked } from "../support/install-locked.js";
import { type Packed, pack } from "../support/packed.js";

const here = fileURLToPath(new URL(".", import.meta.url));

let packed: Packed;
beforeAll(() => {
  installLocked(here);
  packed = pack();
  writeFileSync(join(packed.project, "package.json"), '{ "private": true }');
});
afterAll(() => packed?.remove());

const names = {
  "graph-app-identity":
    "AppIdentityAuthProvider, AppIdentityError, createGraphClient, isAppIdentityError, listUsers, odata, readParameters",
  "graph-app-identity/redis": "redisTokenStore",
  "graph-app-identity/testing": "startEmulator",
  "node:fs": "writeFileSync",
  "node:path": "join",
  "node:url": "pathToFileURL",
};

/** What a team's own tests of its service do. Errors, signals, URLs and dates of a runner are of another realm than Node's. */
const tests = `
let emulator;
beforeAll(async () => { emulator = await startEmulator({ users: 1_200 }); });
afterAll(() => emulator?.stop());
const app = () => {
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  return { tenantId, clientId, clientSecret, fetch };
};
const connect = (retry) => createGraphClient({ authProvider: new AppIdentityAuthProvider(app()), retry });
async function count(listing) {
  let users = 0;
  for await (const user of listing) users += user.id ? 1 : 0;
  return users;
}

test("lists", async () => {
  expect(await count(listUsers(connect()))).toBe(1200);
});

test("repeats what was cut", async () => {
  emulator.faults.add({ service: "graph", nth: 1, reset: true });
  emulator.faults.add({ service: "graph", nth: 2, resetInBody: true });
  expect(await count(listUsers(connect({ delayMs: 1 })))).toBe(1200);
});

test("takes signals of this realm", async () => {
  const { signal } = new AbortController();
  expect(await count(listUsers(connect(), { signal }))).toBe(1200);
  const provider = new AppIdentityAuthProvider(app());
  expect((await provider.getAccessToken({ signal })).split(".")).toHaveLength(3);
  const controller = new AbortController();
  const stopped = (async () => {
    for await (const _ of listUsers(connect(), { signal: controller.signal })) controller.abort();
  })();
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
});

test("reads parameters.json", async () => {
  const path = join(__DATA, "parameters.json");
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authority = "https://login.microsoftonline.com/" + tenantId;
  const endpoint = "https://graph.microsoft.com/v1.0/users";
  writeFileSync(path, JSON.stringify({ authority, client_id: clientId, secret: clientSecret, endpoint }));
  for (const source of [path, pathToFileURL(path), new URL(pathToFileURL(path).href)]) {
    expect(readParameters(source).endpoint).toBe(endpoint);
    expect(typeof (await AppIdentityAuthProvider.fromParameters(source, { fetch }).getAccessToken())).toBe("string");
  }
});

test("fails with errors of ours", async () => {
  const error = await new AppIdentityAuthProvider({ ...app(), clientSecret: "wrong" }).getAccessToken().catch((e) => e);
  expect(error).toBeInstanceOf(AppIdentityError);
  expect(isAppIdentityError(error)).toBe(true);
  expect(error.code).toBe("invalid_credential");
  const failing = () => Promise.reject(Object.assign(new Error("no way"), { cause: { code: "ECONNREFUSED" } }));
  const lost = await new AppIdentityAuthProvider({ ...app(), fetch: failing }).getAccessToken().catch((e) => e);
  expect(lost.message).toContain("ECONNREFUSED");
});

test("takes values of this realm", async () => {
  expect(odata\`createdDateTime ge \${new Date(0)}\`).toContain("1970-01-01T00:00:00");
  const key = new Uint8Array(32).fill(7);
  const client = { get() {}, set() {}, eval() {} };
  for (const encryptionKey of [key, Buffer.from(key)]) expect(redisTokenStore(client, { encryptionKey })).toBeDefined();
  const { id } = emulator.users.add({ displayName: "Ada", businessPhones: ["1"] });
  expect(emulator.users.get(id).businessPhones).toEqual(["1"]);
});
`;

/** A runner's own five seconds are too short on a machine that runs other things beside. */
const testTimeout = 60_000;

const runners = {
  jest: {
    file: "service.test.cjs",
    head: Object.entries(names).map(([from, what]) => `const { ${what} } = require("${from}");`),
    command: ["jest/bin/jest.js", "--config", "jest.json"],
    configure(environment: string) {
      const testEnvironment = join(here, "node_modules", `jest-environment-${environment}`);
      const config = { rootDir: packed.project, testMatch: ["**/service.test.cjs"], testEnvironment, testTimeout };
      writeFileSync(join(packed.project, "jest.json"), JSON.stringify(config));
    },
  },
  vitest: {
    file: "service.test.mjs",
    head: Object.entries(names).map(([from, what]) => `import { ${what} } from "${from}";`),
    command: ["vitest/vitest.mjs", "run", "--config", "vitest.json.mjs"],
    configure(environment: string) {
      const test = { include: ["service.test.mjs"], globals: true, environment, testTimeout, hookTimeout: testTimeout };
      writeFileSync(join(packed.project, "vitest.json.mjs"), `export default ${JSON.stringify({ test })};`);
    },
  },
};

describe("a team's tests", () => {
  it.each([
    ["jest", "node"],
    ["jest", "jsdom"],
    ["vitest", "node"],
    ["vitest", "jsdom"],
  ] as const)("run in %s with the environment %s", (runner, environment) => {
    const { file, head, command, configure } = runners[runner];
    const data = `const __DATA = ${JSON.stringify(packed.project)};`;
    writeFileSync(join(packed.project, file), [...head, data, tests].join("\n"));
    configure(environment);
    const [program, ...args] = command;
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(here, "node_modules", program as string), ...args],
      { cwd: packed.project, encoding: "utf8", env: { ...process.env, CI: "true", NO_COLOR: "1" } },
    );
    expect(`${stdout}${stderr}`).toMatch(/Tests:? +6 passed/);
    expect(status).toBe(0);
  });
});
