import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing/index.js";
import { daemon, daemonFiles } from "../support/daemon.js";
import { environmentOf } from "../support/run-program.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { folder, parameters, quickstart } = daemonFiles();

describe("the daemon on the embedded tenant", () => {
  it("prints its users as JSON, and everything else on stderr", async () => {
    const { stdout, stderr, code } = await daemon([]);
    expect(code).toBe(0);
    const users = JSON.parse(stdout);
    expect(users).toHaveLength(25);
    expect(users[0]).toMatchObject({ id: expect.any(String), displayName: expect.any(String) });
    expect(stderr.split("\n")[0]).toMatch(/embedded tenant/);
    expect(stderr).toMatch(/token/i);
    expect(stderr).not.toContain("\x1b");
  });

  it("prints the same users in every format", async () => {
    const [json, ndjson, csv, table] = await Promise.all(
      ["json", "ndjson", "csv", "table"].map(
        async (format) => (await daemon(["--format", format, "--users", "120"])).stdout,
      ),
    );
    const users = JSON.parse(json as string) as Record<string, unknown>[];
    expect(users).toHaveLength(120);
    const lines = (ndjson as string).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(users);
    const [header, ...rows] = (csv as string).trim().split("\r\n");
    expect(header?.split(",").sort()).toEqual(Object.keys(users[0] as object).sort());
    expect(rows).toHaveLength(120);
    expect((table as string).trim().split("\n")).toHaveLength(122);
  });

  it("prints valid JSON for an empty directory", async () => {
    const { stdout, code } = await daemon(["--users", "0"]);
    expect(JSON.parse(stdout)).toEqual([]);
    expect(code).toBe(0);
  });

  it("prints more than its memory holds", async () => {
    const { stdout, code } = await daemon(["--users", "150000"], { env: { NODE_OPTIONS: "--max-old-space-size=64" } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(150_000);
  });

  it("survives a reader that has enough", () => {
    const shown = spawnSync(
      "bash",
      ["-c", `set -o pipefail; "$NODE" --import tsx examples/daemon.ts --users 50000 | head -n 3`],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, NODE: process.execPath },
      },
    );
    expect(shown.stdout.split("\n").slice(0, 3)).toHaveLength(3);
    expect(shown.stderr).not.toMatch(/EPIPE|Error|at /);
    expect(shown.status).toBe(0);
  });

  it.runIf(existsSync("/dev/full")).each(["20", "50000"])("says that a full disk took less than %s users", (users) => {
    const line = `"$NODE" --import tsx examples/daemon.ts --users ${users} > /dev/full`;
    const { stderr, status } = spawnSync("sh", ["-c", line], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NODE: process.execPath },
    });
    expect(stderr).toMatch(/The output can't be written after \d+: ENOSPC/);
    expect(stderr).not.toMatch(/complete|\n\s+at /);
    expect(status).toBe(1);
  });

  it("prints the header of a CSV that has no rows", async () => {
    const { stdout, code } = await daemon(["--users", "0", "--format", "csv"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^businessPhones,displayName,.*,id\r\n$/)]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("stops cleanly on %s, and leaves its JSON open", async (signal) => {
    const { stdout, stderr, code } = await daemon(["--users", "5000000"], {
      watch: (child) => child.stdout?.once("data", () => child.kill(signal)),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`Stopped by ${signal}`));
    expect(() => JSON.parse(stdout)).toThrow();
  });
});

describe("the daemon on a tenant of its own", () => {
  it("works with the environment's variables", async () => {
    await using emulator = await startEmulator({ users: 3 });
    const { stdout, code } = await daemon(["--env"], { emulator, env: environmentOf(emulator) });
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(code).toBe(0);
  });

  it("lists another endpoint as it is", async () => {
    await using emulator = await startEmulator({ users: 300 });
    const endpoint = "https://graph.microsoft.com/v1.0/users?$select=displayName&$top=50";
    const { stdout, code } = await daemon([quickstart(emulator, { endpoint })], { emulator });
    expect(code).toBe(0);
    const rows = JSON.parse(stdout);
    expect(rows).toHaveLength(300);
    expect(Object.keys(rows[0])).toEqual(["displayName"]);
    expect(emulator.requests.filter(({ service }) => service === "graph")).toHaveLength(6);
  });

  it("follows its file to a tenant elsewhere, and refuses an endpoint elsewhere under Microsoft's authority", async () => {
    await using elsewhere = await startEmulator({ users: 7, tls: true });
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, elsewhere.ca!);
    const [endpoint, env] = [`${elsewhere.origin}/v1.0/users`, { NODE_EXTRA_CA_CERTS: ca }];
    const file = quickstart(elsewhere, { authority: `${elsewhere.origin}/${elsewhere.tenantId}`, endpoint });
    const { stdout, code } = await daemon([file], { env });
    expect([code, JSON.parse(stdout).length]).toEqual([0, 7]);
    const refused = await daemon([quickstart(elsewhere, { endpoint })], { env });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining(`"endpoint" is on ${new URL(endpoint).host}`),
    ]);
    expect(elsewhere.requests).toHaveLength(2);
  });

  it("says what Entra said, and what to do, when no token can be had", async () => {
    await using emulator = await startEmulator();
    const { stdout, stderr, code } = await daemon([quickstart(emulator, { secret: "wrong" })], { emulator });
    expect(code).toBe(1);
    expect(stdout).not.toContain("]");
    expect(stderr).toMatch(/^error: invalid_client$/m);
    expect(stderr).toMatch(/^error_description: AADSTS7000215: /m);
    expect(stderr).toMatch(/^correlation_id: [0-9a-f-]{36}$/m);
    expect(stderr).toMatch(/^What to do: /m);
    expect(stderr).not.toContain("wrong");
  });

  it("says after how many users it failed", async () => {
    await using emulator = await startEmulator({ users: 2500 });
    emulator.faults.add({ service: "graph", nth: 2, status: 409 });
    const { stdout, stderr, code } = await daemon([quickstart(emulator)], { emulator });
    expect(code).toBe(1);
    expect(stderr).toMatch(/Failed after 999/);
    expect(() => JSON.parse(stdout)).toThrow();
  });

  it("names the missing permission and where an administrator grants it", async () => {
    await using emulator = await startEmulator();
    const { clientId, clientSecret } = emulator.addApp({ roles: [] });
    const { stderr, code } = await daemon([quickstart(emulator, { client_id: clientId, secret: clientSecret })], {
      emulator,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("User.Read.All");
    expect(stderr).toContain(
      `https://login.microsoftonline.com/${emulator.tenantId}/adminconsent?client_id=${clientId}`,
    );
  });
});

