import { execFile, spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import selfsigned from "selfsigned";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

const folder = mkdtempSync(join(tmpdir(), "clients-"));
const file = (name: string) => join(folder, name);
const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const realHosts = ["login.microsoftonline.com", "graph.microsoft.com"];

let emulator: Emulator;
let cases: Record<string, Record<string, string>>;

beforeAll(async () => {
  emulator = await startEmulator({ users: 2345, tls: { hostnames: realHosts } });
  writeFileSync(file("ca.pem"), emulator.ca!);
  const { private: key, cert } = await selfsigned.generate([{ name: "commonName", value: "daemon" }], {
    keySize: 2048,
  });
  const certificatePath = file("certificate.pem");
  writeFileSync(certificatePath, key + cert);
  emulator.app().addCertificate(cert);
  const digest = (algorithm: string) => createHash(algorithm).update(new X509Certificate(cert).raw).digest("hex");
  const { clientId, clientSecret } = emulator;
  const stranger = emulator.addApp({ displayName: "Nobody", roles: [] });
  cases = {
    secret: { clientId, clientSecret },
    certificate: { clientId, certificatePath, key, thumbprintSha256: digest("sha256"), thumbprint: digest("sha1") },
    wrongSecret: { clientId, clientSecret: "wrong" },
    unknownApp: { clientId: "5b1c1ad7-6d5d-4b40-8e2c-0123456789ab", clientSecret },
    missingRole: { clientId: stranger.clientId, clientSecret: stranger.clientSecret },
  };
});
afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a client prints, in a process of its own that trusts the emulator's certificate authority. */
async function run(
  client: string,
  origins: { login: string; graph: string },
  asked = cases,
  commandLine: string[] = [process.execPath, source("run.mjs"), client],
) {
  const [program, ...args] = commandLine;
  const environment = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: file("ca.pem"),
    REQUESTS_CA_BUNDLE: file("ca.pem"),
    CLIENT_CASES: JSON.stringify(asked),
    EMULATOR_PORT: new URL(emulator.origin).port,
    LOGIN_ORIGIN: origins.login,
    GRAPH_ORIGIN: origins.graph,
    TENANT_ID: emulator.tenantId,
  };
  const { stdout } = await promisify(execFile)(program!, args, { env: environment, timeout: 60_000 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

const expected = {
  secret: 2345,
  certificate: 2345,
  wrongSecret: expect.stringMatching(/AADSTS7000215/),
  unknownApp: expect.stringMatching(/AADSTS700016/),
  missingRole: expect.stringMatching(/Authorization_RequestDenied.*Insufficient privileges/),
};

const realOrigins = { login: "https://login.microsoftonline.com", graph: "https://graph.microsoft.com" };
async function runUnderRealNames(client: string) {
  emulator.requests.length = 0;
  const outcome = await run(client, realOrigins, cases, [
    ...[process.execPath, "--require", source("real-hosts.cjs"), source("run.mjs"), client],
  ]);
  const reached = new Set(emulator.requests.map(({ url }) => new URL(url).origin));
  expect(reached).toEqual(new Set(Object.values(realOrigins)));
  return outcome;
}

describe.each(["msal-node", "azure-identity", "openid-client"])("%s, unmodified, over TLS", (client) => {
  it("meets what it would meet at Microsoft's, under the emulator's own name", async () => {
    const { origin } = emulator;
    expect(await run(client, { login: origin, graph: origin })).toEqual(expected);
  });

  it("meets the same under the real host names, and connects to nothing else", async () => {
    expect(await runUnderRealNames(client)).toEqual(expected);
  });
});

const peers = existsSync(source("readers/node_modules"));
if (!peers)
  console.log(
    "Skipped: @pnp/graph and @microsoft/msgraph-sdk, which `npm ci --prefix test/testing/clients/readers` installs.",
  );

describe.runIf(peers).each(["pnp-graph-users", "msgraph-sdk-users"])("%s, unmodified, over TLS", (client) => {
  it("meets what it would meet at Microsoft's, under the real host names, and connects to nothing else", async () => {
    expect(await runUnderRealNames(`readers/${client}`)).toEqual(expected);
  }, 60_000);
});

const python = ["python3", "/usr/bin/python3"].find(
  (path) => spawnSync(path, ["-c", "import msal, requests"]).status === 0,
);
if (!python) console.log("Skipped: msal-python, which isn't installed here.");

it.runIf(python)("msal-python, unmodified, over TLS meets what it would meet at Microsoft's", async () => {
  const origins = { login: emulator.origin, graph: emulator.origin };
  expect(await run("msal-python", origins, cases, [python!, source("msal-python.py")])).toEqual(expected);
});

it("openid-client's assertion, which names no key, is refused with 5002723", async () => {
  const { clientId, key } = cases.certificate!;
  const { origin } = emulator;
  const outcome = await run(
    "openid-client",
    { login: origin, graph: origin },
    { unnamed: { clientId: clientId!, key: key! } },
  );
  expect(outcome.unnamed).toMatch(/AADSTS5002723/);
});
