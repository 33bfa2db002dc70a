import { execFileSync, execSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CertificateSource, readCertificate } from "../../../src/identity/credentials/read-certificate.js";
import { ecKey, makeCertificate, pem, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { refusal } from "../../support/refusal.js";

const now = Date.now();
const read = (content: string | Uint8Array, more: Partial<CertificateSource> = {}) =>
  readCertificate({ contents: [content], origin: "app.pem", ...more }, now);

let good: TestCertificate;
beforeAll(async () => {
  good = await makeCertificate();
});

describe("a PEM with key and certificate", () => {
  it("gives the SHA-256 thumbprint, the chain and the date of expiry", () => {
    const { thumbprintSha256, thumbprint, chain, expiresAt, privateKey } = read(good.pem);
    expect(thumbprintSha256).toBe(good.sha256);
    expect(thumbprint).toBeUndefined();
    expect(new X509Certificate(chain!).fingerprint256.replaceAll(":", "")).toBe(good.sha256);
    expect(expiresAt).toBe(good.expiresAt);
    expect(createPrivateKey(privateKey).equals(rsaKey())).toBe(true);
  });

  it.each([
    ["the certificate in front of the key", () => good.cert + good.key],
    ["a PKCS#1 key", () => pem(rsaKey(), "pkcs1") + good.cert],
    ["Windows line ends", () => good.pem.replaceAll("\n", "\r\n")],
    ["line breaks written as \\n, as in a one-line environment variable", () => good.pem.replaceAll("\n", "\\n")],
    ["line breaks written as \\r\\n", () => good.pem.replaceAll("\n", "\\r\\n")],
    ["itself in base64, as secret stores hand it out", () => Buffer.from(good.pem).toString("base64")],
    ["what openssl writes between the parts", () => `Bag Attributes\n    friendlyName: app\n${good.pem}`],
    ["a byte order mark", () => Buffer.from(`\ufeff${good.pem}`)],
    ["UTF-16, as PowerShell writes it", () => Buffer.from(`\ufeff${good.pem}`, "utf16le")],
  ])("may have %s", (_, content) => {
    const certificate = read(content());
    expect(certificate.thumbprintSha256).toBe(good.sha256);
    expect(createPrivateKey(certificate.privateKey).equals(rsaKey())).toBe(true);
  });

  it("has the app's own certificate first in the chain, wherever it stands in the file", async () => {
    const ca = await makeCertificate({ key: rsaKey("ca") });
    const leaf = await makeCertificate({ ca });
    const { chain, thumbprintSha256 } = read(ca.cert + leaf.cert + leaf.key);
    const order = chain!
      .match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g)!
      .map((each) => new X509Certificate(each));
    expect(order.map(({ fingerprint256 }) => fingerprint256.replaceAll(":", ""))).toEqual([leaf.sha256, ca.sha256]);
    expect(thumbprintSha256).toBe(leaf.sha256);
  });

  it("is refused when key and certificate don't belong together", async () => {
    const error = await refusal(() => read(pem(rsaKey("other")) + good.cert));
    expect(error).toMatchObject({
      code: "invalid_certificate",
      message: expect.stringContaining("don't belong together"),
    });
  });

  it("is refused when it has expired, with the place to upload the next one", async () => {
    const expired = await makeCertificate({ from: -400, to: -35 });
    const error = await refusal(() => read(expired.pem));
    expect(error.code).toBe("certificate_expired");
    expect(error.message).toContain(new Date(expired.expiresAt).toISOString().slice(0, 10));
    expect(error.remedy).toContain("Certificates & secrets");
  });

  it("is refused before its time, but not for a clock that is a minute behind", async () => {
    const early = await makeCertificate({ from: 2 });
    const error = await refusal(() => read(early.pem));
    expect(error).toMatchObject({ code: "invalid_certificate", remedy: expect.stringContaining("clock") });
    const fresh = await makeCertificate({ from: 60 / 86_400 });
    expect(read(fresh.pem).thumbprintSha256).toBe(fresh.sha256);
  });

  it("is checked against a thumbprint that is given with it", async () => {
    expect(read(good.pem, { thumbprint: good.sha1, thumbprintSha256: good.sha256 }).thumbprintSha256).toBe(good.sha256);
    const error = await refusal(() => read(good.pem, { thumbprint: "0".repeat(40) }));
    expect(error.message).toContain(good.sha1);
  });
});

describe("an encrypted key", () => {
  const passphrase = "correct horse 8attery";

  it.each(["pkcs8", "pkcs1"] as const)("opens with its passphrase (%s)", (type) => {
    const content = pem(rsaKey(), type, passphrase) + good.cert;
    expect(createPrivateKey(read(content, { passphrase }).privateKey).equals(rsaKey())).toBe(true);
    expect(read(content, { passphrase: () => passphrase }).thumbprintSha256).toBe(good.sha256);
  });

  it.each(["pkcs8", "pkcs1"] as const)("asks for its passphrase, and says when it is wrong (%s)", async (type) => {
    const content = pem(rsaKey(), type, passphrase) + good.cert;
    const missing = await refusal(() => read(content));
    expect(missing).toMatchObject({ code: "invalid_certificate", remedy: expect.stringContaining('"passphrase"') });
    const wrong = await refusal(() => read(content, { passphrase: "wr0ng pa55" }));
    expect(wrong).toMatchObject({
      code: "invalid_certificate",
      message: expect.stringContaining("passphrase doesn't open"),
    });
    expect(JSON.stringify(wrong) + String(wrong) + String(wrong.cause)).not.toContain("wr0ng");
  });

  it("asks a function for its passphrase, which may fail", async () => {
    const passphrase = () => {
      throw new Error("vault is sealed");
    };
    const error = await refusal(() => read(pem(rsaKey(), "pkcs8", "x") + good.cert, { passphrase }));
    expect(error).toMatchObject({ code: "invalid_certificate", cause: new Error("vault is sealed") });
  });

  it("doesn't mind a passphrase for a key that isn't encrypted", () => {
    expect(read(good.pem, { passphrase }).thumbprintSha256).toBe(good.sha256);
  });
});

