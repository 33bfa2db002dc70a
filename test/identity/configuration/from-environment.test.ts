import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromEnvironment } from "../../../src/identity/configuration/from-environment.js";
import { resolveOptions } from "../../../src/identity/configuration/options.js";
import { makeCertificate, pem, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { refusal } from "../../support/refusal.js";

const folder = mkdtempSync(join(tmpdir(), "environment-"));
const certificatePath = join(folder, "app.pem");
const tokenPath = join(folder, "token");
const password = "p4ssword ";
const { signal } = new AbortController();
let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await makeCertificate();
  writeFileSync(certificatePath, pem(rsaKey(), "pkcs8", password) + certificate.cert);
  writeFileSync(tokenPath, "e30.e30.sig");
});
afterAll(() => rmSync(folder, { recursive: true }));

const app = { AZURE_TENANT_ID: "contoso.onmicrosoft.com", AZURE_CLIENT_ID: "11111111-2222-3333-4444-555555555555" };
const withSecret = { ...app, AZURE_CLIENT_SECRET: "s3cr3t~value" };
const withCertificate = {
  ...app,
  AZURE_CLIENT_CERTIFICATE_PATH: certificatePath,
  AZURE_CLIENT_CERTIFICATE_PASSWORD: password,
};
const withFile = { ...app, AZURE_FEDERATED_TOKEN_FILE: tokenPath };

async function proofFrom(env: Record<string, string>) {
  const { credential } = resolveOptions(fromEnvironment(env));
  if (credential.kind === "tokenCredential") throw new Error(credential.kind);
  return credential.proof(signal);
}

