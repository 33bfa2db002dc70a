import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../../src/testing/index.js";
import { installed, runCommand } from "../../support/emulator-command.js";

/** Programs of others, and this repository's own, with nothing set but what the command prints. */
const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(root, "node_modules/.clients-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const beside = (options: string[], command: string[]) =>
  runCommand(["emulator", "--users", "3", "--json", ...options, "--", ...command], { cwd: root });

const identity = file(
  "identity.mjs",
  `import { EnvironmentCredential } from "@azure/identity";
   const { token } = await new EnvironmentCredential().getToken("https://graph.microsoft.com/.default");
   console.log(JSON.parse(Buffer.from(token.split(".")[1], "base64url")).app_displayname);`,
);
const msal = file(
  "by_msal.py",
  `import msal, os, requests
app = msal.ConfidentialClientApplication(
    os.environ["AZURE_CLIENT_ID"],
    os.environ["AZURE_CLIENT_SECRET"],
    "https://login.microsoftonline.com/" + os.environ["AZURE_TENANT_ID"],
)
token = app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
users = requests.get("https://graph.microsoft.com/v1.0/users", headers={"Authorization": "Bearer " + token})
print(len(users.json()["value"]))`,
);
const python = ["python3", "/usr/bin/python3"].find(
  (path) => spawnSync(path, ["-c", "import msal, requests"]).status === 0,
);
if (!python)
  console.log("Skipped: msal-python, which isn't installed here (Debian's python3-msal and python3-requests).");

describe("behind the command, with the environment it prints", () => {
  it.each([[[]], [["--proxy"]]])("the daemon lists with --env, the command started with %j", (options) => {
    const command = [process.execPath, "--import", "tsx", "examples/daemon.ts", "--env"];
    const { status, stdout } = beside(options, command);
    expect([status, JSON.parse(stdout).length]).toEqual([0, 3]);
  });

  it("@azure/identity gets its token by the proxy, with no option of its own", () => {
    const { status, stdout } = beside(["--proxy"], [process.execPath, identity]);
    expect([status, stdout]).toEqual([0, "Directory reader\n"]);
  });

  it.runIf(python)("msal-python and requests meet Microsoft's hosts by the proxy, with no option of their own", () => {
    const { status, stdout } = beside(["--proxy"], [python!, msal]);
    expect([status, stdout]).toEqual([0, "3\n"]);
  });
});

describe("az", () => {
  // Its login goes on to ask Azure's management for subscriptions, which is no part of a directory.
  it.runIf(installed("az", ["--version"], "az"))("gets its token for Azure's management by the proxy", async () => {
    await using emulator = await startEmulator({ users: 1, proxy: true });
    emulator.addApp({ displayName: "ARM", identifierUris: ["https://management.core.windows.net"], secrets: [] });
    const ca = file("ca.pem", emulator.ca!);
    const env = {
      PATH: process.env.PATH,
      HOME: mkdtempSync(join(tmpdir(), "az-")),
      AZURE_CORE_COLLECT_TELEMETRY: "no",
      REQUESTS_CA_BUNDLE: ca,
      HTTPS_PROXY: emulator.proxy!,
      NO_PROXY: "127.0.0.1",
    };
    const login = ["login", "--service-principal", "-u", emulator.clientId, `-p=${emulator.clientSecret}`];
    const options = ["--tenant", emulator.tenantId, "--allow-no-subscriptions"];
    await promisify(execFile)("az", [...login, ...options], { env, timeout: 120_000 }).catch(() => {});
    rmSync(env.HOME, { recursive: true });
    const tokens = emulator.requests.filter(({ method }) => method === "POST").map(({ url, status }) => [url, status]);
    expect(tokens[0]).toEqual([`https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`, 200]);
  });
});
