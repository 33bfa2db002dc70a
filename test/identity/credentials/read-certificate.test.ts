import { execFileSync, execSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CertificateSource, readCertificate } from "../../../src/identity/credentials/read-certificate.js";
import { ecKey, makeCertificate, pem, rsaKey, type TestCertificate } from "../../support/certificates.js";
import { cpuTimeOf } from "../../support/cpu-time.js";
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

describe("several certificates and keys in one file", () => {
  const other = () => pem(rsaKey("other"));
  const made = (wish: Parameters<typeof makeCertificate>[0]) => makeCertificate(wish);

  it.each<[string, () => Promise<{ content: string; used: TestCertificate }>]>([
    [
      "a renewed certificate behind the ended one, with the same key",
      async () => {
        const [ended, renewed] = [await made({ from: -400, to: -35 }), await made({})];
        return { content: ended.key + ended.cert + renewed.cert, used: renewed };
      },
    ],
    [
      "a renewed certificate in front of the ended one",
      async () => {
        const [ended, renewed] = [await made({ from: -400, to: -35 }), await made({})];
        return { content: renewed.cert + ended.cert + ended.key, used: renewed };
      },
    ],
    [
      "two that are valid: the one that lasts longer",
      async () => {
        const [longer, shorter] = [await made({ to: 500 }), await made({ to: 100 })];
        return { content: longer.key + longer.cert + shorter.cert, used: longer };
      },
    ],
    [
      "one that isn't valid yet: the other",
      async () => {
        const [valid, early] = [await made({ to: 100 }), await made({ from: 20, to: 500 })];
        return { content: valid.key + early.cert + valid.cert, used: valid };
      },
    ],
    ["a key that belongs to nothing, in front", async () => ({ content: other() + good.pem, used: good })],
    [
      "a renewed certificate with a key of its own",
      async () => {
        const [old, renewed] = [await made({ to: 20 }), await made({ key: rsaKey("other"), to: 400 })];
        return { content: old.pem + renewed.pem, used: renewed };
      },
    ],
    [
      "a renewed certificate whose key was forgotten",
      async () => {
        const [old, renewed] = [await made({ to: 20 }), await made({ key: rsaKey("other"), to: 400 })];
        return { content: old.pem + renewed.cert, used: old };
      },
    ],
    ["an elliptic curve key beside", async () => ({ content: pem(ecKey()) + good.pem, used: good })],
    [
      "an encrypted key beside, without its passphrase",
      async () => ({ content: pem(rsaKey("other"), "pkcs8", "x") + good.pem, used: good }),
    ],
  ])("%s", async (_, make) => {
    const { content, used } = await make();
    const found = read(content);
    expect(found.thumbprintSha256).toBe(used.sha256);
    expect(createPrivateKey(found.privateKey).equals(createPrivateKey(used.key))).toBe(true);
    expect(found.expiresAt).toBe(used.expiresAt);
  });

  it("are told apart by the thumbprint that is given", async () => {
    const [longer, shorter] = [await made({ to: 500 }), await made({ to: 100 })];
    const content = longer.pem + shorter.cert;
    expect(read(content, { thumbprint: shorter.sha1 }).thumbprintSha256).toBe(shorter.sha256);
  });

  it("are all over, which is told of the last", async () => {
    const [first, last] = [await made({ from: -400, to: -300 }), await made({ from: -400, to: -35 })];
    const error = await refusal(() => read(first.key + last.cert + first.cert));
    expect(error.code).toBe("certificate_expired");
    expect(error.message).toContain(new Date(last.expiresAt).toISOString().slice(0, 10));
  });
});

describe("a PEM whose line breaks were lost", () => {
  const passphrase = "correct horse 8attery";
  const encrypted = () => pem(rsaKey(), "pkcs1", passphrase) + good.cert;
  const ways: [string, (text: string) => string][] = [
    ["to blanks", (text) => text.replaceAll("\n", " ")],
    ["to nothing", (text) => text.replaceAll("\n", "")],
    ["to \\n, twice escaped", (text) => text.replaceAll("\n", "\\\\n")],
    ["to tabs and quotes around", (text) => `"${text.replaceAll("\n", "\t")}"`],
    ["to blanks that indent each line", (text) => text.replaceAll("\n", "\n      ")],
  ];

  it.each(ways)("%s is read", (_, lose) => {
    expect(read(lose(good.pem)).thumbprintSha256).toBe(good.sha256);
  });

  it.each(ways.filter(([name]) => name !== "to nothing"))(
    "%s is read, with a key of OpenSSL's older encryption",
    (_, lose) => {
      expect(encrypted()).toContain("DEK-Info");
      expect(read(lose(encrypted()), { passphrase }).thumbprintSha256).toBe(good.sha256);
    },
  );
});

