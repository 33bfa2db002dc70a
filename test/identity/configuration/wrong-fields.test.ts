import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { AppIdentityOptions } from "../../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { quoted, secretKind } from "../../../src/quotable.js";
import { makeCertificate, type TestCertificate } from "../../support/certificates.js";
import { cpuTimeOf } from "../../support/cpu-time.js";
import { refusal } from "../../support/refusal.js";
import { clientId, tenantId } from "../../support/token-endpoint.js";

const secret = "abc8Q~only.the-service_knows.what.it.is~";
const random = "hG7kP2mQ9xR4tV6wZ1bN8cD3fJ5sL0aY";
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = `${part({ alg: "RS256" })}.${part({ iss: "me" })}.c2lnbmF0dXJlLW5vYm9keS1tYXktc2Vl`;

let certificate: TestCertificate;
let folder: string;
beforeAll(async () => {
  certificate = await makeCertificate();
  folder = mkdtempSync(join(tmpdir(), "Folder-9aB8cD7eF6g-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let sent = 0;
const fetch = async () => {
  sent += 1;
  return Response.json({});
};
const provider = (options: object) =>
  new AppIdentityAuthProvider({ tenantId, clientId, fetch, ...options } as unknown as AppIdentityOptions);

/** What was refused, which must tell nothing of the values. */
async function discreet(call: () => unknown, ...values: string[]) {
  sent = 0;
  const error = await refusal(call);
  const said = [error, error.cause].map((each) => inspect(each, { depth: null, showHidden: true })).join("\n");
  const all = `${said}${JSON.stringify(error)}${error.stack}${error.remedy}`;
  for (const value of values) {
    for (const form of [value, encodeURIComponent(value), value.toLowerCase()]) expect(all).not.toContain(form);
    // Nor a piece of it.
    for (let at = 0; at + 12 < value.length; at += 6) expect(all).not.toContain(value.slice(at, at + 12));
  }
  expect(sent).toBe(0);
  return error;
}

const keyBody = () => certificate.key.split("\n").slice(1, 5).join("");

describe("what is given in the wrong place is refused unsent, untold, and with its right place", () => {
  it.each<[string, () => object, RegExp]>([
    ["PEM as a path", () => ({ clientCertificate: { path: certificate.pem } }), /PEM text.*give it as "pem"/s],
    ["a key as a path", () => ({ clientCertificate: { path: certificate.key } }), /PEM text.*give it as "pem"/s],
    [
      "PEM in base64 as a path",
      () => ({ clientCertificate: { path: Buffer.from(certificate.pem).toString("base64") } }),
      /PEM text.*"pem"/s,
    ],
    [
      "PEM with its breaks escaped as a path",
      () => ({ clientCertificate: { path: certificate.key.replaceAll("\n", "\\n") } }),
      /"pem"/,
    ],
    ["DER in base64 as a path", () => ({ clientCertificate: { path: keyBody() } }), /base64.*"pem"/s],
    ["PEM as a client secret", () => ({ clientSecret: certificate.pem }), /PEM text.*clientCertificate: \{ pem \}/s],
    ["PEM as a token file", () => ({ federatedTokenFile: certificate.pem }), /PEM text/],
    ["PEM as a client id", () => ({ clientId: certificate.key, clientSecret: secret }), /"clientId".*PEM text/s],
  ])("%s", async (_, options, says) => {
    const error = await discreet(() => provider(options()), ...certificate.key.split("\n").slice(1, -2));
    expect(`${error.message} ${error.remedy}`).toMatch(says);
    expect(error.code).toMatch(/^invalid_(certificate|options)$/);
  });

  it.each<[string, object, RegExp]>([
    ["a token as a token file", { federatedTokenFile: token }, /token \(JWT\).*clientAssertion/s],
    ["a token as a client secret", { clientSecret: token }, /token \(JWT\).*clientAssertion/s],
    ["a token as a client id", { clientId: token, clientSecret: "s" }, /"clientId".*token/s],
    ["a token as a path", { clientCertificate: { path: token } }, /token/],
    ["a token as tenant", { tenantId: token, clientSecret: "s" }, /"tenantId"/],
    ["client id and secret exchanged", { clientId: secret, clientSecret: clientId }, /client secret.*exchanged/s],
    ["a secret that isn't Entra's as a client id", { clientId: random, clientSecret: "s" }, /"clientId".*a secret/s],
    ["a secret as a path", { clientCertificate: { path: secret } }, /client secret/],
    ["a secret as a token file", { federatedTokenFile: random }, /a secret/],
    ["a secret as a scope", { clientSecret: "s", scopes: secret }, /scope .* isn't shown/],
    ["a secret behind a resource", { clientSecret: "s", scopes: `api://${random}` }, /scope .* isn't shown/],
    [
      "secrets as scopes",
      { clientSecret: "s", scopes: [`${secret}/.default`, `${random}/.default`] },
      /isn't shown.*two resources/,
    ],
    ["a secret as cloud", { clientSecret: "s", cloud: secret }, /"cloud" is a client secret of 40 characters/],
    [
      "a secret as login host",
      { clientSecret: "s", cloud: { loginHost: `${random}/x`, graphRoot: "https://g" } },
      /isn't shown/,
    ],
    ["a secret as Graph root", { clientSecret: "s", cloud: { loginHost: "l", graphRoot: secret } }, /isn't shown/],
    ["a secret as authority", { clientSecret: "s", tenantId: undefined, authority: secret }, /"authority"/],
    [
      "a secret behind an authority's tenant",
      { clientSecret: "s", authority: `https://login.microsoftonline.com/${tenantId}/${random}` },
      /isn't shown/,
    ],
    ["a secret as tenant", { clientSecret: "s", tenantId: secret }, /"tenantId"/],
    ["a secret as a sample's text", { clientSecret: "s", tenantId: `<${secret}>` }, /"tenantId" is still/],
    ["a secret as credential's other kind", { clientCertificate: secret }, /options object/],
    ["a secret as a number of tokens", { clientSecret: "s", maxTokens: secret }, /"maxTokens"/],
    ["a secret as fetch", { clientSecret: "s", fetch: secret }, /"fetch"/],
    ["a secret as thumbprint", { clientCertificate: { privateKey: "k", thumbprint: secret } }, /private key/],
  ])("%s", async (_, options, says) => {
    const error = await discreet(() => provider(options), secret, random, token);
    expect(`${error.message} ${error.remedy}`).toMatch(says);
  });

  it.each([
    ["the text of a parameters file", JSON.stringify({ client_id: clientId, secret })],
    ["such a text that breaks off", `{ "secret": "${secret}"`],
    ["a secret", secret],
    ["PEM", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC"],
  ])("%s in place of the path of parameters", async (_, text) => {
    const error = await discreet(() => AppIdentityAuthProvider.fromParameters(text), secret, "MIIEvQIBADANBgkqhkiG");
    expect(error).toMatchObject({ code: "invalid_parameters", message: expect.stringContaining("takes the path") });
  });

  it("variables that were exchanged", async () => {
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: secret, AZURE_CLIENT_SECRET: clientId };
    const error = await discreet(() => AppIdentityAuthProvider.fromEnvironment(env, { fetch }), secret);
    expect(error.remedy).toContain("exchanged");
  });
});

describe("a path that is one is told", () => {
  it("with the folder it was looked for in, where it doesn't say that itself", async () => {
    const error = await refusal(() => provider({ clientCertificate: { path: "certs/app.pem" } }));
    expect(error.message).toContain(`"certs/app.pem" in ${process.cwd()}.`);
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });

  it.each(["app.pem", "token", "x.json"])(
    "as itself, below folders with names that a generator made: %s",
    async (name) => {
      const path = join(folder, name);
      for (const call of [
        () => provider({ clientCertificate: { path } }),
        () => provider({ federatedTokenFile: path }),
        () => AppIdentityAuthProvider.fromParameters(path),
      ]) {
        expect((await refusal(call)).message).toContain(`can't be read: ${JSON.stringify(path)}.`);
      }
    },
  );
});

describe("a client id that is no GUID", () => {
  it.each([
    { tenantId },
    { authority: `https://login.microsoftonline.us/${tenantId}`, tenantId: undefined },
    { authority: `https://contoso.ciamlogin.com/${tenantId}`, tenantId: undefined },
  ])("is refused for a login host of Microsoft's: %o", async (where) => {
    const error = await refusal(() => provider({ ...where, clientId: "my-daemon", clientSecret: "s" }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("a GUID") });
  });

  it.each([
    { cloud: { loginHost: "localhost:8443", graphRoot: "https://localhost:8443" } },
    { oidcAuthority: `https://login.contoso.com/${tenantId}/v2.0`, tenantId: undefined },
  ])("is nobody's business elsewhere: %o", (where) => {
    expect(provider({ ...where, clientId: "my-daemon", clientSecret: "s" }).clientId).toBe("my-daemon");
  });
});

describe("what may be told of a text", () => {
  it.each<[string, Parameters<typeof quoted>[1]]>([
    ["moon", "word"],
    ["./app.pem", "path"],
    ["C:\\certs\\app-2026-10.pem", "path"],
    ["https://login.example.com/contoso", "address"],
    ["login.example.com:8443", "address"],
    ["https://graph.microsoft.com/User.Read.All", "scope"],
    [`api://${clientId}/Orders.Read`, "scope"],
    ["Enter_the_Tenant_Name_Here", "placeholder"],
  ])("%s as %s", (text, as) => {
    expect(quoted(text, as)).toBe(JSON.stringify(text));
  });

  it.each<[string, Parameters<typeof quoted>[1]]>([
    ["hunter2!", "word"],
    ["P@ssw0rd.1", "path"],
    ["https://user:pass@login.example.com", "address"],
    ["https://login.example.com/?sig=abc", "address"],
    [`x/${random}`, "path"],
    [`https://login.example.com/${random}`, "address"],
    ["a".repeat(300), "word"],
  ])("not %s as %s", (text, as) => {
    expect(quoted(text, as)).toMatch(/of \d+ characters, which isn't shown$/);
  });

  it("is found out in no time, however long the text", async () => {
    for (const filler of ["a", "A1", " ", "/", "eyJ.", "-----BEGIN ", "MII ", "x.", "~"]) {
      const text = filler.repeat(600_000 / filler.length);
      const computed = await cpuTimeOf(() => {
        secretKind(text);
        for (const as of ["word", "path", "address", "scope", "placeholder"] as const) quoted(text, as);
      });
      expect(computed).toBeLessThan(1_000);
    }
  });
});

describe("a prototype that a stranger wrote to", () => {
  const root = Object.prototype as Record<string, unknown>;
  const planted = [
    "tokenStore",
    "tokenCredential",
    "authority",
    "passphrase",
    "AZURE_CLIENT_ID",
    "client_id",
    "scopes",
    "forceRefresh",
    "claims",
    "tenantId",
    "abortSignal",
  ];
  afterEach(() => {
    for (const name of planted) delete root[name];
  });

  it("gives no options", async () => {
    const tokenStore = { get: () => expect.fail("asked"), set: () => expect.fail("told") };
    Object.assign(root, {
      tokenStore,
      tokenCredential: { getToken: () => expect.fail("asked") },
      authority: "https://evil.example/x",
    });
    Object.assign(root, {
      AZURE_CLIENT_ID: "evil",
      client_id: "evil",
      scopes: "https://evil.example/.default",
      forceRefresh: true,
    });
    let asked = 0;
    const counting = async () => {
      asked += 1;
      return Response.json({ access_token: "token-1", expires_in: 3600, token_type: "Bearer" });
    };
    const authProvider = provider({ clientSecret: secret, fetch: counting });
    expect(authProvider.cloud.loginHost).toBe("login.microsoftonline.com");
    // MSAL has no such guard.
    delete root.authority;
    await authProvider.getAccessToken({});
    await authProvider.getAccessToken({ enableCae: false });
    Object.assign(root, { claims: "{", tenantId: "evil", abortSignal: AbortSignal.abort() });
    await authProvider.getToken("https://graph.microsoft.com/.default", {});
    expect(asked).toBe(1);
    await expect(
      refusal(() => AppIdentityAuthProvider.fromEnvironment({ AZURE_TENANT_ID: tenantId })),
    ).resolves.toMatchObject({
      message: expect.stringContaining("AZURE_CLIENT_ID"),
    });
    const parameters = { authority: `https://login.microsoftonline.com/${tenantId}`, secret };
    await expect(refusal(() => AppIdentityAuthProvider.fromParameters(parameters))).resolves.toMatchObject({
      message: expect.stringContaining('"client_id" is missing'),
    });
  });
});
