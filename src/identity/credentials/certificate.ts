import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Checks, checkedOptions, kinds } from "../../check-options.js";
import { log } from "../../logger.js";
import { refusal } from "../../refusal.js";
import { unreadable } from "../given-path.js";
import { portal } from "../portal.js";
import type { CertificateOptions, CredentialContext, Proof, ProvingCredential } from "./credential.js";
import { type Certificate, readCertificate } from "./read-certificate.js";
import type { CertificateContent } from "./read-pem.js";

const places = ["path", "pem", "privateKey"] as const;
const checks = {
  path: kinds.anything,
  pem: kinds.anything,
  privateKey: kinds.anything,
  passphrase: {
    accepts: (value) => typeof value === "string" || typeof value === "function",
    expected: "a string, or a function that returns one",
  },
  thumbprint: kinds.anything,
  thumbprintSha256: kinds.anything,
  x5c: {
    accepts: (value) =>
      typeof value === "string" || (Array.isArray(value) && value.every((each) => typeof each === "string")),
    expected: "certificates as PEM, or a list of them",
    remedy: "Give the certificates' PEM text, or an array with a certificate each.",
  },
  sendX5c: kinds.flag,
} satisfies Checks<CertificateOptions>;
const certificateFile = {
  code: "invalid_certificate",
  field: 'The certificate file ("clientCertificate.path")',
  remedy: "Check that it exists, and that the user of this process may read it.",
  instead: {
    "PEM text": 'This is the PEM itself: give it as "pem".',
    "a key or certificate in base64": 'Give PEM text as "pem", or the path of a file that holds it.',
  },
} as const;
const warningMs = 30 * 86_400_000;

/** A certificate that may be renewed while the process runs: its file is read for each token request. */
export function certificateCredential(
  given: CertificateOptions,
  { clock, logger }: CredentialContext,
): ProvingCredential {
  const options = checkShape(given);
  const { path, pem, privateKey, x5c, sendX5c = x5c !== undefined } = options;
  // The file of the start, wherever the process goes from there.
  const file = path === undefined ? undefined : resolve(path);
  const origin = path ?? (pem === undefined ? '"clientCertificate.privateKey"' : '"clientCertificate.pem"');
  const parse = (content: CertificateContent): Certificate => {
    const contents = x5c === undefined ? [content] : [content, x5c];
    return readCertificate({ ...options, origin, contents }, clock.now());
  };
  let content = path === undefined ? undefined : firstRead(path);
  const parseAll = () => parse(content ?? (pem ?? privateKey)!);
  let certificate = parseAll();
  let warnedOf: Certificate | undefined;

  /** Takes over what is in the file now, if it can be used: it may be caught half-written. */
  const renew = async (signal: AbortSignal): Promise<void> => {
    if (file === undefined) return;
    try {
      const found = await readFile(file, { signal });
      if (content?.equals(found)) return;
      certificate = parse(found);
      content = found;
    } catch (error) {
      signal.throwIfAborted();
      const { message } = error as Error;
      log(logger, "warn", `The certificate in hand is kept, because its file can't be used now. ${message}`);
    }
  };
  const warnOfExpiry = (): void => {
    const { expiresAt = Number.POSITIVE_INFINITY } = certificate;
    if (expiresAt - clock.now() > warningMs || warnedOf === certificate) return;
    warnedOf = certificate;
    const date = new Date(expiresAt).toISOString().slice(0, 10);
    const then = path === undefined ? "and use that one from then on" : "and replace the file, which needs no restart";
    const advice = `Upload its successor under ${portal.certificates}, ${then}.`;
    log(logger, "warn", `The certificate in ${origin} expires on ${date}. ${advice}`);
  };
  warnOfExpiry();
  return {
    kind: "certificate",
    get expiresAt() {
      return certificate.expiresAt;
    },
    async proof(signal) {
      await renew(signal);
      // Its successor may have been beside it from the start, and not been valid yet.
      if (certificate.expiresAt !== undefined && certificate.expiresAt <= clock.now()) certificate = parseAll();
      warnOfExpiry();
      return { clientCertificate: msalCertificate(certificate, sendX5c) };
    },
    async refresh({ clientCertificate: refused }, signal) {
      await renew(signal);
      return isOther(certificate, refused);
    },
  };
}

function isOther(
  { privateKey, thumbprint, thumbprintSha256 }: Certificate,
  refused: Proof["clientCertificate"],
): boolean {
  return (
    privateKey !== refused?.privateKey ||
    thumbprint !== refused.thumbprint ||
    thumbprintSha256 !== refused.thumbprintSha256
  );
}

function msalCertificate(certificate: Certificate, sendX5c: boolean): NonNullable<Proof["clientCertificate"]> {
  const { privateKey, thumbprint, thumbprintSha256, chain } = certificate;
  return {
    privateKey,
    ...(thumbprintSha256 === undefined ? thumbprint !== undefined && { thumbprint } : { thumbprintSha256 }),
    ...(sendX5c && chain !== undefined && { x5c: chain }),
  };
}

function firstRead(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable({ ...certificateFile, path }, cause);
  }
}

function checkShape(all: CertificateOptions): CertificateOptions {
  const options = checkedOptions(all, checks, "clientCertificate");
  const given = places.filter((place) => options[place] !== undefined);
  const [place, another] = given;
  const problem =
    place === undefined
      ? "says neither path, pem nor privateKey"
      : another !== undefined
        ? `has both "${place}" and "${another}"`
        : !hasContent(options[place], place)
          ? `has no text in "${place}"`
          : undefined;
  if (problem === undefined) return options;
  throw refusal(
    "invalid_options",
    `"clientCertificate" ${problem}.`,
    "Give { path }, { pem }, or { privateKey } with its thumbprint. If it comes from the environment, check that the variable is set.",
  );
}

/** A path is text; a key or certificate may also be the bytes of its file. */
function hasContent(value: unknown, place: (typeof places)[number]): boolean {
  if (typeof value === "string") return value.trim() !== "";
  return place !== "path" && value instanceof Uint8Array && value.length > 0;
}
