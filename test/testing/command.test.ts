import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { importPKCS8, SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";

import { createClientCertificate } from "../../src/testing/index.js";
import { byAssertion } from "./entra/token-request.js";

const command = [process.execPath, fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url))] as const;
const [node, ...args] = command;

interface Ready {
  origin: string;
  ca: string | null;
  tenantId: string;
  apps: { clientId: string; clientSecret: string }[];
  environment: Record<string, string>;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

async function start(...options: string[]): Promise<{ ready: Ready; child: ChildProcess }> {
  const child = spawn(node, [...args, "emulator", "--port", "0", ...options], { stdio: ["ignore", "pipe", "ignore"] });
  running.push(child);
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  return { ready: JSON.parse(line) as Ready, child };
}

function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(node, [...args, ...options], { encoding: "utf8", timeout: 15_000 });
  return { status, stdout, stderr };
}

const installed = (program: string) => {
  const there = spawnSync(program, ["--version"]).status === 0;
  if (!there) console.log(`Skipped: a client in ${program}, which isn't installed here.`);
  return there;
};

describe("graph-app-identity emulator", () => {
  it("prints one line of JSON when it is ready, and runs until SIGTERM", async () => {
    const { ready, child } = await start("--users", "5", "--seed", "9");
    const [app] = ready.apps;
    expect(ready.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.ca).toBeNull();
    expect(ready.environment).toEqual({
      AZURE_TENANT_ID: ready.tenantId,
      AZURE_CLIENT_ID: app?.clientId,
      AZURE_CLIENT_SECRET: app?.clientSecret,
      AZURE_AUTHORITY_HOST: ready.origin,
      GRAPH_APP_IDENTITY_GRAPH_ROOT: ready.origin,
    });
    expect((await fetch(`${ready.origin}/${ready.tenantId}/discovery/v2.0/keys`)).status).toBe(200);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("writes the certificate authority to a file for the time it runs", async () => {
    const { ready, child } = await start("--tls", "--json");
    expect(ready.origin).toMatch(/^https:/);
    expect(readFileSync(ready.ca!, "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
    const { NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, SSL_CERT_FILE } = ready.environment;
    expect([NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE, SSL_CERT_FILE]).toEqual([ready.ca, ready.ca, ready.ca]);
    child.kill("SIGINT");
    await once(child, "exit");
    expect(existsSync(ready.ca!)).toBe(false);
  });

  it.runIf(installed("curl"))("serves curl", async () => {
    const { ready } = await start("--tls", "--users", "5");
    const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: id, AZURE_CLIENT_SECRET: secret } = ready.environment;
    const curl = (...options: string[]) => {
      const { stdout } = spawnSync("curl", ["--silent", "--fail", "--cacert", ready.ca!, ...options], {
        encoding: "utf8",
      });
      return JSON.parse(stdout) as { access_token: string; value: object[] };
    };
    const form = { client_id: id!, client_secret: secret!, scope: "https://graph.microsoft.com/.default" };
    const fields = Object.entries(form).flatMap((field) => ["--data-urlencode", field.join("=")]);
    const token = curl(
      `${ready.origin}/${tenant}/oauth2/v2.0/token`,
      ...fields,
      "--data",
      "grant_type=client_credentials",
    );
    const page = curl(`${ready.origin}/v1.0/users`, "--header", `Authorization: Bearer ${token.access_token}`);
    expect(page.value).toHaveLength(5);
  });

  it.runIf(installed("python3"))("serves Python, without a package", () => {
    const program = `
import json, os, ssl, urllib.parse, urllib.request
env = os.environ
context = ssl.create_default_context()
context.verify_flags |= ssl.VERIFY_X509_STRICT
def call(url, data=None, headers={}):
    return json.load(urllib.request.urlopen(urllib.request.Request(url, data, headers), context=context))
form = {"client_id": env["AZURE_CLIENT_ID"], "client_secret": env["AZURE_CLIENT_SECRET"],
        "scope": "https://graph.microsoft.com/.default", "grant_type": "client_credentials"}
token = call(env["AZURE_AUTHORITY_HOST"] + "/" + env["AZURE_TENANT_ID"] + "/oauth2/v2.0/token", urllib.parse.urlencode(form).encode())
users = call(env["GRAPH_APP_IDENTITY_GRAPH_ROOT"] + "/v1.0/users", headers={"Authorization": "Bearer " + token["access_token"]})
print(len(users["value"]))`;
    const { status, stdout } = run(
      "emulator",
      "--users",
      "7",
      "--exec",
      `python3 -c '${program.replaceAll("'", `'"'"'`)}'`,
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: "7\n" });
  });

  it("runs a command with the environment, over TLS, and exits with its code", () => {
    const { status, stdout } = run("emulator", "--exec", 'echo "$AZURE_AUTHORITY_HOST"; exit 7');
    expect(status).toBe(7);
    expect(stdout).toMatch(/^https:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it("hands SIGTERM on to the command it runs", async () => {
    const child = spawn(node, [...args, "emulator", "--exec", "echo started; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    running.push(child);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
  });

  it.each([
    [["--users", "many"], "--users is a whole number"],
    [["--port", "70000"], "--port is a whole number up to 65535"],
    [["--user", "5"], "'--user'"],
    [["--exec", ""], "--exec needs a command"],
  ])("answers %j with what is wrong, the usage, and exit code 2", (options, said) => {
    const { status, stdout, stderr } = run("emulator", ...options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(said);
    expect(stderr).toContain("Usage: graph-app-identity emulator");
  });

  it("registers a certificate", async () => {
    const { certificate, privateKey, thumbprint } = await createClientCertificate();
    const folder = mkdtempSync(join(tmpdir(), "cli-"));
    const file = join(folder, "certificate.pem");
    writeFileSync(file, certificate);
    const { ready } = await start("--certificate", file);
    rmSync(folder, { recursive: true });
    const { clientId } = ready.apps[0]!;
    const endpoint = `${ready.origin}/${ready.tenantId}/oauth2/v2.0/token`;
    const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: endpoint })
      .setProtectedHeader({ alg: "RS256", x5t: Buffer.from(thumbprint, "hex").toString("base64url") })
      .setExpirationTime("5m")
      .sign(await importPKCS8(privateKey, "RS256"));
    const { client_secret: _, ...form } = byAssertion(assertion);
    const fields = {
      client_id: clientId,
      grant_type: "client_credentials",
      scope: `${ready.origin}/.default`,
      ...form,
    };
    expect((await fetch(endpoint, { method: "POST", body: new URLSearchParams(fields) })).status).toBe(200);
  });

  it("says why it can't start, with exit code 1", async () => {
    const { ready } = await start();
    const { status, stderr } = run("emulator", "--port", new URL(ready.origin).port);
    expect(status).toBe(1);
    expect(stderr).toMatch(/EADDRINUSE/);
  });

  it("explains itself", () => {
    expect(run("emulator", "--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--throttle") });
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("emulator") });
    expect(run("emulate")).toMatchObject({ status: 2, stderr: expect.stringContaining('no command "emulate"') });
  });
});
