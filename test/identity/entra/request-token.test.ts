import { createPublicKey, verify, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { startEmulator } from "../../../src/testing/index.js";
import { makeCertificate, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { clock, endpoint, provider, restartEndpoint, useTokenEndpoint } from "../../support/identity.js";
import { failureOf } from "../../support/refusal.js";
import { clientId, clientSecret, entraError, plainMsal, tenantId } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

let certificate: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate();
});
useTokenEndpoint();

const parts = (jwt = "") =>
  jwt.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString())) as Record<string, unknown>[];

/** An assertion as another issuer would sign it; nobody here checks the signature. */
function assertion(expiresInSeconds: number, id = "1"): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(clock.now() / 1000) + expiresInSeconds;
  return `${encode({ alg: "RS256" })}.${encode({ iss: "https://issuer", sub: "app", aud: "x", exp, jti: id })}.c2ln`;
}

describe("a token request", () => {
  it("is one POST to the tenant's endpoint, without any discovery", async () => {
    await provider().getAccessToken();
    expect(endpoint.requests.map(({ method, host, path }) => `${method} ${host}${path.split("?")[0]}`)).toEqual([
      `POST login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    ]);
    expect(Object.fromEntries(endpoint.posts()[0] ?? [])).toMatchObject({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: "client_credentials",
      scope: "https://graph.microsoft.com/.default",
    });
  });

  it.each([
    [
      "a cloud with its hosts",
      { cloud: { loginHost: "login.private.example:8443", graphRoot: "https://graph.private.example" } },
      "login.private.example:8443",
    ],
    ["a national cloud", { cloud: "china" }, "login.partner.microsoftonline.cn"],
    [
      "another name of a login host",
      { tenantId: undefined, authority: `https://login.windows.net/${tenantId}` },
      "login.microsoftonline.com",
    ],
    [
      "an External ID host",
      { tenantId: undefined, authority: `https://contoso.ciamlogin.com/${tenantId}` },
      "contoso.ciamlogin.com",
    ],
  ])("needs none for %s either", async (_name, options, host) => {
    await provider(options).getAccessToken();
    expect(endpoint.requests.map((request) => `${request.method} ${request.host}`)).toEqual([`POST ${host}`]);
  });

  it("works with a tenant by its domain, through the emulator", async () => {
    await using emulator = await startEmulator({ users: 1 });
    const { clientId, clientSecret, domain, fetch } = emulator;
    const authProvider = new AppIdentityAuthProvider({ tenantId: domain, clientId, clientSecret, fetch });
    expect(parts(await authProvider.getAccessToken())[1]).toMatchObject({ appid: clientId, roles: ["User.Read.All"] });
    expect(emulator.requests.map(({ method, status }) => [method, status])).toEqual([["POST", 200]]);
  });
});

describe("certificates", () => {
  const pem = () => ({ clientCertificate: { pem: certificate.pem } });

  it("sign a PS256 assertion for the endpoint, with the SHA-256 thumbprint", async () => {
    await provider(pem()).getAccessToken();
    const post = endpoint.posts()[0];
    const jwt = post?.get("client_assertion") ?? "";
    const [header, payload] = parts(jwt);
    expect(header).toEqual({
      alg: "PS256",
      typ: "JWT",
      "x5t#S256": Buffer.from(certificate.sha256, "hex").toString("base64url"),
    });
    expect(payload).toMatchObject({
      aud: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
      iss: clientId,
      sub: clientId,
    });
    const signed = jwt.slice(0, jwt.lastIndexOf("."));
    const key = { key: createPublicKey(certificate.cert), padding: 6, saltLength: 32 };
    expect(verify("sha256", Buffer.from(signed), key, Buffer.from(jwt.split(".")[2] ?? "", "base64url"))).toBe(true);
    expect(post?.get("client_secret")).toBeNull();
  });

  it("that can't be used fail at construction, where msal-node blames a state, or fails in words of its JWT library", async () => {
    const { key: privateKey, sha256: thumbprintSha256, pem: whole } = certificate;
    const damaged = privateKey.replace(/\n(.{40})/, "\n");
    const ours = (clientCertificate: object) => {
      try {
        return provider({ clientCertificate });
      } catch (error) {
        return error;
      }
    };
    const refused = { code: "invalid_certificate", remedy: expect.stringMatching(/^[A-Z].+\.$/) };
    expect(ours({ privateKey })).toMatchObject({ ...refused, message: expect.stringContaining("no thumbprint") });
    expect(ours({ privateKey: damaged, thumbprintSha256 })).toMatchObject(refused);
    const ended = await makeCertificate({ from: -20, to: -1 });
    expect(ours({ pem: ended.pem })).toMatchObject({ code: "certificate_expired" });
    expect(ours({ pem: whole })).toBeInstanceOf(AppIdentityAuthProvider);

    const plain = async (clientCertificate: object) => plainMsal(endpoint, { clientCertificate })();
    await expect(plain({ privateKey })).rejects.toMatchObject({ errorCode: "state_not_found" });
    await expect(plain({ privateKey: damaged, thumbprintSha256 })).rejects.not.toHaveProperty("errorCode");
    // An expired certificate it doesn't notice at all: the request is sent.
    expect(endpoint.requests).toHaveLength(0);
    await plainMsal(endpoint, { clientCertificate: { privateKey: ended.key, thumbprintSha256: ended.sha256 } })();
    expect(endpoint.requests).toHaveLength(1);
  });

  it("send their chain where asked to", async () => {
    await provider({ clientCertificate: { pem: certificate.pem, sendX5c: true } }).getAccessToken();
    const [header] = parts(endpoint.posts()[0]?.get("client_assertion") ?? "");
    expect(header?.x5c).toEqual([new X509Certificate(certificate.cert).raw.toString("base64")]);
  });

  it("sign a new assertion for every request, where msal-node sends one with a second of life left", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const lives = () =>
      endpoint.posts().map((post) => Number(parts(post.get("client_assertion") ?? "")[1]?.exp) - Date.now() / 1000);
    const authProvider = provider(pem());
    await authProvider.getAccessToken();
    vi.setSystemTime(Date.now() + 599_000);
    await authProvider.getAccessToken({ forceRefresh: true });
    expect(lives()[1]).toBeGreaterThan(590);
    const jtis = endpoint.posts().map((post) => parts(post.get("client_assertion") ?? "")[1]?.jti);
    expect(new Set(jtis).size).toBe(2);
    vi.useRealTimers();

    vi.useFakeTimers({ toFake: ["Date"] });
    const { key, sha256 } = certificate;
    await restartEndpoint({ expires_in: 1 });
    const msal = plainMsal(endpoint, { clientCertificate: { privateKey: key, thumbprintSha256: sha256 } });
    await msal();
    vi.setSystemTime(Date.now() + 599_000);
    await msal();
    expect(lives()[1]).toBeLessThan(2);
    vi.useRealTimers();
  });

  it("are read again when Entra refuses them, once, and a rotated file is then used without a restart", async () => {
    const folder = await mkdtemp(join(tmpdir(), "certificate-"));
    const path = join(folder, "app.pem");
    await writeFile(path, certificate.pem);
    const authProvider = provider({ clientCertificate: { path } });
    const thumbprints = () =>
      endpoint.posts().map((post) => {
        const [header] = parts(post.get("client_assertion") ?? "");
        return Buffer.from(String(header?.["x5t#S256"]), "base64url").toString("hex");
      });
    const sha256 = ({ sha256 }: TestCertificate) => sha256.toLowerCase();

    // Nothing newer in the file: no second request.
    endpoint.next(entraError(401, 700027, "invalid_client"));
    expect(await failureOf(authProvider.getAccessToken())).toMatchObject({
      code: "invalid_credential",
      aadsts: 700027,
    });
    expect(endpoint.requests).toHaveLength(1);

    // Replaced between our look and Entra's refusal.
    const next = await makeCertificate({ key: rsaKey("next") });
    endpoint.next(async (response) => {
      await writeFile(path, next.pem);
      entraError(401, 700027, "invalid_client")(response);
    });
    expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(thumbprints()).toEqual([sha256(certificate), sha256(certificate), sha256(next)]);
    await rm(folder, { recursive: true });
  });
});

