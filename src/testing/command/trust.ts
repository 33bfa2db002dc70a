import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

/** Whom to trust, as files and variables. */
export interface Trust {
  /** The emulator's authority; after it what Node was told to trust beside its roots, since Node knows one such file only. */
  ca: string;
  /** The same, after what was trusted before. */
  bundle: string;
  variables: Record<string, string>;
  /** Takes the files away. Synchronous, so that it can be the last thing a process does. */
  remove(): void;
}

/** Variables that name a file to trust in place of all others; curl's own wins over OpenSSL's. */
const replacing = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"];
const adding = "NODE_EXTRA_CA_CERTS";
/** Where Debian, Fedora, Alpine and macOS keep what the machine trusts. */
const machineFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/**
 * Writes whom to trust into a folder of its own, for the time of one start; nothing is installed. What is trusted already goes on being
 * trusted, so that other hosts can be reached.
 */
export function writeTrust(authority: string, env: NodeJS.ProcessEnv): Trust {
  const folder = mkdtempSync(join(tmpdir(), "graph-app-identity-"));
  const ca = join(folder, "ca.pem");
  const bundle = join(folder, "bundle.pem");
  try {
    const own = [authority.trimEnd(), ...certificatesOf(textOf(env[adding]))];
    const before = trustedBefore(env).filter((certificate) => !own.includes(certificate));
    writeFileSync(ca, [...own, ""].join("\n"));
    writeFileSync(bundle, [...before, ...own, ""].join("\n"));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    ca,
    bundle,
    variables: { [adding]: ca, ...Object.fromEntries(replacing.map((name) => [name, bundle])) },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The files that variables name, else the machine's own and Node's roots. */
function trustedBefore(env: NodeJS.ProcessEnv): string[] {
  const named = [...new Set(replacing.map((name) => env[name]))].map(textOf).filter(Boolean);
  const machine = machineFiles.map(textOf).filter(Boolean).slice(0, 1);
  const before = named.length > 0 ? named : [...machine, rootCertificates.join("\n")];
  return [...new Set(before.flatMap(certificatesOf))];
}

/** The certificates in a file, without remarks and keys. */
function certificatesOf(text: string): string[] {
  return text.match(/-----BEGIN ((?:TRUSTED )?CERTIFICATE)-----[^-]+-----END \1-----/g) ?? [];
}

/** A file that isn't there or can't be read is trusted by nobody. */
function textOf(path: string | undefined): string {
  try {
    return path ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}
