import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { type AppIdentityOptions, resolveOptions } from "../../../src/identity/configuration/options.js";
import { makeCertificate, pem, rsaKey } from "../../support/certificates.js";
import { refusal } from "../../support/refusal.js";

const tenantId = "0f9b6a4e-7d1c-4b55-9a58-3d1c0c7f1a22";
const clientId = "11111111-2222-3333-4444-555555555555";
const clientSecret = "s3cr3t~value";
const app = { tenantId, clientId, clientSecret };
const resolve = (options: object) => resolveOptions(options as AppIdentityOptions);

describe("the tenant", () => {
  it.each([
    [{ tenantId }, `https://login.microsoftonline.com/${tenantId}`],
    [{ tenantId: tenantId.toUpperCase() }, `https://login.microsoftonline.com/${tenantId}`],
    [{ tenantId: " contoso.onmicrosoft.com\n" }, "https://login.microsoftonline.com/contoso.onmicrosoft.com"],
    [{ authority: `https://login.microsoftonline.com/${tenantId}` }, `https://login.microsoftonline.com/${tenantId}`],
    [{ authority: "https://login.windows.net/contoso.com/" }, "https://login.microsoftonline.com/contoso.com"],
    [{ authority: "https://login.microsoftonline.us/contoso.us/v2.0" }, "https://login.microsoftonline.us/contoso.us"],
    [
      { authority: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token` },
      `https://login.microsoftonline.com/${tenantId}`,
    ],
    [{ authority: "https://login.microsoftonline.com", tenantId }, `https://login.microsoftonline.com/${tenantId}`],
    [
      { authority: `https://login.microsoftonline.com/${tenantId}`, tenantId },
      `https://login.microsoftonline.com/${tenantId}`,
    ],
    [{ authority: "https://contoso.ciamlogin.com/" }, "https://contoso.ciamlogin.com/contoso.onmicrosoft.com"],
    [{ authority: `https://${tenantId}.ciamlogin.com` }, `https://${tenantId}.ciamlogin.com/${tenantId}`],
    [{ authority: "https://contoso.ciamlogin.com", tenantId }, `https://contoso.ciamlogin.com/${tenantId}`],
    [{ authority: `https://login.contoso.com/${tenantId}` }, `https://login.contoso.com/${tenantId}`],
  ])("comes from %j", (tenant, url) => {
    const { authority, tenantId } = resolve({ clientId, clientSecret, ...tenant });
    expect(authority).toMatchObject({ kind: "aad", url, tokenEndpoint: `${url}/oauth2/v2.0/token` });
    expect(tenantId).toBe(url.split("/").at(-1));
    expect(authority.knownAuthorities).toContain(new URL(url).host);
  });

  it("of External ID's custom domain comes from oidcAuthority, whose issuer has another host", () => {
    const oidcAuthority = `https://login.contoso.com/${tenantId}/v2.0`;
    for (const given of [oidcAuthority, `${oidcAuthority}/`, `${oidcAuthority}/.well-known/openid-configuration`]) {
      const { authority, cloud } = resolve({ clientId, clientSecret, oidcAuthority: given });
      expect(authority).toEqual({
        kind: "oidc",
        url: oidcAuthority,
        knownAuthorities: ["login.contoso.com", `${tenantId}.ciamlogin.com`],
      });
      expect(cloud).toMatchObject({ loginHost: "login.contoso.com", graphRoot: "https://graph.microsoft.com" });
    }
  });

  it.each(["common", "organizations", "consumers", "Organizations"])("is never %s", async (word) => {
    for (const options of [{ tenantId: word }, { authority: `https://login.microsoftonline.com/${word}` }]) {
      const error = await refusal(() => resolve({ clientId, clientSecret, ...options }));
      expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("signing in people") });
      expect(error.remedy).toContain("Directory (tenant) ID");
    }
  });

  it.each([
    [{}, '"tenantId" is missing'],
    [{ tenantId: undefined }, '"tenantId" is missing'],
    [{ tenantId: "" }, '"tenantId" is empty'],
    [{ tenantId: null }, '"tenantId" is not a string'],
    [{ tenantId: "contoso" }, "names no tenant"],
    [{ tenantId: `${tenantId}/oauth2` }, "names no tenant"],
    [{ tenantId: "../common" }, "names no tenant"],
    [{ tenantId: "x5J8Q~a-secret-in-the-wrong-field" }, '"tenantId" names no tenant.'],
    [{ tenantId: "https://login.microsoftonline.com/contoso.com" }, "names no tenant"],
    [{ tenantId: "Enter_the_Tenant_Id_Here" }, "is still"],
    [{ tenantId: "00000000-0000-0000-0000-000000000000" }, "is still"],
    [{ authority: "https://login.microsoftonline.com/Enter_the_Tenant_Name_Here" }, "is still"],
    [{ authority: "https://login.microsoftonline.com/{tenant}" }, "is still"],
    [{ authority: "http://login.microsoftonline.com/contoso.com" }, "not an https URL"],
    [{ authority: "login.microsoftonline.com/contoso.com" }, "not an https URL"],
    [{ authority: "https://user:pass@login.microsoftonline.com/contoso.com" }, "not an https URL"],
    [{ authority: "https://login.microsoftonline.com" }, '"authority" names no tenant'],
    [{ authority: "https://contoso.b2clogin.com/contoso.com/B2C_1_flow" }, "goes on after its tenant"],
    [
      { authority: "https://login.microsoftonline.com/contoso.com", tenantId: "fabrikam.com" },
      '"tenantId" names fabrikam.com',
    ],
    [
      {
        authority: "https://login.microsoftonline.com/contoso.com",
        oidcAuthority: "https://login.contoso.com/contoso.com",
      },
      '"authority" and "oidcAuthority"',
    ],
    [{ oidcAuthority: "https://login.contoso.com" }, '"oidcAuthority" is empty'],
    [
      { oidcAuthority: "https://login.contoso.com/contoso.com/v2.0", tenantId: "fabrikam.com" },
      '"tenantId" names fabrikam.com',
    ],
  ])("is refused as %j", async (tenant, problem) => {
    const error = await refusal(() => resolve({ clientId, clientSecret, ...tenant }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(problem) });
    expect(error.remedy).toMatch(/\.$/);
  });
});

