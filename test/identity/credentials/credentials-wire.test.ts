import { createPublicKey, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CredentialOptions } from "../../../src/identity/credentials/credential.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { type AppOptions, type Emulator, startEmulator } from "../../../src/testing/index.js";
import { makeCertificate, pem, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { refusal } from "../../support/refusal.js";

const folder = mkdtempSync(join(tmpdir(), "wire-"));
let emulator: Emulator;
let certificate: TestCertificate;
let successor: TestCertificate;
beforeAll(async () => {
  emulator = await startEmulator({ users: 3 });
  certificate = await makeCertificate();
  successor = await makeCertificate({ key: rsaKey("second") });
});
afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

/** A provider for an app as registered, and the bodies of the token requests it sends. */
function provider(registered: AppOptions, credential: CredentialOptions) {
  const { clientId } = emulator.addApp(registered);
  const sent: URLSearchParams[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    sent.push(new URLSearchParams(String(init?.body)));
    return emulator.fetch(input, init);
  };
  const tenantId = emulator.tenantId;
  return {
    authProvider: new AppIdentityAuthProvider({ tenantId, clientId, fetch, ...credential } as never),
    clientId,
    sent,
  };
}

describe("Entra takes", () => {
  it("a certificate, signed for with PS256 and named by its SHA-256 thumbprint", async () => {
    const { authProvider, clientId, sent } = provider(
      { certificates: [certificate.cert] },
      { clientCertificate: { pem: certificate.pem } },
    );
    expect(decodeJwt(await authProvider.getAccessToken())).toMatchObject({ appid: clientId, appidacr: "2" });
    expect(decodeProtectedHeader(sent[0]!.get("client_assertion")!)).toEqual({
      alg: "PS256",
      typ: "JWT",
      "x5t#S256": Buffer.from(certificate.sha256, "hex").toString("base64url"),
    });
  });

  it("a key with a SHA-1 thumbprint, as the quickstart has them", async () => {
    const { authProvider, sent } = provider(
      { certificates: [certificate.cert] },
      { clientCertificate: { privateKey: certificate.key, thumbprint: certificate.sha1.toLowerCase() } },
    );
    await authProvider.getAccessToken();
    expect(decodeProtectedHeader(sent[0]!.get("client_assertion")!)).toMatchObject({ alg: "RS256" });
  });

  it("the chain along with the assertion, the app's own certificate first", async () => {
    const ca = await makeCertificate({ key: rsaKey("ca") });
    const leaf = await makeCertificate({ ca });
    const { authProvider, sent } = provider(
      { certificates: [leaf.cert] },
      { clientCertificate: { pem: leaf.key + ca.cert + leaf.cert, sendX5c: true } },
    );
    await authProvider.getAccessToken();
    const { x5c } = decodeProtectedHeader(sent[0]!.get("client_assertion")!);
    const der = ({ cert }: TestCertificate) => cert.replace(/-----.*-----|\s/g, "");
    expect(x5c).toEqual([der(leaf), der(ca)]);
  });

  it("an assertion that the program signs, asked for once per request that is sent", async () => {
    let calls = 0;
    const { authProvider, sent } = provider(
      { certificates: [certificate.cert] },
      {
        clientAssertion: ({ clientId, tokenEndpoint }) => {
          calls++;
          return new SignJWT({})
            .setProtectedHeader({
              alg: "PS256",
              "x5t#S256": Buffer.from(certificate.sha256, "hex").toString("base64url"),
            })
            .setIssuer(clientId)
            .setSubject(clientId)
            .setAudience(tokenEndpoint)
            .setJti(randomUUID())
            .setIssuedAt()
            .setNotBefore("0s")
            .setExpirationTime("5m")
            .sign(rsaKey());
        },
      },
    );
    await Promise.all([authProvider.getAccessToken(), authProvider.getAccessToken()]);
    await authProvider.getAccessToken();
    expect({ calls, sent: sent.length }).toEqual({ calls: 1, sent: 1 });
  });

  it("a token file of another issuer", async () => {
    const federatedTokenFile = join(folder, "token");
    const issuer = "https://oidc.cluster.test/";
    const subject = "system:serviceaccount:jobs:reader";
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "RS256" })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience("api://AzureADTokenExchange")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(rsaKey("cluster"));
    writeFileSync(federatedTokenFile, `${token}\n`);
    const publicKey = createPublicKey(pem(rsaKey("cluster"))).export({ type: "spki", format: "pem" }) as string;
    const { authProvider, sent } = provider(
      { federatedCredentials: [{ issuer, subject, publicKey }] },
      { federatedTokenFile },
    );
    await authProvider.getAccessToken();
    expect(sent[0]!.get("client_assertion")).toBe(token);
  });
});

