import { connect } from "node:net";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { runText } from "../support/run-program.js";
import { until } from "../support/until.js";
import { requestToken } from "./entra/token-request.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 25 });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

const users = "https://graph.microsoft.com/v1.0/users";
const bearer = async (from = emulator, request = {}) => {
  const { body } = await requestToken(from, request);
  return { authorization: `Bearer ${body.access_token}` };
};
const names = async (from = emulator) => {
  const response = await from.fetch(users, { headers: await bearer(from) });
  const { value } = (await response.json()) as { value: { displayName: string }[] };
  return value.map(({ displayName }) => displayName);
};

describe("emulator.fetch", () => {
  it.each([
    "https://example.com/",
    "http://graph.microsoft.com/v1.0/users",
    "https://graph.microsoft.com:8443/v1.0/users",
    "https://graph.microsoft.com.evil.example/",
    "http://127.0.0.1:1/",
  ])("refuses %s and says why", async (url) => {
    await expect(emulator.fetch(url)).rejects.toThrow(/carries nothing to/);
    expect(emulator.requests).toEqual([]);
  });

  it("carries every Microsoft host in every cloud, the emulator's own origin, and External ID", async () => {
    const discovery = "/v2.0/.well-known/openid-configuration";
    for (const host of [
      "login.microsoftonline.com",
      "login.windows.net",
      "login.microsoftonline.us",
      "login.partner.microsoftonline.cn",
      "login.sovcloud-identity.fr",
      "contoso.ciamlogin.com",
    ]) {
      const response = await emulator.fetch(`https://${host}/${emulator.tenantId}${discovery}`);
      expect((await response.json()) as object).toMatchObject({
        token_endpoint: `https://${host}/${emulator.tenantId}/oauth2/v2.0/token`,
      });
      expect(response.url).toBe(`https://${host}/${emulator.tenantId}${discovery}`);
    }
    const own = await emulator.fetch(`${emulator.origin}/${emulator.tenantId}${discovery}`);
    const document = JSON.stringify(await own.json());
    expect(document).toContain(emulator.origin);
    expect(document).not.toMatch(/microsoft|windows\.net/);
  });

  it("carries a custom URL domain it was told of, with the issuer of an External ID tenant kept apart", async () => {
    await using custom = await startEmulator({ users: 0, origins: ["https://login.contoso.com"] });
    const { claims } = await requestToken(custom, { loginHost: "login.contoso.com" });
    expect(claims.appid).toBe(custom.clientId);
    const url = `https://contoso.ciamlogin.com/${custom.domain}/v2.0/.well-known/openid-configuration`;
    const { issuer } = (await (await custom.fetch(url)).json()) as Record<string, string>;
    expect(issuer).toBe(`https://${custom.tenantId}.ciamlogin.com/${custom.tenantId}/v2.0`);
  });

  it("keeps a Request's method, body, headers and signal", async () => {
    const { tenantId, clientId, clientSecret } = emulator;
    const url = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
    const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${encodeURIComponent(clientSecret)}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default`;
    const headers = { "content-type": "application/x-www-form-urlencoded", "x-mine": "1" };
    expect((await emulator.fetch(new Request(url, { method: "POST", body, headers }))).status).toBe(200);
    expect(emulator.requests.at(-1)).toMatchObject({
      method: "POST",
      url,
      headers: { "x-mine": "1", host: "login.microsoftonline.com" },
    });
    const request = new Request(url, { method: "POST", body, headers, signal: AbortSignal.abort() });
    await expect(emulator.fetch(request)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("the request log", () => {
  it("holds what was asked and answered, without the secret and the token", async () => {
    await names();
    const [token, listing] = emulator.requests;
    expect(token).toMatchObject({
      service: "entra",
      method: "POST",
      status: 200,
      path: `/${emulator.tenantId}/oauth2/v2.0/token`,
    });
    expect(token?.body).toContain("client_secret=[redacted]");
    expect(listing).toMatchObject({
      service: "graph",
      method: "GET",
      url: users,
      status: 200,
      headers: { authorization: "Bearer [redacted]" },
    });
    expect(listing?.claims).toMatchObject({ appid: emulator.clientId });
    expect(JSON.stringify(emulator.requests)).not.toContain(emulator.clientSecret);
    expect(JSON.stringify(emulator.requests)).not.toMatch(/ey[\w-]+\.ey/);
  });

  it("redacts HTTP Basic too", async () => {
    await requestToken(emulator, { headers: { authorization: "Basic c2VjcmV0" } });
    expect(emulator.requests[0]?.headers.authorization).toBe("Basic [redacted]");
  });
});

describe("directing a running tenant", () => {
  it("changes people while clients list them", async () => {
    const [first] = await names();
    emulator.users.add({ displayName: "Zoë New" });
    const listed = await names();
    expect(listed).toHaveLength(26);
    expect(listed).toContain("Zoë New");
    expect(listed).toContain(first);
    expect(emulator.users.count).toBe(26);
  });

  it("registers apps with secrets, and takes a secret only from the app it belongs to", async () => {
    const { clientId, clientSecret } = emulator.addApp({ displayName: "Another" });
    const own = await requestToken(emulator, { form: { client_id: clientId, client_secret: clientSecret } });
    expect(own.claims).toMatchObject({ appid: clientId, app_displayname: "Another" });
    expect(await requestToken(emulator, { form: { client_id: clientId } })).toMatchObject({
      body: { error_codes: [7000215] },
    });
  });

  it("rotates secrets: new and old side by side, then the new one alone", async () => {
    const [old, renewed] = [emulator.clientSecret, emulator.app().addSecret()];
    const statuses = async () => {
      const answers = [old, renewed].map((client_secret) => requestToken(emulator, { form: { client_secret } }));
      return (await Promise.all(answers)).map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200]);
    emulator.app().removeSecrets(old);
    expect(await statuses()).toEqual([401, 200]);
  });

  it("lets a secret expire when its clock is moved", async () => {
    const form = { client_secret: emulator.app().addSecret({ expiresAt: new Date(Date.now() + 3_600_000) }) };
    expect((await requestToken(emulator, { form })).status).toBe(200);
    emulator.clock.advance(3_600_001);
    expect(await requestToken(emulator, { form })).toMatchObject({ body: { error_codes: [7000222] } });
  });

  it("has more tenants, which consented to the same app and hold people of their own", async () => {
    const second = emulator.addTenant({ users: 7, roles: [] });
    expect(second.domain).toBe("contoso2.onmicrosoft.com");
    expect(second.clientId).toBe(emulator.clientId);
    const { claims, body } = await requestToken(emulator, { tenant: second.domain });
    expect(claims).toMatchObject({ tid: second.tenantId, appid: emulator.clientId });
    expect(claims).not.toHaveProperty("roles");
    const list = (authorization: string) => emulator.fetch(users, { headers: { authorization } });
    expect((await list(`Bearer ${body.access_token}`)).status).toBe(403);
    second.app().roles = ["User.Read.All"];
    const granted = await requestToken(emulator, { tenant: second.tenantId });
    const { value } = (await (await list(`Bearer ${granted.body.access_token}`)).json()) as {
      value: { userPrincipalName: string }[];
    };
    expect(value).toHaveLength(7);
    expect(value.every(({ userPrincipalName }) => userPrincipalName.endsWith(`@${second.domain}`))).toBe(true);
  });

  it("is back at the start after one reset, and tokens stay valid", async () => {
    const before = await names();
    const authorization = await bearer();
    emulator.users.add({});
    emulator.addApp();
    emulator.addTenant({ users: 1 });
    emulator.app().roles = [];
    emulator.app().removeSecrets();
    emulator.graph.shortPages = 1;
    emulator.clock.advance(3_600_000);
    emulator.faults.add({ status: 500, times: Number.POSITIVE_INFINITY });
    emulator.revoke();
    emulator.reset();
    expect(emulator.requests).toEqual([]);
    expect(Math.abs(emulator.clock.now() - Date.now())).toBeLessThan(60_000);
    expect((await emulator.fetch(users, { headers: authorization })).status).toBe(200);
    expect(await names()).toEqual(before);
    expect(emulator.app().clientSecret).toBe(emulator.clientSecret);
  });
});

describe("starting and stopping", () => {
  it("is the same tenant for the same seed, and another one for another", async () => {
    await using same = await startEmulator({ users: 25 });
    await using other = await startEmulator({ users: 25, seed: 2 });
    const identity = ({ tenantId, clientId, clientSecret }: Emulator) => ({ tenantId, clientId, clientSecret });
    expect(identity(same)).toEqual(identity(emulator));
    expect(identity(other).tenantId).not.toBe(emulator.tenantId);
    expect(await names(same)).toEqual(await names());
  });

  it("makes one key for the process, and its tokens are nothing to another emulator of the same seed", async () => {
    await using same = await startEmulator({ users: 25 });
    const keysOf = async ({ fetch, tenantId }: Emulator) => {
      const response = await fetch(`https://login.microsoftonline.com/${tenantId}/discovery/v2.0/keys`);
      return (await response.json()) as JSONWebKeySet & { keys: { n: string; kid: string }[] };
    };
    const [own, others] = await Promise.all([keysOf(emulator), keysOf(same)]);
    expect(own.keys[0]?.n).toBe(others.keys[0]?.n);
    expect(own.keys[0]?.kid).not.toBe(others.keys[0]?.kid);

    const headers = await bearer();
    const token = headers.authorization.slice("Bearer ".length);
    expect((await same.fetch(users, { headers })).status).toBe(401);
    expect((await emulator.fetch(users, { headers })).status).toBe(200);
    await expect(jwtVerify(token, createLocalJWKSet(others))).rejects.toThrow("no applicable key");
    await expect(jwtVerify(token, createLocalJWKSet(own))).resolves.toBeDefined();

    const [header = "", ...rest] = token.split(".");
    const renamed = { ...JSON.parse(Buffer.from(header, "base64url").toString()), kid: others.keys[0]?.kid };
    const forged = [Buffer.from(JSON.stringify(renamed)).toString("base64url"), ...rest].join(".");
    expect((await same.fetch(users, { headers: { authorization: `Bearer ${forged}` } })).status).toBe(401);
  });

  it("takes ids, secret and domain as given", async () => {
    const tenantId = "11111111-2222-4333-8444-555555555555";
    const given = {
      tenantId,
      clientId: tenantId.replaceAll("1", "9"),
      clientSecret: "mine",
      domain: "example.org",
      roles: [],
    };
    await using own = await startEmulator({ users: 0, ...given });
    expect(own).toMatchObject({ tenantId, clientId: given.clientId, clientSecret: "mine", domain: "example.org" });
    expect((await requestToken(own, { tenant: "example.org" })).claims).not.toHaveProperty("roles");
  });

  it("names an option it doesn't know, and those it knows", async () => {
    await expect(startEmulator({ user: 5 } as object)).rejects.toThrow(/no option "user".*knows users,/);
  });

  it.each<[string, object]>([
    ["users", { users: "5" }],
    ["users", { users: 1e12 }],
    ["users", { users: 1.5 }],
    ["seed", { seed: Number.NaN }],
    ["port", { port: "8443" }],
    ["host", { host: "" }],
    ["tls", { tls: {} }],
    ["tls", { tls: "yes" }],
    ["origins", { origins: ["login.contoso.com"] }],
    ["roles", { roles: "User.Read.All" }],
    ["domain", { domain: "" }],
    ["clientId", { clientId: 5 }],
    ["value", { clientSecret: "" }],
    ["errorSeparator", { errorSeparator: "\n" }],
    ["challengeSpelling", { challengeSpelling: "odd" }],
    ["startEmulator()", null as never],
  ])("names what is wrong with a value: %s of %j", async (name, options) => {
    await expect(startEmulator(options)).rejects.toThrow(`${name} `);
  });

  it("refuses a change that means nothing, and stays as it was", () => {
    const { clientId, clock } = emulator;
    const before = Date.now();
    for (const ms of ["1000", Number.NaN, undefined] as never[]) expect(() => clock.advance(ms)).toThrow(/advance/);
    expect(clock.now() - before).toBeLessThan(60_000);
    expect(() => emulator.addTenant({ users: -1 })).toThrow(/users must be/);
    expect(() => emulator.addApp({ secrets: "secret" as never })).toThrow(/secrets must be an array/);
    const misspelt = { value: "x", expires: new Date(0) } as object;
    expect(() => emulator.addApp({ secrets: [misspelt] })).toThrow(/no option "expires"/);
    expect(() => emulator.app(clientId).addSecret({ expiresAt: "2020-01-01" as never })).toThrow(/expiresAt must be/);
  });

  it("has room for thousands of tenants", async () => {
    await using many = await startEmulator({ users: 1 });
    const tenants = Array.from({ length: 2000 }, () => many.addTenant({ users: 100_000 }));
    expect(new Set(tenants.map(({ tenantId }) => tenantId)).size).toBe(2000);
    const last = tenants.at(-1)!;
    expect((await requestToken(many, { tenant: last.domain })).claims.tid).toBe(last.tenantId);
    expect(last.users.count).toBe(100_000);
  });

  it("listens on loopback only, and warns when told otherwise", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using open = await startEmulator({ users: 0, host: "0.0.0.0" });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("0.0.0.0"), "EmulatorWarning");
    expect(open.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${open.origin}/common/discovery/v2.0/keys`)).status).toBe(200);
    warn.mockRestore();
  });

  it("stops at once, with connections open and requests unanswered", async () => {
    const own = await startEmulator({ users: 3 });
    own.faults.add({ hang: true });
    const { hostname, port } = new URL(own.origin);
    const idle = connect(Number(port), hostname);
    await new Promise((resolve) => idle.once("connect", resolve));
    const unanswered = requestToken(own).catch((error: Error) => error.name);
    await until(() => expect(own.requests).toHaveLength(1));
    const closed = new Promise((resolve) => idle.once("close", resolve));
    await own.stop();
    expect(await unanswered).toBe("TypeError");
    await closed;
    await own.stop();
  });

  it("lets a process end after stop()", async () => {
    const ran = await runText(`
      import { startEmulator } from "graph-app-identity/testing";
      const { fetch, stop, tenantId } = await startEmulator();
      const { status } = await fetch("https://login.microsoftonline.com/" + tenantId + "/discovery/v2.0/keys");
      await stop();
      console.log(status);`);
    expect(ran).toEqual({ stdout: "200\n", stderr: "", code: 0 });
  });

  it("answers a malformed request with an error rather than dying of it", async () => {
    const { hostname, port } = new URL(emulator.origin);
    const answers = [
      "GET //[ HTTP/1.1\r\nHost: ]\r\n\r\n",
      "GET /%ff/v2.0/.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\n\r\n",
    ].map(
      (text) =>
        new Promise<string>((resolve) => {
          const socket = connect(Number(port), hostname, () => socket.write(text));
          socket.once("data", (data) => {
            resolve(String(data).slice(0, 12));
            socket.destroy();
          });
        }),
    );
    expect(await Promise.all(answers)).toEqual(["HTTP/1.1 400", "HTTP/1.1 400"]);
    expect((await requestToken(emulator)).status).toBe(200);
  });
});