describe("a key without its certificate", () => {
  it.each([
    ["as the portal shows it", (hex: string) => hex],
    ["with colons", (hex: string) => hex.replace(/..(?!$)/g, "$&:")],
    ["in lower case with blanks", (hex: string) => hex.toLowerCase().replace(/..(?!$)/g, "$& ")],
    ["with the invisible mark that Windows puts in front", (hex: string) => `\u200e${hex}`],
  ])("is known by a thumbprint %s", (_, written) => {
    expect(read(good.key, { thumbprint: written(good.sha1) })).toMatchObject({ thumbprint: good.sha1 });
    expect(read(good.key, { thumbprintSha256: written(good.sha256) })).toMatchObject({ thumbprintSha256: good.sha256 });
  });

  it.each(["790E... The thumbprint generated by AAD when you upload your public cert", "AB:CD", "Z".repeat(40), ""])(
    "is refused with the thumbprint %j",
    async (thumbprint) => {
      const error = await refusal(() => read(good.key, { thumbprint }));
      expect(error).toMatchObject({
        code: "invalid_certificate",
        message: expect.stringContaining("40 hexadecimal digits"),
      });
    },
  );

  it("is refused without a thumbprint", async () => {
    const error = await refusal(() => read(good.key));
    expect(error).toMatchObject({
      code: "invalid_certificate",
      remedy: expect.stringContaining("Append the certificate"),
    });
  });
});

describe("what can't sign for Entra", () => {
  it("is refused by its kind: an elliptic curve key", async () => {
    const error = await refusal(async () => read((await makeCertificate({ key: ecKey() })).pem));
    expect(error).toMatchObject({ code: "invalid_certificate", remedy: expect.stringContaining("RSA") });
  });

  it("is refused by its size: an RSA key of 1024 bits", async () => {
    const error = await refusal(() => read(pem(rsaKey("short", 1024)), { thumbprint: good.sha1 }));
    expect(error).toMatchObject({ code: "invalid_certificate", message: expect.stringContaining("1024 bits") });
  });
});

describe("what isn't a PEM of key and certificate", () => {
  it.each([
    ["the certificate alone", () => good.cert, "the certificate alone"],
    ["some other text", () => "hello", "BEGIN PRIVATE KEY"],
    ["nothing", () => "", "BEGIN PRIVATE KEY"],
    ["a damaged key", () => good.pem.replace(/^M.{40}/m, "MIIEAAAA"), "damaged"],
    ["a damaged certificate", () => good.key + good.cert.replace(/\n.{30}/, "\n"), "damaged"],
    [
      "a key in OpenSSH's format",
      () => "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n",
      "ssh-keygen",
    ],
    ["a certificate in DER", () => new X509Certificate(good.cert).raw, "openssl x509 -inform der"],
  ])("is refused with advice: %s", async (_, content, advice) => {
    const error = await refusal(() => read(content()));
    expect(error.code).toBe("invalid_certificate");
    expect(error.remedy).toContain(advice);
  });

  const version3 = Buffer.from(`30820a1c020103${"00".repeat(80)}`, "hex");

  it.each([
    ["by its first bytes", version3, "/etc/app/cert", "openssl pkcs12 -in /etc/app/cert -out /etc/app/cert.pem -nodes"],
    [
      "by its name",
      Buffer.from("?"),
      "C:\\My Keys\\app.PFX",
      'openssl pkcs12 -in "C:\\My Keys\\app.PFX" -out "C:\\My Keys\\app.pem" -nodes',
    ],
    [
      "as base64 text",
      version3.toString("base64"),
      '"clientCertificate.pem"',
      "openssl pkcs12 -in app.pfx -out app.pem -nodes",
    ],
  ])("is recognised as a PFX %s, and answered with the command that converts it", async (_, content, origin, line) => {
    const error = await refusal(() => read(content, { origin }));
    expect(error).toMatchObject({ code: "invalid_certificate", message: expect.stringContaining("PFX") });
    expect(error.remedy).toContain(line);
  });
});

describe("the command for a PFX", () => {
  const folder = mkdtempSync(join(tmpdir(), "pfx "));
  afterAll(() => rmSync(folder, { recursive: true }));
  let openssl = true;
  try {
    execFileSync("openssl", ["version"]);
  } catch {
    openssl = false;
  }

  it.skipIf(!openssl)(
    `makes a file that is read here${openssl ? "" : " (skipped: there is no openssl on this machine)"}`,
    async () => {
      const file = join(folder, "app.pfx");
      writeFileSync(join(folder, "key.pem"), good.key);
      writeFileSync(join(folder, "cert.pem"), good.cert);
      const parts = ["-inkey", join(folder, "key.pem"), "-in", join(folder, "cert.pem"), "-passout", "pass:x"];
      execFileSync("openssl", ["pkcs12", "-export", "-out", file, ...parts]);
      const { remedy } = await refusal(() => read(readFileSync(file), { origin: file }));
      const command = /openssl pkcs12 .* -nodes/.exec(remedy)![0];
      execSync(`${command} -passin pass:x`);
      expect(read(readFileSync(join(folder, "app.pem"))).thumbprintSha256).toBe(good.sha256);
    },
  );
});
