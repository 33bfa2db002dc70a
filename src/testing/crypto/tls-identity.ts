import { generateKeyPairSync } from "node:crypto";
import { isIP } from "node:net";
import { createCertificate, pemOf } from "./x509.js";

export interface TlsIdentity {
  cert: string;
  key: string;
  /** The authority to be trusted, as PEM. */
  ca: string;
}

/** A server certificate for these names, and an authority for it whose key is forgotten at once: it can vouch for nothing else. */
export function createTlsIdentity(names: readonly string[]): TlsIdentity {
  const day = 86_400_000;
  const notBefore = new Date(Date.now() - day);
  const notAfter = new Date(Date.now() + 30 * day);
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = { subject: "graph-app-identity emulator, not Microsoft", publicKey: authority.publicKey };
  const shared = { notBefore, notAfter, signingKey: authority.privateKey };
  const ca = createCertificate({ ...issuer, ...shared, authority: true });
  const leaf = createCertificate({
    ...shared,
    subject: "graph-app-identity emulator",
    publicKey: server.publicKey,
    issuer,
    dnsNames: names.filter((name) => !isIP(name)),
    ipAddresses: names.filter((name) => isIP(name)),
  });
  return {
    cert: pemOf(leaf),
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ca: pemOf(ca),
  };
}
