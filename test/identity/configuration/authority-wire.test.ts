import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { refusal } from "../../support/refusal.js";

const tenantId = "0f9b6a4e-7d1c-4b55-9a58-3d1c0c7f1a22";
const app = { clientId: "11111111-2222-3333-4444-555555555555", clientSecret: "s3cr3t~value" };

/** External ID as it answers on its own and on custom hosts: the issuer has the tenant's id for a host name. */
let entra: Loopback;
let tokenHost: string | undefined;
beforeAll(async () => {
  entra = await startLoopback(({ method, host, path }, response) => {
    if (method === "POST") return json(response, 200, { token_type: "Bearer", expires_in: 3599, access_token: host });
    if (!path.endsWith("/v2.0/.well-known/openid-configuration")) return json(response, 404, {});
    const base = `https://${tokenHost ?? host}/${tenantId}`;
    json(response, 200, {
      issuer: `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      jwks_uri: `${base}/discovery/v2.0/keys`,
    });
  });
});
afterAll(() => entra.close());

async function asked(authority: object): Promise<string[]> {
  entra.requests.length = 0;
  await new AppIdentityAuthProvider({ ...app, ...authority, fetch: entra.fetch } as never).getAccessToken();
  return entra.requests.map(({ method, host, path }) => `${method} ${host}${path.split("?")[0]}`);
}

describe("a token is asked for", () => {
  it.each([
    [{ tenantId: "contoso.com" }, "login.microsoftonline.com/contoso.com"],
    [{ authority: "https://login.windows.net/contoso.com" }, "login.microsoftonline.com/contoso.com"],
    [{ tenantId: "contoso.cn", cloud: "china" }, "login.partner.microsoftonline.cn/contoso.cn"],
    [{ tenantId: "contoso.fr", cloud: "france" }, "login.sovcloud-identity.fr/contoso.fr"],
    [{ authority: "https://contoso.ciamlogin.com" }, "contoso.ciamlogin.com/contoso.onmicrosoft.com"],
    [{ authority: `https://login.contoso.com/${tenantId}` }, `login.contoso.com/${tenantId}`],
    [
      { tenantId, cloud: { loginHost: "127.0.0.1:8443", graphRoot: "https://127.0.0.1:8443" } },
      `127.0.0.1:8443/${tenantId}`,
    ],
  ])("at once, without discovery, with %j", async (authority, place) => {
    expect(await asked(authority)).toEqual([`POST ${place}/oauth2/v2.0/token`]);
  });

  it("after discovery on a custom URL domain, whose issuer has another host", async () => {
    const oidcAuthority = `https://login.contoso.com/${tenantId}/v2.0`;
    expect(await asked({ oidcAuthority })).toEqual([
      `GET login.contoso.com/${tenantId}/v2.0/.well-known/openid-configuration`,
      `POST login.contoso.com/${tenantId}/oauth2/v2.0/token`,
    ]);
  });

  it("never on a host that only the discovery document names", async () => {
    tokenHost = "login.attacker.test";
    const error = await refusal(() => asked({ oidcAuthority: `https://login.contoso.com/${tenantId}/v2.0` }));
    tokenHost = undefined;
    expect(error).toMatchObject({ code: "invalid_token_response" });
    expect(entra.requests.filter(({ method }) => method === "POST")).toEqual([]);
  });
});