describe("secrets from a function", () => {
  it("are asked for again when Entra refuses them, and the newer one is used at once", async () => {
    const secrets = ["first-secret", "second-secret"];
    const asked = vi.fn(async () => secrets.shift() ?? "second-secret");
    const authProvider = provider({ clientSecret: asked });
    await authProvider.getAccessToken();
    endpoint.next(entraError(401, 7000222, "invalid_client"));
    expect(await authProvider.getAccessToken({ forceRefresh: true })).toBe("token-2");
    expect(endpoint.posts().map((post) => post.get("client_secret"))).toEqual([
      "first-secret",
      "first-secret",
      "second-secret",
    ]);
    // No third secret: one request, one error.
    endpoint.next(entraError(401, 7000215, "invalid_client"));
    expect((await failureOf(authProvider.getAccessToken({ forceRefresh: true }))).code).toBe("invalid_credential");
    expect(endpoint.requests).toHaveLength(4);
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it("a wrong one that stays the same is sent once", async () => {
    endpoint.next(entraError(401, 7000215, "invalid_client"));
    await failureOf(provider().getAccessToken());
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe("assertion callbacks", () => {
  it("run only when a request is sent; msal-node runs them with every warm call, and fails when they do", async () => {
    const callback = vi.fn(async () => assertion(600));
    const authProvider = provider({ clientAssertion: callback });
    for (let call = 0; call < 5; call++) await authProvider.getAccessToken();
    expect(callback).toHaveBeenCalledTimes(1);
    expect(callback).toHaveBeenCalledWith({
      tenantId,
      clientId,
      tokenEndpoint: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
      signal: expect.any(AbortSignal),
    });

    const beside = vi.fn(async () => assertion(600));
    const msal = plainMsal(endpoint, { clientAssertion: beside });
    for (let call = 0; call < 5; call++) await msal();
    expect(beside.mock.calls.length).toBeGreaterThanOrEqual(5);
    beside.mockRejectedValue(new Error("vault is away"));
    await expect(msal()).rejects.toThrow();
  });

  it("are asked again for another attempt, so that no assertion is sent twice", async () => {
    let calls = 0;
    endpoint.next(entraError(503, 90033, "temporarily_unavailable"));
    await provider({ clientAssertion: async () => assertion(600, String(++calls)) }).getAccessToken();
    const jtis = endpoint.posts().map((post) => parts(post.get("client_assertion") ?? "")[1]?.jti);
    expect(jtis).toEqual(["1", "2"]);
  });

  it("whose assertion has less than a minute to live get an error, and Entra gets nothing", async () => {
    const error = await failureOf(provider({ clientAssertion: async () => assertion(59) }).getAccessToken());
    expect(error.message).toContain("less than a minute");
    expect(endpoint.requests).toHaveLength(0);
  });

  it("that fail while a token is in hand are noticed by nobody", async () => {
    const callback = vi.fn(async () => assertion(600));
    const authProvider = provider({ clientAssertion: callback });
    await authProvider.getAccessToken();
    callback.mockRejectedValue(new Error("vault is away"));
    clock.advance(50 * 60_000);
    for (let call = 0; call < 5; call++) expect(await authProvider.getAccessToken()).toBe("token-1");
    clock.advance(11 * 60_000);
    expect((await failureOf(authProvider.getAccessToken())).code).toBe("credential_callback_failed");
  });

  it("that hang don't hang the caller", async () => {
    const waiting = failureOf(provider({ clientAssertion: () => new Promise(() => {}) }).getAccessToken());
    await until(() => expect(clock.running).toHaveLength(1));
    clock.exceedLimits();
    expect((await waiting).code).toBe("credential_callback_failed");
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe("a federated token file", () => {
  it("is read for each request, so that what the kubelet replaced is used", async () => {
    const folder = await mkdtemp(join(tmpdir(), "federated-"));
    const federatedTokenFile = join(folder, "token");
    await writeFile(federatedTokenFile, assertion(600, "one"));
    const authProvider = provider({ federatedTokenFile });
    await authProvider.getAccessToken();
    await writeFile(federatedTokenFile, assertion(600, "two"));
    await authProvider.getAccessToken({ forceRefresh: true });
    const jtis = endpoint.posts().map((post) => parts(post.get("client_assertion") ?? "")[1]?.jti);
    expect(jtis).toEqual(["one", "two"]);
    await rm(folder, { recursive: true });
  });
});
