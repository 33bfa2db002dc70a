import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { listUsers } from "../../src/users/list-users.js";
import { makeCertificate } from "../support/certificates.js";
import { json } from "../support/loopback.js";
import { ManualClock } from "../support/manual-clock.js";
import { collect } from "../support/paged-server.js";
import { refusal } from "../support/refusal.js";
import { startTokenEndpoint, tokenAnswer } from "../support/token-endpoint.js";

const minute = 60_000;
let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ users: 3 });
});
afterEach(() => emulator.stop());

function provider(options: object = {}) {
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  return new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch, ...options } as AppIdentityOptions);
}

const consentUrl = (tenant = emulator.tenantId, client = emulator.clientId) =>
  `https://login.microsoftonline.com/${tenant}/adminconsent?client_id=${client}`;

describe("verify()", () => {
  it("tells tenant, app, credential, roles, life of the token and clock, and nothing secret", async () => {
    const authProvider = provider({ tenantId: emulator.domain });
    const before = Date.now();
    const found = await authProvider.verify({ roles: ["User.Read.All"] });
    expect(found).toEqual({
      tenantId: emulator.tenantId,
      clientId: emulator.clientId,
      appName: "Directory reader",
      credential: { kind: "secret" },
      roles: { granted: ["User.Read.All"], missing: [] },
      token: { expiresOn: expect.any(Date), lifetimeMs: expect.any(Number) },
      clockSkewMs: expect.any(Number),
    });
    const { expiresOn, lifetimeMs } = found.token;
    expect(lifetimeMs).toBeGreaterThan(60 * minute);
    expect(expiresOn.getTime() - before).toBeGreaterThanOrEqual(lifetimeMs);
    const told = inspect(found, { depth: 9 }) + JSON.stringify(found);
    expect(told).not.toContain(emulator.clientSecret);
    expect(told).not.toContain(await authProvider.getAccessToken({ enableCae: true }));
  });

  it("reports missing roles, with the link to grant them, and throws nothing", async () => {
    emulator.app().roles = ["User.Read.All", "Group.Read.All"];
    const wanted = ["User.Read.All", "AuditLog.Read.All", "Device.Read.All"];
    const { roles, adminConsentUrl } = await provider().verify({ roles: wanted });
    expect(roles).toEqual({
      granted: ["User.Read.All", "Group.Read.All"],
      missing: ["AuditLog.Read.All", "Device.Read.All"],
    });
    expect(adminConsentUrl).toBe(consentUrl());
  });

  it("gives the link also where nothing was granted and nothing asked for", async () => {
    emulator.app().roles = [];
    const { roles, adminConsentUrl } = await provider().verify();
    expect(roles).toEqual({ granted: [], missing: [] });
    expect(adminConsentUrl).toBe(consentUrl());
  });

  it("sees a consent that was given since the token in hand was issued", async () => {
    emulator.app().roles = [];
    const authProvider = provider();
    await authProvider.verify();
    emulator.app().roles = ["User.Read.All"];
    expect((await authProvider.verify({ roles: ["User.Read.All"] })).roles?.missing).toEqual([]);
  });

  it("costs the listing after it no token request", async () => {
    const authProvider = provider();
    await authProvider.verify();
    await collect(listUsers(createGraphClient({ authProvider })));
    expect(emulator.requests.map(({ service }) => service)).toEqual(["entra", "graph"]);
  });

  it("called by a hundred at once, asks once", async () => {
    const authProvider = provider();
    await Promise.all(Array.from({ length: 100 }, () => authProvider.verify()));
    expect(emulator.requests).toHaveLength(1);
  });

  it("says when a certificate ends", async () => {
    const certificate = await makeCertificate();
    emulator.app().addCertificate(certificate.cert);
    const { pem } = certificate;
    const { credential } = await provider({ clientSecret: undefined, clientCertificate: { pem } }).verify();
    expect(credential).toEqual({ kind: "certificate", expiresOn: new Date(certificate.expiresAt) });
  });

  it("looks at another API's roles", async () => {
    const api = emulator.addApp({ identifierUris: ["api://orders"], accessTokenVersion: 2 });
    emulator.app().roles = { "api://orders": ["Orders.Read"] };
    const scopes = "api://orders/.default";
    const found = await provider().verify({ scopes, roles: ["Orders.Read", "Orders.Write"] });
    expect(found.roles).toEqual({ granted: ["Orders.Read"], missing: ["Orders.Write"] });
    expect(found.clientId).toBe(emulator.clientId);
    expect(api.clientId).not.toBe(emulator.clientId);
  });

  it("speaks for another tenant, too", async () => {
    const other = emulator.addTenant({ users: 1, roles: [] });
    const found = await provider().forTenant(other.domain).verify();
    expect(found).toMatchObject({ tenantId: other.tenantId, adminConsentUrl: consentUrl(other.tenantId) });
  });

  it("tells a borrowed credential's owner who it speaks as", async () => {
    const { fetch } = emulator;
    const found = await new AppIdentityAuthProvider({ tokenCredential: provider(), fetch }).verify();
    const { tenantId, clientId } = emulator;
    expect(found).toMatchObject({ tenantId, clientId, credential: { kind: "tokenCredential" } });
    expect(found).not.toHaveProperty("clockSkewMs");
  });

  it.each([
    ["ahead", 7 * minute],
    ["behind", -90 * minute],
  ])("measures a clock that is %s", async (_name, skewMs) => {
    const clock = new ManualClock(Date.now() + skewMs);
    const { clockSkewMs = 0 } = await provider({ clock }).verify();
    // What the machine takes to get here is no skew.
    expect(Math.abs(clockSkewMs - skewMs)).toBeLessThan(20_000);
  });

  it("fails though a good token is in hand, which stays in use", async () => {
    const authProvider = provider();
    const token = await authProvider.getAccessToken({ enableCae: true });
    emulator.app().removeSecrets();
    expect((await refusal(() => authProvider.verify())).code).toBe("invalid_credential");
    expect(await authProvider.getAccessToken({ enableCae: true })).toBe(token);
  });

  it("fails as getting a token does, with code and remedy", async () => {
    const wrong = await refusal(() => provider({ clientSecret: "wrong" }).verify());
    expect(wrong).toMatchObject({ code: "invalid_credential", aadsts: 7000215, remedy: expect.stringContaining("ID") });
    const aborted = await refusal(() => provider().verify({ signal: AbortSignal.abort() }));
    expect(aborted.code).toBe("aborted");
  });

  it.each([
    [{ role: ["User.Read.All"] }, 'Did you mean "roles"?'],
    [{ roles: "User.Read.All" }, 'roles: ["User.Read.All"]'],
    [{ roles: [7] }, 'roles: ["User.Read.All"]'],
    [{ scopes: "User.Read.All" }, "/.default"],
  ])("refuses %j and asks nobody", async (options, remedy) => {
    const error = await refusal(() => provider().verify(options as object));
    expect(error.remedy).toContain(remedy);
    expect(emulator.requests).toHaveLength(0);
  });
});

