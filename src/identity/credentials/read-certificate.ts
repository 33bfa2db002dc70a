import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { AppIdentityError, type AppIdentityErrorCode, refusal } from "../../errors.js";
import { portal } from "../portal.js";
import { pemText } from "./read-pem.js";

/** A private key and the certificate that Entra knows it by. */
export interface Certificate {
  /** PKCS#8, without a passphrase. */
  readonly privateKey: string;
  /** SHA-256 in hex; MSAL signs with PS256 then. */
  readonly thumbprintSha256?: string;
  /** SHA-1 in hex, where nothing better is known; MSAL signs with RS256 then. */
  readonly thumbprint?: string;
  /** The certificates as PEM, the app's own first. */
  readonly chain?: string;
  /** Milliseconds since 1970, where the certificate is at hand. */
  readonly expiresAt?: number;
}

export interface CertificateSource {
  /** What holds the key and the certificates, in whichever order. */
  readonly contents: readonly (string | Uint8Array)[];
  readonly passphrase?: string | (() => string) | undefined;
  readonly thumbprint?: string | undefined;
  readonly thumbprintSha256?: string | undefined;
  /** A path or an option, for messages. */
  readonly origin: string;
}

/**
 * Reads a key and, if it is there, its certificate, and checks what Entra would only refuse later.
 * @throws AppIdentityError `invalid_certificate`, `certificate_expired`
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function readCertificate(source: CertificateSource, now: number): Certificate {
  const { origin } = source;
  const text = source.contents.map((content) => pemText(content, origin)).join("\n");
  const key = readPrivateKey(text, source);
  const given = [
    thumbprintOf(source.thumbprint, "thumbprint"),
    thumbprintOf(source.thumbprintSha256, "thumbprintSha256"),
  ];
  const privateKey = key.export({ type: "pkcs8", format: "pem" }) as string;
  const certificates = readCertificates(text, origin);
  if (certificates.length === 0) {
    const [thumbprintSha256, thumbprint] = [64, 40].map((digits) => given.find((hex) => hex?.length === digits));
    if (thumbprintSha256 !== undefined) return { privateKey, thumbprintSha256 };
    if (thumbprint !== undefined) return { privateKey, thumbprint };
    throw refusal(
      "invalid_certificate",
      `${origin} has a private key, but no certificate and no thumbprint.`,
      `Append the certificate to the key, or give "thumbprint" as well. Its value: ${portal.certificates}.`,
    );
  }
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (own === undefined) {
    throw refusal(
      "invalid_certificate",
      `The private key and the certificate in ${origin} don't belong together.`,
      "Put the key that the certificate was made for into the file; a renewed certificate often comes with a new key.",
    );
  }
  const thumbprintSha256 = own.fingerprint256.replaceAll(":", "");
  checkThumbprints(given, [thumbprintSha256, own.fingerprint.replaceAll(":", "")], origin);
  const expiresAt = checkDates(own, origin, now);
  const chain = [own, ...certificates.filter((certificate) => certificate !== own)].join("");
  return { privateKey, thumbprintSha256, chain, expiresAt };
}

function readPrivateKey(text: string, { passphrase, origin }: CertificateSource): KeyObject {
  const [pem] = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----/s.exec(text) ?? [];
  if (pem === undefined) {
    throw refusal(
      "invalid_certificate",
      `${origin} has no private key in it.`,
      /-----BEGIN CERTIFICATE-----/.test(text)
        ? "It is the certificate alone, which is what the portal wants; put the private key that it was made with next to it."
        : 'Give PEM text: it has a line "-----BEGIN PRIVATE KEY-----" and one "-----BEGIN CERTIFICATE-----".',
    );
  }
  const encrypted = pem.includes("ENCRYPTED");
  const secret = encrypted ? passphraseOf(passphrase, origin) : undefined;
  if (encrypted && !secret) {
    throw refusal(
      "invalid_certificate",
      `The private key in ${origin} is encrypted.`,
      'Give its "passphrase" (AZURE_CLIENT_CERTIFICATE_PASSWORD).',
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, ...(secret && { passphrase: secret }) });
  } catch (cause) {
    throw encrypted
      ? refusal(
          "invalid_certificate",
          `The passphrase doesn't open the private key in ${origin}.`,
          "Check the passphrase for a missing or added character.",
          cause,
        )
      : refusal(
          "invalid_certificate",
          `The private key in ${origin} can't be read.`,
          pem.includes("OPENSSH")
            ? "It is in OpenSSH's own format: convert a copy with ssh-keygen -p -m PKCS8 -f <copy>."
            : "It is damaged: compare it with the original, line breaks included.",
          cause,
        );
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw refusal(
      "invalid_certificate",
      `The private key in ${origin} is of the kind "${key.asymmetricKeyType}".`,
      "Entra takes signatures of RSA keys only: make a certificate with an RSA key of 2048 bits or more.",
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < 2048) {
    throw refusal(
      "invalid_certificate",
      `The RSA key in ${origin} has ${bits} bits.`,
      "Make a certificate with an RSA key of 2048 bits or more.",
    );
  }
  return key;
}

function passphraseOf(given: CertificateSource["passphrase"], origin: string): string | undefined {
  try {
    return typeof given === "function" ? given() : given;
  } catch (cause) {
    throw refusal(
      "invalid_certificate",
      `The function given as "passphrase" for ${origin} failed.`,
      'Look at what it does; "cause" tells more.',
      cause,
    );
  }
}

function readCertificates(text: string, origin: string): X509Certificate[] {
  return Array.from(text.matchAll(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs), ([pem]) => {
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

/** Hex digits alone: thumbprints come with colons, blanks, and the invisible mark that Windows puts in front of them. */
function thumbprintOf(given: string | undefined, field: "thumbprint" | "thumbprintSha256"): string | undefined {
  if (given === undefined) return undefined;
  const hex = typeof given === "string" ? given.replace(/[^!-9;-~]/g, "").toUpperCase() : "";
  if (/^[0-9A-F]{64}$/.test(hex) || (field === "thumbprint" && /^[0-9A-F]{40}$/.test(hex))) return hex;
  throw refusal(
    "invalid_certificate",
    `"${field}" is not ${field === "thumbprint" ? 40 : 64} hexadecimal digits.`,
    `Copy the whole thumbprint. Its value: ${portal.certificates}; a SHA-1 thumbprint has 40 digits, one of SHA-256 64.`,
  );
}

