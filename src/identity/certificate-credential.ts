import { readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { AppIdentityError } from "../errors.js";
import { log } from "../logger.js";
import { checkOptionNames } from "../option-names.js";
import { portal } from "../portal.js";
import { type Certificate, certificateExpired, readCertificate } from "./certificate.js";
import type { CertificateOptions, CredentialContext, Proof, ProvingCredential } from "./credentials.js";

const places = ["path", "pem", "privateKey"] as const;
const details = ["passphrase", "thumbprint", "thumbprintSha256", "x5c", "sendX5c"];
const warningMs = 30 * 86_400_000;

/** A certificate that may be renewed while the process runs: its file is looked at before each token request. */
export function certificateCredential(
  options: CertificateOptions,
  { clock, logger }: CredentialContext,
): ProvingCredential {
  checkShape(options);
  const { path, pem, privateKey, x5c, sendX5c = x5c !== undefined } = options;
  const origin = path ?? (pem === undefined ? '"clientCertificate.privateKey"' : '"clientCertificate.pem"');
  const parse = (content: string | Uint8Array, version?: string) => ({
    version,
    certificate: readCertificate(
      { ...options, origin, contents: x5c === undefined ? [content] : [content, x5c] },
      clock.now(),
    ),
  });
  let held = path === undefined ? parse((pem ?? privateKey)!) : parse(...firstRead(path));
  let warnedOf: Certificate | undefined;

  /** Takes over what is in the file, if that has changed and can be used; a file may be caught half-written. */
  const renew = async (always: boolean): Promise<void> => {
    if (path === undefined) return;
    try {
      // Looked at before it is read: a change in between is found the next time.
      const version = versionOf(await stat(path));
      if (always || version !== held.version) held = parse(await readFile(path), version);
    } catch (error) {
      log(
        logger,
        "warn",
        `The certificate in use is kept, because its file can't be used now. ${(error as Error).message}`,
      );
    }
  };
  const warnOfExpiry = (): void => {
    const { certificate } = held;
    const leftMs = (certificate.expiresAt ?? Number.POSITIVE_INFINITY) - clock.now();
    if (leftMs > warningMs || warnedOf === certificate) return;
    warnedOf = certificate;
    const date = new Date(certificate.expiresAt!).toISOString().slice(0, 10);
    log(
      logger,
      "warn",
      `The certificate in ${origin} expires on ${date}. Upload its successor under ${portal.certificates}, then replace the file; no restart is needed.`,
    );
  };
  warnOfExpiry();
  return {
    kind: "certificate",
    async proof() {
      await renew(false);
      const { expiresAt } = held.certificate;
      if (expiresAt !== undefined && expiresAt <= clock.now()) throw certificateExpired(origin, expiresAt);
      warnOfExpiry();
      return { clientCertificate: msalCertificate(held.certificate, sendX5c) };
    },
    async refresh({ clientCertificate: refused }) {
      await renew(true);
      const { privateKey, thumbprint, thumbprintSha256 } = held.certificate;
      return (
        privateKey !== refused?.privateKey ||
        thumbprint !== refused.thumbprint ||
        thumbprintSha256 !== refused.thumbprintSha256
      );
    },
  };
}

function msalCertificate(certificate: Certificate, sendX5c: boolean): NonNullable<Proof["clientCertificate"]> {
  const { privateKey, thumbprint, thumbprintSha256, chain } = certificate;
  return {
    privateKey,
    ...(thumbprintSha256 === undefined ? thumbprint !== undefined && { thumbprint } : { thumbprintSha256 }),
    ...(sendX5c && chain !== undefined && { x5c: chain }),
  };
}

function firstRead(path: string): [content: Uint8Array, version: string] {
  try {
    const version = versionOf(statSync(path));
    return [readFileSync(path), version];
  } catch (cause) {
    throw new AppIdentityError("invalid_certificate", `The certificate file can't be read: ${path}.`, {
      remedy: "Check that it exists, and that the user of this process may read it.",
      cause,
    });
  }
}

function versionOf({ ino, size, mtimeMs }: { ino: number; size: number; mtimeMs: number }): string {
  return `${ino} ${size} ${mtimeMs}`;
}

function checkShape(options: CertificateOptions): void {
  checkOptionNames(options, [...places, ...details], "clientCertificate");
  const given = places.filter((place) => options[place] !== undefined);
  const [place, another] = given;
  const problem =
    place === undefined
      ? "says neither path, pem nor privateKey"
      : another !== undefined
        ? `has both "${place}" and "${another}"`
        : typeof options[place] !== "string" || options[place].trim() === ""
          ? `has no text in "${place}"`
          : undefined;
  if (problem === undefined) return;
  throw new AppIdentityError("invalid_options", `"clientCertificate" ${problem}.`, {
    remedy:
      "Give { path }, { pem }, or { privateKey } with its thumbprint. If it comes from the environment, check that the variable is set.",
  });
}
