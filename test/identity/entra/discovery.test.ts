import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { endpoint, provider, useTokenEndpoint } from "../../support/identity.js";
import { json } from "../../support/loopback.js";
import { failureOf } from "../../support/refusal.js";
import { tenantId } from "../../support/token-endpoint.js";

useTokenEndpoint();

const oidcAuthority = `https://login.contoso.com/${tenantId}/v2.0`;
const customDomain = { tenantId: undefined, oidcAuthority };

/** The next request gets a document with this token endpoint. */
function discover(tokenEndpoint: unknown): void {
  endpoint.next((response) =>
    json(response, 200, {
      issuer: oidcAuthority,
      authorization_endpoint: `${oidcAuthority}/authorize`,
      token_endpoint: tokenEndpoint,
      jwks_uri: `${oidcAuthority}/keys`,
    }),
  );
}

describe("a discovery document sends the credential", () => {
  it.each([
    "https://login.contoso.com/token",
    `https://login.contoso.com/${tenantId}/oauth2/v2.0/token`,
    "https://login.contoso.com/x/token?api-version=1",
    "https://LOGIN.contoso.com:443/token",
    `https://${tenantId}.ciamlogin.com/${tenantId}/oauth2/v2.0/token`,
  ])("to %s", async (address) => {
    discover(address);
    expect(await provider(customDomain).getAccessToken()).toBe("token-1");
    const { host, pathname } = new URL(address);
    expect(endpoint.requests.map((request) => `${request.method} ${request.host}`)).toEqual([
      "GET login.contoso.com",
      `POST ${host}`,
    ]);
    expect(endpoint.requests[1]?.path.split("?")[0]).toBe(pathname);
  });

  it.each([
    ["another host", "https://login.contoso.com.evil.example/token"],
    ["a host below", "https://evil.login.contoso.com/token"],
    ["a host with a dot behind", "https://login.contoso.com./token"],
    ["another port", "https://login.contoso.com:8443/token"],
    ["an unencrypted address", "http://login.contoso.com/token"],
    ["one at the port of TLS", "http://login.contoso.com:443/token"],
    ["another protocol", "ftp://login.contoso.com/token"],
    ["a socket", "wss://login.contoso.com/token"],
    ["a user and a password", "https://user:pass-word-nobody-sees@login.contoso.com/token"],
    ["a user", "https://user@login.contoso.com/token"],
    ["a password", "https://:pass-word-nobody-sees@login.contoso.com/token"],
    ["a host that looks like a user", "https://login.contoso.com@evil.example/token"],
    ["the same, the other way round", "https://evil.example\\@login.contoso.com/token"],
    ["data", "data:text/plain,https://login.contoso.com/token"],
    ["a script", "javascript:fetch('https://login.contoso.com')"],
    ["a path alone", "/token"],
    ["no protocol", "//login.contoso.com/token"],
    ["nothing", ""],
    ["a number", 443],
    ["a list", ["https://login.contoso.com/token", "https://evil.example"]],
    ["null", null],
  ])("never to %s", async (_kind, address) => {
    discover(address);
    const error = await failureOf(provider(customDomain).getAccessToken());
    expect(error).toMatchObject({ code: "invalid_token_response", retryable: false });
    expect(error.remedy).toMatch(/document/);
    expect(endpoint.posts()).toEqual([]);
    expect(endpoint.requests).toHaveLength(1);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain("pass-word-nobody-sees");
  });

  it("where the next document says, after a wrong one", async () => {
    const authProvider = provider(customDomain);
    discover("https://evil.example/token");
    await failureOf(authProvider.getAccessToken());
    discover("https://login.contoso.com/token");
    expect(await authProvider.getAccessToken()).toBe("token-1");
  });
});

it("MSAL_FORCE_REGION sends the credential nowhere else", async () => {
  vi.stubEnv("MSAL_FORCE_REGION", "westeurope");
  await provider().getAccessToken();
  discover(`https://login.contoso.com/${tenantId}/oauth2/v2.0/token`);
  await provider(customDomain).getAccessToken();
  vi.unstubAllEnvs();
  expect(endpoint.requests.map(({ host }) => host)).toEqual([
    "login.microsoftonline.com",
    "login.contoso.com",
    "login.contoso.com",
  ]);
});
