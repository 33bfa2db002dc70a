import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAll, installed, launch, type Ready, runCommand, startCommand } from "../../support/emulator-command.js";

/** One start serves all tests that only ask. */
let ready: Ready;
beforeAll(async () => {
  ({ ready } = await startCommand("--users", "5", "--tls", "--proxy"));
}, 30_000);
afterAll(endAll);

describe("graph-app-identity emulator, when it is ready", () => {
  it.runIf(installed("curl", ["--version"], "curl"))("serves curl, which obeys the environment", () => {
    const env = { PATH: process.env.PATH, ...ready.environment };
    const curl = (...options: string[]) => {
      const { stdout, stderr } = spawnSync("curl", ["--silent", "--show-error", ...options], { encoding: "utf8", env });
      return JSON.parse(stdout || JSON.stringify(stderr)) as { access_token: string; value: object[] };
    };
    for (const [login, graph] of [
      [ready.origin, ready.origin],
      ["https://login.microsoftonline.com", "https://graph.microsoft.com"],
    ] as const) {
      const { clientId, clientSecret } = ready.apps[0]!;
      const form = {
        client_id: clientId,
        client_secret: clientSecret,
        grant_type: "client_credentials",
        scope: `${graph}/.default`,
      };
      const fields = Object.entries(form).flatMap((field) => ["--data-urlencode", field.join("=")]);
      const { access_token } = curl(`${login}/${ready.tenantId}/oauth2/v2.0/token`, ...fields);
      expect(curl(`${graph}/v1.0/users`, "--header", `Authorization: Bearer ${access_token}`).value).toHaveLength(5);
    }
  });
});

describe("the command, beside its tenant", () => {
  it("is a program with its arguments, untouched by a shell, behind --", () => {
    const print = "console.log(JSON.stringify([process.argv.slice(1), !!process.env.AZURE_CLIENT_SECRET]))";
    const { status, stdout } = runCommand(["emulator", "--json", "--", process.execPath, "-e", print, "a b", "$HOME"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '[["a b","$HOME"],true]\n' });
  });

  it("is told SIGTERM, with all that it has started, and nothing is left", async () => {
    const line = `"${process.execPath}" -e "setInterval(() => {}, 1000)" & echo "$! $NODE_EXTRA_CA_CERTS"; wait; echo never`;
    const child = launch(["emulator", "--users", "1", "--exec", line]);
    const [text] = await once(child.stdout!, "data");
    const [pid, ca] = String(text).trim().split(" ");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
    expect(existsSync(dirname(ca!))).toBe(false);
    await expect.poll(() => existsSync(`/proc/${pid}`), { timeout: 15_000 }).toBe(false);
  });
});

describe("what can't be", () => {
  it.each<[string, () => string[], RegExp, number]>([
    [
      "a taken port",
      () => ["--port", new URL(ready.origin).port],
      /^Port \d+ is taken by another embedded tenant \(pid \d+\): .*--port 0.*EADDRINUSE/,
      1,
    ],
    [
      "no such certificate",
      () => ["--certificate", "/nowhere/app.pem"],
      /^--certificate \/nowhere\/app\.pem can't be read: ENOENT/,
      1,
    ],
    [
      "no such address",
      () => ["--port", "0", "--host", "198.51.100.1"],
      /^--host 198\.51\.100\.1 can't be listened on: .*EADDRNOTAVAIL/m,
      1,
    ],
    ["a tenant twice", () => ["--port", "0", "--tenant", "contoso.onmicrosoft.com"], /^--tenant contoso.*already/, 2],
  ])("is named: %s", (_, options, said, code) => {
    const { status, stdout, stderr } = runCommand(["emulator", ...options()]);
    expect({ status, stdout }).toEqual({ status: code, stdout: "" });
    expect(stderr).toMatch(said);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.runIf(existsSync("/dev/full"))("is told where stdout takes nothing, with exit code 1 and no trace", () => {
    const full = openSync("/dev/full", "w");
    const child = launch(["emulator", "--port", "0", "--users", "1"], { stdio: ["ignore", full, "pipe"] });
    let said = "";
    child.stderr!.on("data", (text) => {
      said += text;
    });
    return once(child, "close").then(([code]) => {
      expect([code, said]).toEqual([1, expect.stringMatching(/stdout can't be written: ENOSPC/)]);
    });
  });
});