describe("the environment", () => {
  it("gives a secret, and its next value when it changes", async () => {
    const env = { ...withSecret };
    const { credential, ...identity } = resolveOptions(fromEnvironment(env));
    expect(identity).toMatchObject({ tenantId: app.AZURE_TENANT_ID, clientId: app.AZURE_CLIENT_ID });
    if (credential.kind !== "secret") throw new Error(credential.kind);
    const first = await credential.proof(signal);
    expect(first).toEqual({ clientSecret: "s3cr3t~value" });
    expect(await credential.refresh(first, signal)).toBe(false);
    env.AZURE_CLIENT_SECRET = "n3xt~value";
    expect(await credential.refresh(first, signal)).toBe(true);
  });

  it("gives a certificate with its password, and the chain if it says so", async () => {
    expect(await proofFrom(withCertificate)).toEqual({
      clientCertificate: { thumbprintSha256: certificate.sha256, privateKey: certificate.key },
    });
    for (const yes of ["1", "true", "True"]) {
      const proof = await proofFrom({ ...withCertificate, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: yes });
      expect(proof.clientCertificate).toHaveProperty("x5c");
    }
    const proof = await proofFrom({ ...withCertificate, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: "false" });
    expect(proof.clientCertificate).not.toHaveProperty("x5c");
  });

  it("gives a federated token file", async () => {
    expect(await proofFrom(withFile)).toEqual({ clientAssertion: "e30.e30.sig" });
  });

  it("with several credentials follows the order of @azure/identity", async () => {
    expect(await proofFrom({ ...withFile, ...withCertificate, ...withSecret })).toHaveProperty("clientSecret");
    expect(await proofFrom({ ...withFile, ...withCertificate })).toHaveProperty("clientCertificate");
  });

  it("counts a variable set to nothing as not set", async () => {
    const env = { ...withFile, AZURE_CLIENT_SECRET: "", AZURE_CLIENT_CERTIFICATE_PATH: " ", AZURE_AUTHORITY_HOST: "" };
    expect(await proofFrom(env)).toHaveProperty("clientAssertion");
  });

  it.each([
    [{}, "login.microsoftonline.com", "https://graph.microsoft.com"],
    [
      { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/" },
      "login.microsoftonline.us",
      "https://graph.microsoft.us",
    ],
    [
      { AZURE_AUTHORITY_HOST: "login.chinacloudapi.cn" },
      "login.partner.microsoftonline.cn",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    [
      {
        AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us",
        GRAPH_APP_IDENTITY_GRAPH_ROOT: "https://dod-graph.microsoft.us",
      },
      "login.microsoftonline.us",
      "https://dod-graph.microsoft.us",
    ],
    [
      { AZURE_AUTHORITY_HOST: "https://127.0.0.1:8443", GRAPH_APP_IDENTITY_GRAPH_ROOT: "https://127.0.0.1:8443" },
      "127.0.0.1:8443",
      "https://127.0.0.1:8443",
    ],
    [
      { GRAPH_APP_IDENTITY_GRAPH_ROOT: "https://graph.proxy.test" },
      "login.microsoftonline.com",
      "https://graph.proxy.test",
    ],
    [{ AZURE_AUTHORITY_HOST: "https://login.contoso.com" }, "login.contoso.com", "https://graph.microsoft.com"],
  ])("decides the cloud: %j", (variables, loginHost, graphRoot) => {
    const { cloud, scopes } = resolveOptions(fromEnvironment({ ...withSecret, ...variables }));
    expect(cloud).toMatchObject({ loginHost, graphRoot });
    expect(scopes).toEqual([`${graphRoot}/.default`]);
  });

  it.each(["https://login.microsoftonline.com/contoso.com", "http://login.microsoftonline.com", "https://", "a b"])(
    "is refused with AZURE_AUTHORITY_HOST=%s",
    async (AZURE_AUTHORITY_HOST) => {
      const error = await refusal(() => fromEnvironment({ ...withSecret, AZURE_AUTHORITY_HOST }));
      expect(error).toMatchObject({
        code: "invalid_options",
        message: expect.stringContaining("AZURE_AUTHORITY_HOST"),
      });
    },
  );

  it("is told what it lacks, all at once", async () => {
    const error = await refusal(() => fromEnvironment({}));
    expect(error.code).toBe("invalid_options");
    for (const name of ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE"]) {
      expect(error.message).toContain(name);
    }
    expect(error.remedy).toContain("Directory (tenant) ID");
    const half = await refusal(() => fromEnvironment(app));
    expect(half.message).not.toContain("AZURE_TENANT_ID");
  });
});

describe("overrides", () => {
  it("win, a credential over any other kind and a tenant over any other way to name it", () => {
    const options = fromEnvironment(
      { ...withSecret, AZURE_AUTHORITY_HOST: "login.microsoftonline.us" },
      {
        authority: "https://login.microsoftonline.com/fabrikam.com",
        federatedTokenFile: tokenPath,
        clientId: undefined,
      },
    );
    expect(resolveOptions(options)).toMatchObject({
      tenantId: "fabrikam.com",
      clientId: app.AZURE_CLIENT_ID,
      credential: { kind: "federatedToken" },
    });
  });

  it("can say what the environment doesn't", () => {
    const tokenCredential = { getToken: async () => null };
    expect(resolveOptions(fromEnvironment({}, { tokenCredential })).credential.kind).toBe("tokenCredential");
    const options = fromEnvironment({}, { tenantId: "contoso.com", clientId: app.AZURE_CLIENT_ID, clientSecret: "s" });
    expect(resolveOptions(options).tenantId).toBe("contoso.com");
  });

  it("misspelt are refused like any option", async () => {
    const error = await refusal(() => resolveOptions(fromEnvironment(withSecret, { scope: "x" } as never)));
    expect(error.remedy).toContain('"scopes"');
  });
});

describe("what is read", () => {
  it("can be printed without telling secret or password", () => {
    for (const env of [withSecret, withCertificate]) {
      const options = fromEnvironment(env);
      const said = inspect(options, { depth: 10, showHidden: true }) + JSON.stringify(options);
      expect(said).not.toMatch(/s3cr3t|p4ssword/);
    }
  });
});