function checkThumbprints(given: readonly (string | undefined)[], own: readonly string[], origin: string): void {
  const stranger = given.find((hex) => hex !== undefined && !own.includes(hex));
  if (stranger === undefined) return;
  throw refusal(
    "invalid_certificate",
    `The certificate in ${origin} has the thumbprint ${own.find((hex) => hex.length === stranger.length)}, not ${stranger}.`,
    "Leave the thumbprint out (it is computed), or use the certificate it belongs to.",
  );
}

// Clocks differ by a little; a certificate made a moment ago on another machine is fine.
const clockSkewMs = 5 * 60_000;

function checkDates(certificate: X509Certificate, origin: string, now: number): number {
  const startsAt = Date.parse(certificate.validFrom);
  const expiresAt = Date.parse(certificate.validTo);
  if (startsAt > now + clockSkewMs) {
    throw refusal(
      "invalid_certificate",
      `The certificate in ${origin} is not valid before ${new Date(startsAt).toISOString()}.`,
      "Check this machine's clock; if it is right, wait, or use the certificate's predecessor until then.",
    );
  }
  if (expiresAt <= now) throw certificateExpired(origin, expiresAt);
  return expiresAt;
}

export function certificateExpired(origin: string, expiresAt: number): AppIdentityError {
  return failure(
    "certificate_expired",
    `The certificate in ${origin} expired on ${new Date(expiresAt).toISOString().slice(0, 10)}.`,
    `Make a new one, upload its public half under ${portal.certificates}, and put it in place of this one.`,
  );
}

function failure(code: AppIdentityErrorCode, message: string, remedy: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError(code, message, { remedy, cause });
}