describe("a credential that changes", () => {
  it("as a secret function is asked again when Entra refuses, within the same call", async () => {
    const secrets = ["last~year", "this~year"];
    const { authProvider, sent } = provider({ secrets: ["this~year"] }, { clientSecret: () => secrets.shift() ?? "" });
    await authProvider.getAccessToken();
    expect(sent.map((body) => body.get("client_secret"))).toEqual(["last~year", "this~year"]);
  });

  it("as a certificate file is taken over by the running provider", async () => {
    const path = join(folder, "app.pem");
    writeFileSync(path, certificate.pem);
    const { authProvider, sent } = provider({ certificates: [successor.cert] }, { clientCertificate: { path } });
    const error = await refusal(() => authProvider.getAccessToken());
    expect(error).toMatchObject({ code: "invalid_credential", aadsts: 700027 });
    expect(sent, "an unchanged file is no reason to ask twice").toHaveLength(1);
    writeFileSync(path, successor.pem);
    await authProvider.getAccessToken();
  });
});

describe("Entra's refusal", () => {
  it("of a wrong secret says what is wrong without saying the secret", async () => {
    const { authProvider } = provider({}, { clientSecret: "wr0ng~secret" });
    const error = await refusal(() => authProvider.getAccessToken());
    expect(error).toMatchObject({
      code: "invalid_credential",
      aadsts: 7000215,
      oauthError: "invalid_client",
      statusCode: 401,
      traceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      remedy: expect.stringContaining("not its ID"),
    });
    expect(error.message).not.toMatch(/Trace ID|wr0ng/);
  });

  it.each([
    [{ secrets: [{ value: "old~secret", expiresAt: new Date(0) }] }, "old~secret", "expired_credential", 7000222],
    [{ secrets: ["s~1"], disabled: true }, "s~1", "app_disabled", 7000112],
  ])("of %j has its code", async (registered, clientSecret, code, aadsts) => {
    const { authProvider } = provider(registered, { clientSecret });
    expect(await refusal(() => authProvider.getAccessToken())).toMatchObject({ code, aadsts });
  });
});

describe("the quickstart's file", () => {
  it("leads to a token, with key file and thumbprint as with a secret", async () => {
    writeFileSync(join(folder, "server.pem"), pem(rsaKey(), "pkcs1"));
    const app = emulator.addApp({ certificates: [certificate.cert], secrets: ["s~2"] });
    const common = {
      authority: `https://login.microsoftonline.com/${emulator.domain}`,
      oidc_authority: "https://login.contoso.com/Enter_the_Tenant_Name_Here/v2.0",
      client_id: app.clientId,
      scope: ["https://graph.microsoft.com/.default"],
      endpoint: "https://graph.microsoft.com/v1.0/users",
    };
    const credentials = [{ secret: "s~2" }, { thumbprint: certificate.sha1, private_key_file: "server.pem" }];
    for (const credential of credentials) {
      const path = join(folder, "parameters.json");
      writeFileSync(path, JSON.stringify({ ...common, ...credential }));
      const authProvider = AppIdentityAuthProvider.fromParameters(path, { fetch: emulator.fetch });
      expect(decodeJwt(await authProvider.getAccessToken())).toMatchObject({ appid: app.clientId, idtyp: "app" });
    }
  });
});
