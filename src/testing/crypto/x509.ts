import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";

/** What a certificate says. Keys may be RSA or P-256. */
export interface CertificateContent {
  /** Common name of the holder. */
  subject: string;
  publicKey: KeyObject;
  /** Who vouches for it. Default: the holder itself, whose private key must then be the signing key. */
  issuer?: { subject: string; publicKey: KeyObject };
  signingKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  /** May vouch for others. Default `false`. */
  authority?: boolean;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
}

// DER: tag, length, content. Node parses certificates but doesn't make them, and packages that do are larger than this whole package.
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

const sequence = (...contents: Uint8Array[]) => der(0x30, ...contents);
const octets = (content: Uint8Array) => der(0x04, content);
const bits = (content: Uint8Array, unused = 0) => der(0x03, Buffer.from([unused]), content);
const truth = der(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return der(0x06, Buffer.from(bytes));
}

/** GeneralizedTime is for 2050 and later only. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, "");
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

const name = (commonName: string) => sequence(der(0x31, sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(commonName)))));
const spki = (key: KeyObject) => key.export({ type: "spki", format: "der" });
const keyId = (key: KeyObject) => createHash("sha1").update(spki(key)).digest();
const extension = (id: string, content: Uint8Array, critical = false) =>
  sequence(oid(id), ...(critical ? [truth] : []), octets(content));

/** Four bytes of an IPv4 address, sixteen of an IPv6 one: the URL parser writes out what is abbreviated but `::`. */
function addressBytes(address: string): Buffer {
  if (address.includes(".") && !address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [front = "", back] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => text.split(":").filter(Boolean);
  const given = [...groups(front), ...groups(back ?? "")];
  const zeros = Array.from({ length: 8 - given.length }, () => "0");
  const all = [...groups(front), ...zeros, ...groups(back ?? "")];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}

function extensions({ publicKey, issuer, authority, dnsNames = [], ipAddresses = [] }: CertificateContent): Buffer {
  const names = [
    ...dnsNames.map((dnsName) => der(0x82, Buffer.from(dnsName))),
    ...ipAddresses.map((address) => der(0x87, addressBytes(address))),
  ];
  return sequence(
    extension("2.5.29.19", sequence(...(authority ? [truth] : [])), true),
    // keyCertSign and cRLSign, or digitalSignature.
    extension("2.5.29.15", authority ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7), true),
    extension("2.5.29.14", octets(keyId(publicKey))),
    extension("2.5.29.35", sequence(der(0x80, keyId(issuer?.publicKey ?? publicKey)))),
    ...(names.length > 0
      ? [extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))), extension("2.5.29.17", sequence(...names))]
      : []),
  );
}

/** Makes an X.509 certificate in DER. */
export function createCertificate(content: CertificateContent): Buffer {
  const rsa = content.signingKey.asymmetricKeyType === "rsa";
  const algorithm = rsa ? sequence(oid("1.2.840.113549.1.1.11"), der(0x05)) : sequence(oid("1.2.840.10045.4.3.2"));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name(content.issuer?.subject ?? content.subject),
    sequence(time(content.notBefore), time(content.notAfter)),
    name(content.subject),
    spki(content.publicKey),
    der(0xa3, extensions(content)),
  );
  return sequence(body, algorithm, bits(sign("sha256", body, content.signingKey)));
}

/** DER as PEM. */
export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