describe("the cloud", () => {
  const dod = "https://dod-graph.microsoft.us/.default";

  it.each([
    [{ tenantId }, "login.microsoftonline.com", "https://graph.microsoft.com"],
    [{ tenantId, cloud: "china" }, "login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"],
    [
      { authority: "https://login.chinacloudapi.cn/contoso.cn" },
      "login.partner.microsoftonline.cn",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    [
      { authority: "https://login.microsoftonline.us/contoso.us" },
      "login.microsoftonline.us",
      "https://graph.microsoft.us",
    ],
    [
      { authority: "https://login.microsoftonline.us/contoso.us", scopes: dod },
      "login.microsoftonline.us",
      "https://dod-graph.microsoft.us",
    ],
    [
      { authority: "https://login.microsoftonline.us/contoso.us", cloud: "usGovernmentDoD" },
      "login.microsoftonline.us",
      "https://dod-graph.microsoft.us",
    ],
    [
      { authority: "https://login.contoso.cn/contoso.cn", cloud: "china" },
      "login.contoso.cn",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    [
      { tenantId, cloud: { loginHost: "127.0.0.1:8443", graphRoot: "https://127.0.0.1:8443" } },
      "127.0.0.1:8443",
      "https://127.0.0.1:8443",
    ],
    [
      {
        authority: "https://login.microsoftonline.com/contoso.com",
        cloud: { loginHost: "login.microsoftonline.com", graphRoot: "https://graph.proxy.test/" },
      },
      "login.microsoftonline.com",
      "https://graph.proxy.test",
    ],
  ])("of %j decides host, Graph root and scope together", (options, loginHost, graphRoot) => {
    const { authority, cloud, scopes } = resolve({ clientId, clientSecret, ...options });
    expect(cloud).toMatchObject({ loginHost, graphRoot });
    expect(new URL(authority.url).host).toBe(loginHost);
    expect(scopes).toEqual([`${graphRoot}/.default`]);
  });

  it.each([
    [{ authority: "https://login.microsoftonline.com/contoso.com", cloud: "china" }, "invalid_options", '"cloud"'],
    [
      {
        authority: "https://login.a.test/contoso.com",
        cloud: { loginHost: "login.b.test", graphRoot: "https://b.test" },
      },
      "invalid_options",
      "login.b.test",
    ],
    [{ tenantId, cloud: "mars" }, "invalid_options", '"mars"'],
    [{ tenantId, scopes: "https://graph.microsoft.us/.default" }, "invalid_scope", "https://graph.microsoft.com"],
    [{ tenantId, cloud: "usGovernment", scopes: dod }, "invalid_scope", "https://graph.microsoft.us"],
  ])("contradicted by %j is an error", async (options, code, problem) => {
    const error = await refusal(() => resolve({ clientId, clientSecret, ...options }));
    expect(error).toMatchObject({ code, message: expect.stringContaining(problem) });
  });
});

describe("scopes", () => {
  it.each([
    ["api://orders/.default", ["api://orders/.default"]],
    ["https://contoso.com//.default", ["https://contoso.com//.default"]],
    [
      ["https://graph.microsoft.com/.default", "https://graph.microsoft.com/.default"],
      ["https://graph.microsoft.com/.default"],
    ],
    ["00000003-0000-0000-c000-000000000000/.default", ["00000003-0000-0000-c000-000000000000/.default"]],
  ])("are taken as %j", (scopes, expected) => {
    expect(resolve({ ...app, scopes }).scopes).toEqual(expected);
  });

  it.each([
    ["User.Read.All", "grant User.Read.All"],
    ["https://graph.microsoft.com/User.Read.All", "grant User.Read.All"],
    [".default", "resource in front"],
    ["/.default", "resource in front"],
    ["api://orders/.default api://stock/.default", "two resources", "message"],
    [["api://orders/.default", "https://graph.microsoft.com/.default"], "two resources", "message"],
    [[], "empty", "message"],
    [" ", "empty", "message"],
    [["api://orders/.default api://orders/.default"], "a space", "message"],
    [[5], "not a string", "message"],
    [{}, "not a string", "message"],
    [null, "not a string", "message"],
  ])("are refused as %j", async (scopes, words, where = "remedy") => {
    const error = await refusal(() => resolve({ ...app, scopes }));
    expect(error).toMatchObject({ code: "invalid_scope", [where]: expect.stringContaining(words) });
  });
});

describe("options", () => {
  it.each([
    [{ tenantID: tenantId }, '"tenantID"', '"tenantId"'],
    [{ clientSecert: "x" }, '"clientSecert"', '"clientSecret"'],
    [{ client_id: clientId }, '"client_id"', '"clientId"'],
    [{ scope: "x" }, '"scope"', '"scopes"'],
    [{ certificatePath: "x" }, '"certificatePath"', "clientCertificate"],
  ])("nobody knows are named with the nearest known one: %j", async (stray, name, nearest) => {
    const error = await refusal(() => resolve({ ...app, ...stray }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(name) });
    expect(error.remedy).toContain(nearest);
  });

  it.each([
    [{ ...app, clientId: "" }, '"clientId" is empty'],
    [{ ...app, clientId: 5 }, '"clientId" is not a string'],
    [{ ...app, clientId: "your_client_id" }, '"clientId" is still "your_client_id"'],
    [{ tenantId, clientSecret }, '"clientId" is missing'],
    [{ ...app, fetch: "fetch" }, '"fetch"'],
    [{ ...app, logger: console.log }, '"logger"'],
    [{ ...app, logger: null }, '"logger"'],
    [{ ...app, tokenStore: {} }, '"tokenStore"'],
    [{ ...app, tokenStore: null }, '"tokenStore"'],
    [{ ...app, cloud: null }, '"cloud" is null'],
    [undefined, "options object"],
    [null, "options object"],
    ["contoso.com", "options object"],
  ])("of the wrong kind are refused: %j", async (options, problem) => {
    const error = await refusal(() => resolve(options as object));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(problem) });
    expect(error.message + error.remedy).not.toContain(clientSecret);
  });

  it("may be frozen, without a prototype, or an instance with getters", () => {
    class Settings {
      get tenantId() {
        return tenantId;
      }
      get clientId() {
        return clientId;
      }
      get clientSecret() {
        return clientSecret;
      }
    }
    for (const options of [Object.freeze({ ...app }), Object.assign(Object.create(null), app), new Settings()]) {
      expect(resolve(options)).toMatchObject({ tenantId, clientId, credential: { kind: "secret" } });
    }
  });

  it("need no tenant and no client with a tokenCredential, which knows them", () => {
    const tokenCredential = { getToken: async () => null };
    expect(resolve({ tokenCredential, cloud: "china" })).toMatchObject({
      tenantId: "",
      clientId: "",
      cloud: { graphRoot: "https://microsoftgraph.chinacloudapi.cn" },
    });
    expect(resolve({ tokenCredential, tenantId, clientId })).toMatchObject({ tenantId, clientId });
  });

  it("combine wrongly only against the types", async () => {
    const certificate = { pem: "x" };
    const given: AppIdentityOptions[] = [
      app,
      { clientId, authority: "a", clientSecret: () => "s" },
      { clientId, oidcAuthority: "a", clientSecret: async () => "s" },
      { tenantId, clientId, clientCertificate: { path: "p", passphrase: "x", sendX5c: true } },
      { tenantId, clientId, clientCertificate: { privateKey: "k", thumbprint: "t" } },
      { tenantId, clientId, clientAssertion: async ({ tokenEndpoint }) => tokenEndpoint },
      { tenantId, clientId, federatedTokenFile: "f" },
      { tokenCredential: { getToken: async () => null } },
      // @ts-expect-error two credentials
      { tenantId, clientId, clientSecret, clientCertificate: certificate },
      // @ts-expect-error no credential
      { tenantId, clientId },
      // @ts-expect-error no tenant
      { clientId, clientSecret },
      // @ts-expect-error two authorities
      { clientId, clientSecret, authority: "a", oidcAuthority: "b" },
      // @ts-expect-error a path and a text
      { tenantId, clientId, clientCertificate: { path: "p", pem: "x" } },
      // @ts-expect-error a key alone, without a thumbprint
      { tenantId, clientId, clientCertificate: { privateKey: "k" } },
      // @ts-expect-error a name nobody knows
      { ...app, clientSecert: "x" },
    ];
    expect(given).toHaveLength(15);
  });
});

