import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { createCertificate } from "./x509.js";

/** What the emulator signs its tokens with. Made per start, so nothing it signs passes for the real service's. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** As the keys document shows it. */
  jwk: Record<string, unknown>;
}

/** An RSA key takes a few hundred milliseconds: it is made off the main thread, and only the first token waits for it. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
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
