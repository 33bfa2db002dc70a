import { X509Certificate } from "node:crypto";
import type { AppIdentityError } from "../../errors.js";
import { refusal } from "../../refusal.js";
import { portal } from "../portal.js";
import { type CertificateContent, type PemBlock, pemBlocks, pkcs7 } from "./read-pem.js";
import { type KeySource, type PrivateKey, readPrivateKeys } from "./read-private-key.js";
import { checkThumbprints, thumbprintOf } from "./thumbprint.js";

/** A private key and the certificate that Entra knows it by. */
export interface Certificate {
  /** PKCS#8, without a passphrase. */
  readonly privateKey: string;
  /** SHA-256 in hex; MSAL signs with PS256 then. */
  readonly thumbprintSha256?: string;
  /** SHA-1 in hex, where nothing better is known; MSAL signs with RS256 then. */
  readonly thumbprint?: string;
  /** The certificates as PEM, the app's own first, each followed by its issuer. */
  readonly chain?: string;
  /** Milliseconds since 1970, where the certificate is at hand. */
  readonly expiresAt?: number;
}

export interface CertificateSource extends KeySource {
  /** What holds the keys and the certificates, in whichever order. */
  readonly contents: readonly CertificateContent[];
  readonly thumbprint?: string | undefined;
  readonly thumbprintSha256?: string | undefined;
}

/** A certificate with the key that it was made for. */
interface Pair {
  readonly certificate: X509Certificate;
  readonly privateKey: string;
  readonly startsAt: number;
  readonly expiresAt: number;
}

/**
 * Reads keys and, if they are there, certificates; picks the pair that fits and is valid longest, since a renewed certificate is often put
 * beside the one before it; and checks what Entra would only refuse later.
 * @throws AppIdentityError `invalid_certificate`, `certificate_expired`
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function readCertificate(source: CertificateSource, now: number): Certificate {
  const { origin } = source;
  const blocks = source.contents.flatMap((content) => pemBlocks(content, origin));
  if (blocks.some(({ label }) => label === "PKCS7" || label === "CMS")) throw pkcs7(origin);
  const keys = readPrivateKeys(blocks, source);
  const given = [
    thumbprintOf(source.thumbprint, "thumbprint"),
    thumbprintOf(source.thumbprintSha256, "thumbprintSha256"),
  ];
  const certificates = readCertificates(blocks, origin);
  if (certificates.length === 0) return byThumbprint(keys, given, origin);
  const pairs = certificates.flatMap((certificate) => pairOf(certificate, keys) ?? []);
  if (pairs.length === 0) {
    throw refusal(
      "invalid_certificate",
      `The private key and the certificate in ${origin} don't belong together.`,
      "Put the key that the certificate was made for into the file; a renewed certificate often comes with a new key.",
    );
  }
  const named = pairs.filter(({ certificate }) =>
    given.every((hex) => hex === undefined || hasThumbprint(certificate, hex)),
  );
  if (named.length === 0) checkThumbprints(given, thumbprintsOf(pairs[0]!.certificate), origin);
  const { certificate, privateKey, expiresAt } = bestOf(named, origin, now);
  const [thumbprintSha256] = thumbprintsOf(certificate);
  return { privateKey, thumbprintSha256, chain: chainOf(certificate, certificates), expiresAt };
}

function byThumbprint(
  keys: readonly PrivateKey[],
  given: readonly (string | undefined)[],
  origin: string,
): Certificate {
  const { privateKey } = keys[0]!;
  const [thumbprintSha256, thumbprint] = [64, 40].map((digits) => given.find((hex) => hex?.length === digits));
  if (thumbprintSha256 !== undefined) return { privateKey, thumbprintSha256 };
  if (thumbprint !== undefined) return { privateKey, thumbprint };
  throw refusal(
    "invalid_certificate",
    `${origin} has a private key, but no certificate and no thumbprint.`,
    `Append the certificate to the key, or give "thumbprint" as well. Its value: ${portal.certificates}.`,
  );
}

function readCertificates(blocks: readonly PemBlock[], origin: string): X509Certificate[] {
  return blocks
    .filter(({ label }) => label === "CERTIFICATE")
    .map(({ pem }) => {
      try {
        return new X509Certificate(pem);
      } catch (cause) {
        throw refusal(
          "invalid_certificate",
          `A certificate in ${origin} can't be read.`,
          "It is damaged: compare it with the original, line breaks included.",
          cause,
        );
      }
    });
}

function pairOf(certificate: X509Certificate, keys: readonly PrivateKey[]): Pair | undefined {
  const own = keys.find(({ key }) => certificate.checkPrivateKey(key));
  if (own === undefined) return undefined;
  const { validFrom, validTo } = certificate;
  return { certificate, privateKey: own.privateKey, startsAt: Date.parse(validFrom), expiresAt: Date.parse(validTo) };
}

function thumbprintsOf({ fingerprint256, fingerprint }: X509Certificate): [sha256: string, sha1: string] {
  return [fingerprint256.replaceAll(":", ""), fingerprint.replaceAll(":", "")];
}

function hasThumbprint(certificate: X509Certificate, hex: string): boolean {
  return thumbprintsOf(certificate).includes(hex);
}

// Clocks differ by a little; a certificate made a moment ago on another machine is fine.
const clockSkewMs = 5 * 60_000;

/** The one that is valid, and longest. */
function bestOf(pairs: readonly Pair[], origin: string, now: number): Pair {
  const begun = pairs.filter(({ startsAt }) => startsAt <= now + clockSkewMs);
  const last = [...begun].sort((a, b) => b.expiresAt - a.expiresAt)[0];
  if (last === undefined) {
    const startsAt = Math.min(...pairs.map((pair) => pair.startsAt));
    throw refusal(
      "invalid_certificate",
      `The certificate in ${origin} is not valid before ${new Date(startsAt).toISOString()}.`,
      "Check this machine's clock; if it is right, wait, or use the certificate's predecessor until then.",
    );
  }
  if (last.expiresAt <= now) throw certificateExpired(origin, last.expiresAt);
  return last;
}

export function certificateExpired(origin: string, expiresAt: number): AppIdentityError {
  return refusal(
    "certificate_expired",
    `The certificate in ${origin} expired on ${new Date(expiresAt).toISOString().slice(0, 10)}.`,
    `Make a new one, upload its public half under ${portal.certificates}, and put it in place of this one.`,
  );
}

/** From the app's own to the root, as far as they are there; strangers stay at home. */
function chainOf(own: X509Certificate, all: readonly X509Certificate[]): string {
  const chain = [own];
  for (let child = own; ; ) {
    // Of two with one name the one whose key has signed it.
    const isIssuer = (each: X509Certificate) =>
      each.subject === child.issuer &&
      chain.every(({ fingerprint256 }) => fingerprint256 !== each.fingerprint256) &&
      child.verify(each.publicKey);
    const issuer = all.find(isIssuer);
    if (issuer === undefined) return chain.join("");
    chain.push(issuer);
    child = issuer;
  }
}
