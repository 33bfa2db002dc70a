import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { importPKCS8, SignJWT } from "jose";
import { Agent, fetch as undiciFetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createClientCertificate } from "../../../src/testing/index.js";
import { endAll, type Ready, runCommand, startCommand } from "../../support/emulator-command.js";
import { sampled } from "../../support/thorough.js";
import { byAssertion } from "../entra/token-request.js";

const folder = mkdtempSync(join(tmpdir(), "command-"));
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true, force: true });
});
const manifest = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

/** One start serves all tests that only ask. */
let ready: Ready;
let certificate: Awaited<ReturnType<typeof createClientCertificate>>;
const dotenv = join(folder, "tenant.env");
beforeAll(async () => {
  certificate = await createClientCertificate();
  const file = join(folder, "app.pem");
  writeFileSync(file, certificate.certificate);
  ({ ready } = await startCommand(
    ...["--users", "5", "--seed", "9", "--tls", "--proxy", "--dotenv", dotenv, "--certificate", file],
    ...["--roles", "User.Read.All,Group.Read.All", "--app", "Nobody=", "--app", "Sync=Device.Read.All"],
    ...["--tenant", "fabrikam.onmicrosoft.com", "--api", "https://management.azure.com/"],
  ));
}, 30_000);

async function post(tenant: string, form: Record<string, string>, origin = ready.origin) {
  const dispatcher = new Agent({ connect: { ca: readFileSync(ready.ca, "utf8") } });
  const answer = await undiciFetch(`${origin}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    dispatcher,
    body: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  const body = (await answer.json()) as { access_token?: string; error_codes?: number[] };
  const [, claims] = body.access_token?.split(".") ?? [];
  return { status: answer.status, claims: claims && JSON.parse(Buffer.from(claims, "base64url").toString()), ...body };
}
const bySecret = ({ clientId, clientSecret }: Ready["apps"][number], scope = `${ready.origin}/.default`) => ({
  client_id: clientId,
  client_secret: clientSecret,
  grant_type: "client_credentials",
  scope,
});

describe("graph-app-identity emulator, when it is ready", () => {
  it("prints one line of JSON that says all there is to know", () => {
    const [app] = ready.apps;
    expect(ready.origin).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.proxy).toBe(ready.origin.replace("https:", "http:"));
    expect(ready.pid).toBeGreaterThan(1);
    expect(process.kill(ready.pid, 0)).toBe(true);
    expect(ready.environment).toEqual({
      AZURE_TENANT_ID: ready.tenantId,
      AZURE_CLIENT_ID: app?.clientId,
      AZURE_CLIENT_SECRET: app?.clientSecret,
      AZURE_AUTHORITY_HOST: ready.origin,
      GRAPH_APP_IDENTITY_GRAPH_ROOT: ready.origin,
      NODE_EXTRA_CA_CERTS: ready.ca,
      REQUESTS_CA_BUNDLE: ready.bundle,
      CURL_CA_BUNDLE: ready.bundle,
      SSL_CERT_FILE: ready.bundle,
      HTTPS_PROXY: ready.proxy,
      https_proxy: ready.proxy,
      NO_PROXY: "127.0.0.1,localhost",
      NODE_USE_ENV_PROXY: "1",
    });
    expect(readFileSync(ready.ca, "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(readFileSync(ready.bundle, "utf8")).toContain(readFileSync(ready.ca, "utf8"));
  });

  it("has written the same environment as dotenv text", () => {
    for (const [name, value] of Object.entries(ready.environment)) {
      expect(readFileSync(dotenv, "utf8").split("\n")).toContain(`${name}=${value}`);
    }
  });

  it("has the apps that were asked for, with what they were granted", async () => {
    expect(ready.apps.map(({ name, roles }) => [name, roles])).toEqual([
      ["Directory reader", ["User.Read.All", "Group.Read.All"]],
      ["Nobody", []],
      ["Sync", ["Device.Read.All"]],
    ]);
    for (const app of ready.apps) {
      const { claims } = await post(ready.tenantId, bySecret(app));
      expect([claims.app_displayname, claims.roles ?? []]).toEqual([app.name, app.roles]);
    }
  });

  it("has the further tenant, which has consented to the first app alone", async () => {
    const [home, further] = ready.tenants;
    expect(home).toEqual({ tenantId: ready.tenantId, domain: ready.domain });
    const tokens = ready.apps.map((app) => post("fabrikam.onmicrosoft.com", bySecret(app)));
    const [first, ...others] = await Promise.all(tokens);
    expect(first?.claims.tid).toBe(further?.tenantId);
    for (const other of others) expect(other.error_codes).toEqual([700016]);
  });

  it("gives tokens for the further API, in the spellings of other clouds' tools", async () => {
    const app = ready.apps[0]!;
    for (const scope of ["https://management.azure.com/.default", "https://management.azure.com//.default"]) {
      const { claims } = await post(ready.tenantId, bySecret(app, scope));
      expect(claims.aud).toBe("https://management.azure.com");
    }
    expect((await post(ready.tenantId, bySecret(app, "https://vault.azure.net/.default"))).error_codes).toEqual([
      500011,
    ]);
  });

  it("takes the certificate that was registered", async () => {
    const { clientId } = ready.apps[0]!;
    const audience = `${ready.origin}/${ready.tenantId}/oauth2/v2.0/token`;
    const assertion = await new SignJWT({ iss: clientId, sub: clientId, aud: audience })
      .setProtectedHeader({ alg: "RS256", x5t: Buffer.from(certificate.thumbprint, "hex").toString("base64url") })
      .setExpirationTime("5m")
      .sign(await importPKCS8(certificate.privateKey, "RS256"));
    const { client_secret: _, ...form } = { ...bySecret(ready.apps[0]!), ...byAssertion(assertion) };
    expect((await post(ready.tenantId, form as Record<string, string>)).status).toBe(200);
  });
});

describe("the command, beside its tenant", () => {
  it("is run with the environment over TLS, and gives the exit code", () => {
    const env = { ...process.env, CURL_CA_BUNDLE: "/nowhere.pem", SSL_CERT_FILE: "" };
    const line = 'echo "$AZURE_AUTHORITY_HOST"; test "$CURL_CA_BUNDLE" = "$SSL_CERT_FILE" && exit 7';
    const { status, stdout } = runCommand(["emulator", "--users", "1", "--exec", line], { env });
    expect({ status, stdout }).toEqual({ status: 7, stdout: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\n$/) });
  });
});

describe("the end", () => {
  it("comes with a signal, in order, and takes every trace along", async () => {
    const file = join(folder, "own.env");
    const { ready: own, child } = await startCommand("--users", "1", "--dotenv", file);
    expect(existsSync(file)).toBe(true);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect([existsSync(dirname(own.ca)), existsSync(file)]).toEqual([false, false]);
  });
});

describe("what can't be", () => {
  it("is a misuse: what is wrong, the usage, and exit code 2, with no socket opened", () => {
    const { status, stdout, stderr } = runCommand(["emulator", "--users", "20000000"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(
      /^--users is a whole number up to 10000000, not "20000000"\.\n\nUsage: graph-app-identity emulator/,
    );
  });
});

describe("graph-app-identity", () => {
  const asked: [string[], number, RegExp][] = [
    [["-h"], 0, /^Usage: graph-app-identity <command>/],
    [["help"], 0, /^Usage: graph-app-identity <command>/],
    [["-v"], 0, new RegExp(`^${manifest.version}\\n$`)],
    [["--version"], 0, new RegExp(`^${manifest.version}\\n$`)],
    [["emulator", "-v"], 0, new RegExp(`^${manifest.version}\\n$`)],
    [["doctor", "--version"], 0, new RegExp(`^${manifest.version}\\n$`)],
    [["emulator", "--help"], 0, /--roles .*permissions/],
    [["doctor", "-h"], 0, /^Usage: graph-app-identity doctor/],
    [["docter"], 2, /no command "docter"\. Did you mean doctor\?/],
    [["emulate"], 2, /Did you mean emulator\?/],
    [["toString"], 2, /no command "toString"\.\n/],
    [[], 2, /^Usage/],
  ];

  it.each(sampled(asked, 6))("answers %j", (args, code, said) => {
    const { status, stdout, stderr } = runCommand(args);
    expect([status, code === 0 ? stdout : stderr]).toEqual([code, expect.stringMatching(said)]);
    expect(code === 0 ? stderr : stdout).toBe("");
  });
});
