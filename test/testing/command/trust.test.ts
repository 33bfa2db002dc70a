import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type Trust, writeTrust } from "../../../src/testing/command/trust.js";
import { createTlsIdentity } from "../../../src/testing/crypto/tls-identity.js";

const folder = mkdtempSync(join(tmpdir(), "trust-"));
afterAll(() => rmSync(folder, { recursive: true }));

const authority = createTlsIdentity(["localhost"]).ca;
const [one, two, three] = [1, 2, 3].map(() => createTlsIdentity(["localhost"]).ca) as [string, string, string];
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

let trust: Trust;
afterEach(() => trust.remove());
const bundle = (env: NodeJS.ProcessEnv) => {
  trust = writeTrust(authority, env);
  return readFileSync(trust.bundle, "utf8");
};

describe("whom to trust", () => {
  it("is told to Node, Python, curl and OpenSSL, each in its own way, and goes without a trace", () => {
    trust = writeTrust(authority, {});
    expect(trust.variables).toEqual({
      NODE_EXTRA_CA_CERTS: trust.ca,
      REQUESTS_CA_BUNDLE: trust.bundle,
      CURL_CA_BUNDLE: trust.bundle,
      SSL_CERT_FILE: trust.bundle,
    });
    expect(readFileSync(trust.ca, "utf8")).toBe(authority);
    trust.remove();
    expect(existsSync(dirname(trust.ca))).toBe(false);
    trust.remove();
  });

  it("is what was trusted before, and the emulator: where no variable names a file, Node's roots", () => {
    const text = bundle({});
    for (const root of rootCertificates) expect(text).toContain(root);
    expect(text.endsWith(authority)).toBe(true);
  });

  it("is what the variables named, each certificate once, without what else the files hold", () => {
    const env = {
      REQUESTS_CA_BUNDLE: file("python.pem", `# Company\n${one}${two}`),
      CURL_CA_BUNDLE: file("curl.pem", `${two}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`),
      SSL_CERT_FILE: join(folder, "missing.pem"),
      NODE_EXTRA_CA_CERTS: file("node.pem", three.replaceAll("\n", "\r\n")),
    };
    const text = bundle(env);
    expect(text.replaceAll("\r", "").match(/-----BEGIN [\s\S]+?-----END CERTIFICATE-----\n/g)).toEqual([
      one,
      two,
      authority,
      three,
    ]);
    // Node knows one file only.
    expect(readFileSync(trust.ca, "utf8").replaceAll("\r", "")).toBe(authority + three);
  });

  it("falls back to the roots where a variable names nothing that can be read", () => {
    expect(bundle({ SSL_CERT_FILE: join(folder, "missing.pem"), CURL_CA_BUNDLE: "" })).toContain(rootCertificates[0]);
  });
});
