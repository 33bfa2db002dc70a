import { createHash, X509Certificate } from "node:crypto";
import selfsigned from "selfsigned";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, type Strictness, startEmulator } from "../../../src/testing/index.js";
import { type AssertionParts, byAssertion, requestToken, signAssertion, type TokenRequest } from "./token-request.js";

const seconds = () => Math.floor(Date.now() / 1000);
const exchange = "api://AzureADTokenExchange";

let emulator: Emulator;
let key: string;
let certificate: string;
let thumbprints: { sha256: string; sha1: string };

beforeAll(async () => {
  emulator = await startEmulator({ users: 0 });
  const made = await selfsigned.generate([{ name: "commonName", value: "a daemon" }], { keySize: 2048 });
  ({ private: key, cert: certificate } = made);
  const of = (algorithm: string) =>
    createHash(algorithm).update(new X509Certificate(certificate).raw).digest("base64url");
  thumbprints = { sha256: of("sha256"), sha1: of("sha1") };
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

const outcome = async (parts: AssertionParts, from = emulator) => {
  const header = { "x5t#S256": thumbprints.sha256, ...parts.header };
  const { status, body } = await requestToken(from, {
    form: byAssertion(await signAssertion(from, key, { ...parts, header })),
  });
  return status === 200 ? "accepted" : (body.error_codes as number[])[0];
};

describe("certificates", () => {
  it("are registered as PEM, whatever else the text holds", async () => {
    emulator.app().addCertificate(`Bag Attributes\n${key}\n${certificate}`);
    expect(await outcome({})).toBe("accepted");
  });

  it("are refused by what they lack when they are registered", () => {
    expect(() => emulator.app().addCertificate(key)).toThrow(/CERTIFICATE block/);
  });

  it.each<[string, AssertionParts, string | number]>([
    ["an audience elsewhere", { claims: { aud: "https://login.example/token" } }, 700023],
    ["an audience at another of the cloud's login hosts", { claims: { aud: "ALIAS" } }, "accepted"],
    ["an expiry within the allowed clock skew", { claims: { exp: seconds() - 60 } }, "accepted"],
    ["an expiry beyond it", { claims: { exp: seconds() - 400 } }, 700024],
    ["a time that is no number", { claims: { exp: "soon" } }, 700024],
  ])("sign assertions with %s", async (_, parts, expected) => {
    emulator.app().addCertificate(certificate);
    const alias = `https://login.windows.net/${emulator.tenantId}/oauth2/v2.0/token`;
    const claims = parts.claims?.aud === "ALIAS" ? { aud: alias } : parts.claims;
    expect(await outcome({ ...parts, ...(claims && { claims }) })).toBe(expected);
  });
});

describe("federated credentials", () => {
  const claims = { iss: "https://token.actions.example", sub: "repo:contoso/app:ref:main", aud: exchange };
  const registered = () => {
    const { publicKey } = new X509Certificate(certificate);
    const [issuer, subject] = [claims.iss, claims.sub];
    emulator.app().addFederatedCredential({ issuer, subject, publicKey: publicKey.export({ format: "jwk" }) });
  };

  it("let an app in by another issuer's token, as by a certificate", async () => {
    registered();
    const form = byAssertion(await signAssertion(emulator, key, { header: { alg: "RS256", kid: "1" }, claims }));
    expect((await requestToken(emulator, { form })).claims).toMatchObject({ appidacr: "2", idtyp: "app" });
  });

  it.each([
    ["issuer", { iss: "https://elsewhere.example" }, 700211],
    ["subject, by its case alone", { sub: "repo:Contoso/app:ref:main" }, 700213],
    ["audience", { aud: "api://other" }, 700212],
    ["lifetime", { exp: seconds() - 4000 }, 700024],
  ])("refuse a token for its %s", async (_, changed, code) => {
    registered();
    expect(await outcome({ header: { kid: "1" }, claims: { ...claims, ...changed } })).toBe(code);
  });

  it("refuse a token that another key signed", async () => {
    const { publicKey } = await selfsigned
      .generate([], { keySize: 2048 })
      .then(({ cert }) => new X509Certificate(cert));
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    emulator.app().addFederatedCredential({ issuer: claims.iss, subject: claims.sub, publicKey: pem });
    expect(await outcome({ claims })).toBe(700027);
  });
});

describe("strictness", () => {
  const long = { claims: { exp: seconds() + 86_400 } };
  const domainForm = () => ({
    claims: { aud: `https://login.microsoftonline.com/${emulator.domain}/oauth2/v2.0/token` },
  });

  it.each<[keyof Strictness, () => AssertionParts, number]>([
    ["shortAssertions", () => long, 700024],
    ["sha256Thumbprints", () => ({ header: { alg: "RS256", "x5t#S256": undefined, x5t: thumbprints.sha1 } }), 50027],
    ["exactAudience", domainForm, 700023],
    ["exactTimes", () => ({ claims: { exp: seconds() - 60 } }), 700024],
  ])("by %s refuses what the service takes", async (name, parts, code) => {
    await using strict = await startEmulator({ users: 0, strict: { [name]: true } });
    for (const each of [emulator, strict]) each.app().addCertificate(certificate);
    expect([await outcome(parts()), await outcome(parts(), strict)]).toEqual(["accepted", code]);
  });

  it("by singleUseAssertions takes each assertion once", async () => {
    await using strict = await startEmulator({ users: 0, strict: { singleUseAssertions: true } });
    strict.app().addCertificate(certificate);
    const parts = { claims: { jti: "one" } };
    expect([await outcome(parts, strict), await outcome(parts, strict)]).toEqual(["accepted", 50027]);
    strict.reset();
    strict.app().addCertificate(certificate);
    expect(await outcome(parts, strict)).toBe("accepted");
  });

  it("by exactScopes refuses OIDC scopes beside the resource", async () => {
    const loose: TokenRequest = { form: { scope: "openid https://graph.microsoft.com/.default" } };
    await using strict = await startEmulator({ users: 0, strict: { exactScopes: true } });
    expect((await requestToken(emulator, loose)).status).toBe(200);
    expect(await requestToken(strict, loose)).toMatchObject({ status: 400, body: { error: "invalid_scope" } });
  });

  it("knows no other switch", async () => {
    await expect(startEmulator({ strict: { exactTime: true } as Strictness })).rejects.toThrow(/no option "exactTime"/);
  });
});

it("a token can't live for no time", async () => {
  await expect(startEmulator({ tokenLifetimeSeconds: 0 })).rejects.toThrow(/above 0/);
});

it("a token lives as long as the emulator was told", async () => {
  await using brief = await startEmulator({ users: 0, tokenLifetimeSeconds: 60 });
  const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
  expect((await requestToken(brief)).body).toMatchObject({ expires_in: 60, ext_expires_in: 60 });
  expect((await requestToken(brief, { form: { claims } })).body).toMatchObject({ expires_in: 60, refresh_in: 30 });
});