describe("secrets", () => {
  const forms = (value: unknown) =>
    inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value) + String(value);

  it("are in no form of what is resolved", async () => {
    const { pem, key } = await makeCertificate();
    const keyLine = key.split("\n")[3]!;
    for (const credential of [{ clientSecret }, { clientSecret: () => clientSecret }, { clientCertificate: { pem } }]) {
      const said = forms(resolve({ tenantId, clientId, ...credential }));
      expect(said).not.toContain(clientSecret);
      expect(said).not.toContain(keyLine);
    }
  });

  it("are in no form of what is refused", async () => {
    const key = rsaKey();
    const { cert, sha1 } = await makeCertificate();
    const stranger = await makeCertificate({ key: rsaKey("other") });
    const passphrase = "p4ss phr4se";
    const locked = pem(key, "pkcs8", passphrase);
    const opened = pem(key);
    const bad = [
      { ...app, clientCertificate: { pem: opened + cert } },
      { ...app, tenantId: "common" },
      { ...app, scopes: "User.Read" },
      { ...app, clientSecert: clientSecret },
      { ...app, clientSecret: [clientSecret] },
      ...[
        { pem: opened + stranger.cert },
        { pem: opened + cert.replace(/\n.{30}/, "\n") },
        { pem: opened.replace("MII", "M1I") + cert },
        { pem: locked + cert, passphrase: `${passphrase}!` },
        { pem: locked + cert },
        { pem: opened },
        { pem: opened + cert, path: "app.pem" },
        { pem: Buffer.from(opened).toString("base64") },
        { privateKey: opened, thumbprint: "AB" },
        { privateKey: opened, thumbprint: sha1, x5c: stranger.cert },
        { privateKey: opened, thumbprint: sha1, passphrase, keyFile: "x" },
      ].map((clientCertificate) => ({ tenantId, clientId, clientCertificate })),
    ];
    for (const options of bad) {
      const said = forms(await refusal(() => resolve(options)));
      for (const hidden of [clientSecret, passphrase, opened.split("\n")[3]!, locked.split("\n")[3]!]) {
        expect(said).not.toContain(hidden);
      }
    }
  });
});