describe("a token that can't be read", () => {
  const part = (value: string) => Buffer.from(value).toString("base64url");

  it.each([
    ["opaque", "EwBwA8l6BAAU"],
    ["encrypted", "a.b.c.d.e"],
    ["no JSON", `${part("{}")}.${part("{oops")}.c2ln`],
    ["no object", `${part("{}")}.${part("7")}.c2ln`],
  ])("(%s) is told of as far as is known", async (_name, value) => {
    const endpoint = await startTokenEndpoint();
    endpoint.next((response) => json(response, 200, { ...tokenAnswer(1), access_token: value }, { date: "soon" }));
    const found = await provider({ fetch: endpoint.fetch }).verify({ roles: ["User.Read.All"] });
    await endpoint.close();
    const { tenantId, clientId } = emulator;
    const token = { expiresOn: expect.any(Date), lifetimeMs: expect.any(Number) };
    expect(found).toEqual({ tenantId, clientId, credential: { kind: "secret" }, token });
  });

  it("whose claims are of other types than expected, breaks nothing", async () => {
    const claims = { roles: "User.Read.All", tid: 7, appid: "", azp: "the-app", app_displayname: null };
    const value = `${part("{}")}.${part(JSON.stringify(claims))}.c2ln`;
    const endpoint = await startTokenEndpoint();
    endpoint.next((response) => json(response, 200, { ...tokenAnswer(1), access_token: value }));
    const found = await provider({ fetch: endpoint.fetch }).verify();
    await endpoint.close();
    expect(found).toMatchObject({ tenantId: emulator.tenantId, clientId: "the-app", roles: { granted: [] } });
  });
});
