import { generateKeyPair, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { checkKnown, defined } from "./check-options.js";
import { createCertificate, pemOf } from "./crypto/x509.js";

export interface ClientCertificateOptions {
  /** Common name. Default `"daemon"`. */
  subject?: string;
  /** Default: a day ago. */
  notBefore?: Date;
  /** Default: in a year; a date in the past gives an expired certificate. */
  notAfter?: Date;
}

/** What an app proves itself with. The public half goes to `addApp({ certificates })`. */
export interface ClientCertificate {
  /** Key and certificate in one text, as they are kept in one file. */
  pem: string;
  /** The certificate alone. */
  certificate: string;
  /** The key alone, as PKCS#8. */
  privateKey: string;
  /** SHA-1, in hex. */
  thumbprint: string;
  /** SHA-256, in hex. */
  thumbprintSha256: string;
}

const day = 86_400_000;

/**
 * Makes an RSA key and a self-signed certificate, so that tests need neither openssl nor files.
 * @throws TypeError for unknown options
 * @example
 * const { pem, certificate } = await createClientCertificate();
 * const { clientId } = emulator.addApp({ certificates: [certificate] });
 */
export async function createClientCertificate(options: ClientCertificateOptions = {}): Promise<ClientCertificate> {
  const defaults = {
    subject: "daemon",
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
  };
  checkKnown("createClientCertificate()", options, defaults);
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const der = createCertificate({ ...defaults, ...defined(options), publicKey, signingKey: privateKey });
  const { fingerprint, fingerprint256 } = new X509Certificate(der);
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    pem: key + pemOf(der),
    certificate: pemOf(der),
    privateKey: key,
    thumbprint: fingerprint.replaceAll(":", ""),
    thumbprintSha256: fingerprint256.replaceAll(":", ""),
  };
}