describe("the daemon misused", () => {
  it("exits with 2 for placeholders in parameters.json, and says where", async () => {
    const file = parameters({
      authority: "https://login.microsoftonline.com/Enter_the_Tenant_Id_Here",
      client_id: "your_client_id",
      scope: ["https://graph.microsoft.com/.default"],
      secret: "x",
    });
    const { stderr, code } = await daemon([file]);
    expect(stderr).toMatch(/authority|client_id/);
    expect(code).toBe(2);
  });

  it.each([
    [["--format", "xml"], /--format xml/],
    [["--frmat", "json"], /--frmat/],
    [["--users", "many"], /--users "many"/],
    [["--users", ""], /--users "" is not a whole number/],
    [["one.json", "two.json"], /one parameters\.json/],
    [["/nowhere/parameters.json"], /nowhere/],
    [["--users", "20000000"], /--users 20000000 is too many/],
    [["7"], /npm start -- --users 7/],
    [["7"], /npm has kept --users for itself.*npm start -- --users 7/, { npm_config_users: "true" }],
    [[], /npm start -- --env/, { npm_config_env: "true" }],
  ])("exits with 2 for %j", async (args, message, env?: Record<string, string>) => {
    const { stdout, stderr, code } = await daemon(args, { env: { npm_lifecycle_event: "start", ...env } });
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