describe("certificates in other forms", () => {
  const der = (cert: string) => new X509Certificate(cert).raw;
  const block = (label: string, bytes: Uint8Array) =>
    `-----BEGIN ${label}-----\n${Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g)!
      .join("\n")}\n-----END ${label}-----\n`;
  // What `openssl x509 -trustout` appends: trusted for clients, by the name "app".
  const trust = Buffer.from("3015300a06082b060105050703020c03617070", "hex");

  it.each<[string, () => string]>([
    ["X509 CERTIFICATE", () => block("X509 CERTIFICATE", der(good.cert))],
    ["TRUSTED CERTIFICATE", () => block("TRUSTED CERTIFICATE", Buffer.concat([der(good.cert), trust]))],
    ["TRUSTED CERTIFICATE with nothing behind", () => block("TRUSTED CERTIFICATE", der(good.cert))],
  ])("are read: %s", (_, certificate) => {
    expect(read(good.key + certificate()).thumbprintSha256).toBe(good.sha256);
  });

  it.each<[string, () => string | string[]]>([
    ["one PEM text", () => good.cert],
    ["a list of PEM texts", () => [good.cert]],
    ["a list of bare base64, as x5c is in a JWT", () => [der(good.cert).toString("base64")]],
  ])("are read beside a key alone: %s", (_, x5c) => {
    expect(readCertificate({ contents: [good.key, x5c()], origin: "x5c" }, now).thumbprintSha256).toBe(good.sha256);
  });

  it.each<[string, () => string | Uint8Array]>([
    ["as PEM", () => good.key + block("PKCS7", Buffer.from("30820100", "hex"))],
    ["as bytes", () => Buffer.from(`3082010006092a864886f70d010702${"00".repeat(50)}`, "hex")],
    ["as base64", () => Buffer.from(`3082010006092a864886f70d010702${"00".repeat(50)}`, "hex").toString("base64")],
  ])("are named, and answered with the command that converts them: PKCS#7 %s", async (_, content) => {
    const error = await refusal(() => read(content()));
    expect(error).toMatchObject({ code: "invalid_certificate", message: expect.stringContaining("PKCS#7") });
    expect(error.remedy).toContain("openssl pkcs7");
  });
});

describe("the chain that goes out with an assertion", () => {
  const chained = async () => {
    const root = await makeCertificate({ key: rsaKey("root"), name: "Root" });
    const intermediate = await makeCertificate({ key: rsaKey("ca"), ca: root, name: "Intermediate" });
    const leaf = await makeCertificate({ ca: intermediate, name: "Leaf" });
    const stranger = await makeCertificate({ key: rsaKey("other"), name: "Stranger" });
    return { root, intermediate, leaf, stranger };
  };

  it.each([
    ["root, intermediate, leaf", ["root", "intermediate", "leaf"]],
    ["leaf, root, intermediate", ["leaf", "root", "intermediate"]],
    ["with strangers", ["stranger", "root", "leaf", "stranger", "intermediate"]],
    ["with everything twice", ["root", "root", "intermediate", "leaf", "leaf", "intermediate"]],
  ] as const)("is leaf, intermediate, root, whatever the order in the file: %s", async (_, order) => {
    const all = await chained();
    const { chain } = read(all.leaf.key + order.map((name) => all[name].cert).join(""));
    const subjects = chain!
      .match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----/g)!
      .map((each) => new X509Certificate(each).subject);
    expect(subjects).toEqual(["CN=Leaf", "CN=Intermediate", "CN=Root"]);
  });

  it("ends where an issuer is missing", async () => {
    const { leaf, root, stranger } = await chained();
    const { chain } = read(leaf.key + root.cert + stranger.cert + leaf.cert);
    expect(chain!.match(/BEGIN/g)).toHaveLength(1);
  });
});

describe("a key whose cipher this OpenSSL has no longer", () => {
  /** PBES1 with DES and MD5, which OpenSSL 3 moved to its legacy provider. */
  const legacy = Buffer.from(
    `3041301b06092a864886f70d010503300e0408${"01".repeat(8)}02020800${"0422"}${"00".repeat(34)}`,
    "hex",
  );

  it("is told as such, with the line that converts it, and not as a wrong passphrase", async () => {
    const key = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${legacy
      .toString("base64")
      .match(/.{1,64}/g)!
      .join("\n")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    const error = await refusal(() => read(key + good.cert, { passphrase: "right" }));
    expect(error.message).toContain("no longer supports");
    expect(error.remedy).toContain("openssl pkey -provider legacy");
  });

  it("is named where the file does", async () => {
    const text = `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: BF-CBC,0102030405060708\n\n${"A".repeat(64)}\n-----END RSA PRIVATE KEY-----\n`;
    const error = await refusal(() => read(text + good.cert, { passphrase: "right" }));
    expect(error.message).toMatch(/BF-CBC that this OpenSSL no longer supports/);
  });
});

it("a text of hundreds of kilobytes is refused in no time", async () => {
  for (const filler of [
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "\\\\",
    "MII",
    "Proc-Type: 4,ENCRYPTED ",
  ]) {
    const text = filler.repeat(400_000 / filler.length);
    const computed = await cpuTimeOf(async () => {
      await refusal(() => read(text));
      await refusal(() => read(`-----BEGIN PRIVATE KEY-----${text.replaceAll("-", "")}-----END PRIVATE KEY-----`));
    });
    expect(computed).toBeLessThan(2_000);
  }
});
