import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";

export interface TestCertificate {
  /** PKCS#8. */
  key: string;
  cert: string;
  /** Both, as one file. */
  pem: string;
  /** Hex without colons. */
  sha1: string;
  sha256: string;
  expiresAt: number;
}

interface Wish {
  /** Days from `now`; negative ones are past. */
  from?: number;
  to?: number;
  now?: number;
  key?: KeyObject;
  /** Who signs it. Default: itself. */
  ca?: TestCertificate;
  /** Its common name. */
  name?: string;
}

const dayMs = 86_400_000;
const keys = new Map<string, KeyObject>();

/** An RSA key by name. Making one takes a third of a second, so tests share them. */
export function rsaKey(name = "default", modulusLength = 2048): KeyObject {
  const known = keys.get(name);
  if (known) return known;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
  keys.set(name, privateKey);
  return privateKey;
}

export function ecKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

export function pem(key: KeyObject, type: "pkcs1" | "pkcs8" = "pkcs8", passphrase?: string): string {
  const protection = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
  return key.export({ type, format: "pem", ...protection }) as string;
}

/** A certificate made on the spot, for the shared key unless told otherwise. */
export async function makeCertificate(wish: Wish = {}): Promise<TestCertificate> {
  const { from = -1, to = 365, now = Date.now(), key = rsaKey(), ca, name = "graph-app-identity test" } = wish;
  const privateKey = pem(key);
  const publicKey = createPublicKey(createPrivateKey(privateKey)).export({ type: "spki", format: "pem" }) as string;
  const made = await generate([{ name: "commonName", value: name }], {
    algorithm: "sha256",
    notBeforeDate: new Date(now + from * dayMs),
    notAfterDate: new Date(now + to * dayMs),
    keyPair: { privateKey, publicKey },
    ...(key.asymmetricKeyType === "ec" && { keyType: "ec" as const }),
    ...(ca && { ca: { key: ca.key, cert: ca.cert } }),
  });
  const { fingerprint, fingerprint256, validTo } = new X509Certificate(made.cert);
  const cert = `${made.cert.replaceAll("\r", "").trim()}\n`;
  return {
    key: privateKey,
    cert,
    pem: privateKey + cert,
    sha1: fingerprint.replaceAll(":", ""),
    sha256: fingerprint256.replaceAll(":", ""),
    expiresAt: Date.parse(validTo),
  };
}
