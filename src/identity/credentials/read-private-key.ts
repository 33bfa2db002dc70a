import { createPrivateKey, type KeyObject } from "node:crypto";
import type { AppIdentityError } from "../../errors.js";
import { safeCause } from "../../http/safe-cause.js";
import { refusal } from "../../refusal.js";
import type { PemBlock } from "./read-pem.js";

export interface KeySource {
  readonly passphrase?: string | (() => string) | undefined;
  /** A path or an option, for messages. */
  readonly origin: string;
}

export interface PrivateKey {
  readonly key: KeyObject;
  /** PKCS#8, without a passphrase. */
  readonly privateKey: string;
}

/**
 * The RSA keys among PEM blocks. One that can't be used is no matter as long as another one can.
 * @throws AppIdentityError `invalid_certificate` where there is none
 */
export function readPrivateKeys(blocks: readonly PemBlock[], source: KeySource): PrivateKey[] {
  const keys: PrivateKey[] = [];
  let problem: AppIdentityError | undefined;
  for (const block of blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"))) {
    try {
      const key = readPrivateKey(block, source);
      keys.push({ key, privateKey: key.export({ type: "pkcs8", format: "pem" }) as string });
    } catch (error) {
      problem ??= error as AppIdentityError;
    }
  }
  if (keys.length > 0) return keys;
  throw problem ?? noKey(blocks, source.origin);
}

function noKey(blocks: readonly PemBlock[], origin: string): AppIdentityError {
  return refusal(
    "invalid_certificate",
    `${origin} has no private key in it.`,
    blocks.some(({ label }) => label === "CERTIFICATE")
      ? "It is the certificate alone, which is what the portal wants; put the private key that it was made with next to it."
      : 'Give PEM text: it has a line "-----BEGIN PRIVATE KEY-----" and one "-----BEGIN CERTIFICATE-----". A path goes into "path".',
  );
}

function readPrivateKey({ label, pem }: PemBlock, { passphrase, origin }: KeySource): KeyObject {
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
    key = createPrivateKey(secret === undefined ? pem : { key: pem, passphrase: secret });
  } catch (cause) {
    throw unreadable(cause, { label, pem }, encrypted, origin);
  }
  return checkKind(key, origin);
}

function unreadable(cause: unknown, { label, pem }: PemBlock, encrypted: boolean, origin: string): AppIdentityError {
  const isUnsupported = /UNSUPPORTED|UNKNOWN_CIPHER/.test(String((cause as { code?: unknown } | null)?.code));
  if (encrypted && isUnsupported) {
    const cipher = /DEK-Info: ([\w-]+)/.exec(pem)?.[1];
    return refusal(
      "invalid_certificate",
      `The private key in ${origin} is encrypted with ${cipher ?? "a cipher"} that this OpenSSL no longer supports.`,
      "Write a copy with a newer cipher: openssl pkey -provider legacy -provider default -in old.pem -aes256 -out key.pem, then append the certificate.",
      cause,
    );
  }
  if (encrypted) {
    return refusal(
      "invalid_certificate",
      `The passphrase doesn't open the private key in ${origin}.`,
      "Check the passphrase for a missing or added character.",
      cause,
    );
  }
  return refusal(
    "invalid_certificate",
    `The private key in ${origin} can't be read.`,
    label.includes("OPENSSH")
      ? "It is in OpenSSH's own format: convert a copy with ssh-keygen -p -m PKCS8 -f <copy>."
      : "It is damaged: compare it with the original, line breaks included.",
    cause,
  );
}

function checkKind(key: KeyObject, origin: string): KeyObject {
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

function passphraseOf(given: KeySource["passphrase"], origin: string): string | undefined {
  try {
    return typeof given === "function" ? given() : given;
  } catch (cause) {
    throw refusal(
      "invalid_certificate",
      `The function given as "passphrase" for ${origin} failed.`,
      'Look at what it does; "cause" tells more.',
      safeCause(cause),
    );
  }
}
