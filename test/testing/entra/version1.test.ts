import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 5 });
});
afterAll(() => emulator.stop());

type Json = Record<string, unknown>;

async function get(path: string, host = "login.microsoftonline.com"): Promise<Json> {
  return (await (await emulator.fetch(`https://${host}${path}`)).json()) as Json;
}

async function token(form: Record<string, string | undefined>, path = "/oauth2/token?api-version=1.0") {
  const { tenantId, clientId, clientSecret } = emulator;
  const fields = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret, ...form };
  const sent = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  const response = await emulator.fetch(`https://login.microsoftonline.com/${tenantId}${path}`, {
    method: "POST",
    body: new URLSearchParams(sent),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

describe("the v1.0 token endpoint", () => {
  it.each(["https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"])(
    "takes %s as a resource, echoes it, and answers in texts",
    async (resource) => {
      const { status, body } = await token({ resource });
      expect(status).toBe(200);
      const now = Math.floor(emulator.clock.now() / 1000);
      expect(Object.keys(body)).toEqual(
        "token_type expires_in ext_expires_in expires_on not_before resource access_token".split(" "),
      );
      expect(body).toMatchObject({ token_type: "Bearer", expires_in: "3599", ext_expires_in: "3599", resource });
      expect(Object.values(body).every((value) => typeof value === "string")).toBe(true);
      expect(Number(body.expires_on) - Number(body.not_before)).toBe(3599);
      expect(Math.abs(Number(body.not_before) - now)).toBeLessThan(60);
      const headers = { authorization: `Bearer ${body.access_token}` };
      expect((await emulator.fetch("https://graph.microsoft.com/v1.0/users", { headers })).status).toBe(200);
    },
  );

  it("gives tokens for other APIs, which its own keys verify", async () => {
    const resource = `api://${emulator.clientId}`;
    const { body } = await token({ resource });
    const keys = (await get("/common/discovery/keys")) as object as JSONWebKeySet;
    expect(keys.keys[0]).not.toHaveProperty("issuer");
    const options = { audience: resource, issuer: `https://sts.windows.net/${emulator.tenantId}/` };
    const { payload } = await jwtVerify(String(body.access_token), createLocalJWKSet(keys), options);
    expect(payload).toMatchObject({ appid: emulator.clientId, ver: "1.0" });
  });

  it.each<[string, Record<string, string | undefined>, string, number]>([
    ["a resource that nobody registered", { resource: "https://graph.windows.net" }, "invalid_resource", 500011],
    [
      "a scope in the place of the resource",
      { scope: "https://graph.microsoft.com/.default" },
      "invalid_resource",
      500011,
    ],
    ["a wrong secret", { resource: "https://graph.microsoft.com", client_secret: "wrong" }, "invalid_client", 7000215],
    ["no grant", { resource: "https://graph.microsoft.com", grant_type: undefined }, "invalid_request", 900144],
  ])("refuses %s with the body of the v2.0 endpoint", async (_, form, error, code) => {
    const { body } = await token(form);
    expect(body).toMatchObject({ error, error_codes: [code], correlation_id: expect.any(String) });
  });

  it("is the only one that takes a resource", async () => {
    const form = { resource: "https://graph.microsoft.com", scope: "https://graph.microsoft.com/.default" };
    expect((await token(form, "/oauth2/v2.0/token")).body).toMatchObject({ error_codes: [901002] });
  });
});

describe("v1.0 discovery", () => {
  it.each(["login.microsoftonline.com", "login.windows.net"])(
    "names its endpoints under the host asked: %s",
    async (host) => {
      const { tenantId, domain } = emulator;
      const document = await get(`/${domain}/.well-known/openid-configuration`, host);
      expect(document).toMatchObject({
        token_endpoint: `https://${host}/${tenantId}/oauth2/token`,
        jwks_uri: `https://${host}/common/discovery/keys`,
        issuer: `https://sts.windows.net/${tenantId}/`,
        authorization_endpoint: `https://${host}/${tenantId}/oauth2/authorize`,
        scopes_supported: ["openid"],
        microsoft_multi_refresh_token: true,
        msgraph_host: "graph.microsoft.com",
      });
      expect(JSON.stringify(document)).not.toContain("v2.0");
      expect((document.claims_supported as string[]).slice(-6)).toEqual([
        ...["amr", "nonce", "email", "given_name", "family_name", "nickname"],
      ]);
    },
  );

  it("leaves the tenant open where it was asked for in common", async () => {
    const { issuer } = await get("/common/.well-known/openid-configuration");
    expect(issuer).toBe("https://sts.windows.net/{tenantid}/");
  });

  it("is what instance discovery leads to for an endpoint of v1.0", async () => {
    const lead = async (endpoint: string) => {
      const asked = encodeURIComponent(`https://login.microsoftonline.com/t/${endpoint}`);
      return (await get(`/common/discovery/instance?api-version=1.0&authorization_endpoint=${asked}`))
        .tenant_discovery_endpoint;
    };
    const base = "https://login.microsoftonline.com/t";
    expect(await lead("oauth2/authorize")).toBe(`${base}/.well-known/openid-configuration`);
    expect(await lead("oauth2/v2.0/authorize")).toBe(`${base}/v2.0/.well-known/openid-configuration`);
  });
});
