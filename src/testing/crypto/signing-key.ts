import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { createCertificate } from "./x509.js";

/** What an emulator signs its tokens with. Never written down, so nothing it signs passes for the real service's. */
export interface SigningKey {
  /** Thumbprint of this emulator's own certificate: what sets its tokens apart from those of another one in the process. */
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** As the keys document shows it. */
  jwk: Record<string, unknown>;
}

const createKeyPair = () => promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
let pairOfProcess: ReturnType<typeof createKeyPair> | undefined;

/**
 * The process's RSA key under a certificate of its own. A key takes a few hundred milliseconds: it is made once, off the main thread,
 * and only the first token waits for it.
 */
export async function createSigningKey(): Promise<SigningKey> {
  pairOfProcess ??= createKeyPair();
  const { privateKey, publicKey } = await pairOfProcess;
  const day = 86_400_000;
  const certificate = createCertificate({
    subject: "graph-app-identity emulator, not Microsoft",
    publicKey,
    signingKey: privateKey,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
  });
  // Entra's key ids are the certificate's SHA-1 thumbprint.
  const kid = createHash("sha1").update(certificate).digest("base64url");
  const { n, e } = publicKey.export({ format: "jwk" });
  const jwk = { kty: "RSA", use: "sig", kid, x5t: kid, n, e, x5c: [certificate.toString("base64")] };
  return { kid, privateKey, publicKey, jwk };
}
