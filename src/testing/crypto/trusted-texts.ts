import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

/** Variables that name a file to trust in place of all others; curl's own wins over OpenSSL's. */
export const replacing = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"];
export const adding = "NODE_EXTRA_CA_CERTS";
/** Where Debian, Fedora, Alpine and macOS keep what the machine trusts. */
const machineFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/** An authority for those who add one to what they trust, and for those who can name one file only. */
export function trustedTexts(authority: string, env: NodeJS.ProcessEnv): { ca: string; bundle: string } {
  const own = [authority.trimEnd(), ...certificatesOf(textOf(env[adding]))];
  const before = trustedBefore(env).filter((certificate) => !own.includes(certificate));
  return { ca: [...own, ""].join("\n"), bundle: [...before, ...own, ""].join("\n") };
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
