import type { App, FederatedCredential } from "../app.js";
import { algorithms, decodeJwt, isSignedBy, type Jwt } from "../crypto/jwt.js";
import { EntraFailure } from "./failure.js";
import type { Strictness } from "./strictness.js";

/** What an assertion is checked against. */
export interface AssertionContext {
  app: App;
  /** Milliseconds since 1970. */
  now: number;
  /** The `aud` values that mean this tenant's token endpoint. */
  audiences: readonly string[];
  strict: Strictness;
  /** `jti` values that were used before, where that matters. */
  usedIds: Set<string>;
}

const skewSeconds = 300;

/** Entra writes fractions of seven digits. */
const instant = (seconds: number) => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "0001-01-01T00:00:00.0000000Z" : date.toISOString().replace("Z", "0000Z");
};

/**
 * Checks a client assertion: signed by a registered certificate, or by the issuer of a federated credential.
 * @throws EntraFailure as Entra refuses it.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function checkAssertion(text: string, context: AssertionContext): void {
  const jwt = decodeJwt(text);
  if (!jwt) throw new EntraFailure(50027);
  const { header, claims } = jwt;
  if (!algorithms.includes(String(header.alg))) {
    throw new EntraFailure(5002738, { alg: String(header.alg), supported: algorithms.join(",") });
  }
  // Federated tokens name their issuer by URL, an app's own assertions by its client id.
  if (/^https?:/.test(String(claims.iss))) checkFederated(jwt, context);
  else checkCertificate(jwt, context);
  checkLifetime(jwt, context);
}

function checkCertificate(jwt: Jwt, context: AssertionContext): void {
  const { header, claims } = jwt;
  const { app, strict } = context;
  const sha256 = thumbprint(header["x5t#S256"]);
  const sha1 = thumbprint(header.x5t);
  const kid = typeof header.kid === "string" ? header.kid : undefined;
  if (!sha256 && !sha1 && !kid) throw new EntraFailure(5002723);
  if (strict.sha256Thumbprints && (!sha256 || !String(header.alg).startsWith("PS"))) throw new EntraFailure(50027);
  for (const claim of ["iss", "sub", "aud", "exp"]) {
    if (claims[claim] === undefined) throw new EntraFailure(90014, { claim });
  }
  if ([claims.iss, claims.sub].some((id) => String(id).toLowerCase() !== app.clientId)) throw new EntraFailure(700021);

  checkSigner(jwt, sha256 ?? sha1 ?? thumbprint(kid) ?? "", kid, context);
  checkAudience(jwt, context);
}

function checkAudience({ claims }: Jwt, context: AssertionContext): void {
  const audiences = context.strict.exactAudience ? context.audiences.slice(0, 1) : context.audiences;
  if (![claims.aud].flat().some((audience) => audiences.includes(String(audience).toLowerCase()))) {
    throw new EntraFailure(700023);
  }
}

/** Signed by the certificate that it names, which is registered and hasn't ended. */
function checkSigner(jwt: Jwt, named: string, kid: string | undefined, { app, now }: AssertionContext): void {
  const found = app.registration.certificates.find((certificate) =>
    [named, kid?.toUpperCase()].some((id) => id === certificate.sha256 || id === certificate.sha1),
  );
  const used = `Thumbprint of key used by client: '${named}'`;
  const cure = `Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${app.clientId}'.`;
  if (!found) {
    const what = "The certificate with identifier used to sign the client assertion is not registered on application.";
    throw new EntraFailure(700027, { what, reason: `The key was not found., ${used}, ${cure}` });
  }
  const what = "Client assertion contains an invalid signature.";
  if (!isSignedBy(jwt, found.publicKey)) {
    throw new EntraFailure(700027, { what, reason: `The key was not found., ${used}, ${cure}` });
  }
  if (now > found.notAfter.getTime()) {
    const span = `Start=${found.notBefore.toUTCString()}, End=${found.notAfter.toUTCString()}`;
    throw new EntraFailure(700027, { what, reason: `The key used is expired., ${used}, Found key '${span}', ${cure}` });
  }
}

/** Issuer, subject and audience have to match one credential exactly, case included. */
function checkFederated(jwt: Jwt, { app }: AssertionContext): void {
  const narrow = (
    candidates: readonly FederatedCredential[],
    field: "issuer" | "subject" | "audience",
    value: unknown,
    code: 700211 | 700212 | 700213,
  ) => {
    const left = candidates.filter((credential) => [value].flat().includes(credential[field]));
    if (left.length === 0) throw new EntraFailure(code, { value: String(value) });
    return left;
  };
  const ofIssuer = narrow(app.registration.federatedCredentials, "issuer", jwt.claims.iss, 700211);
  const ofSubject = narrow(ofIssuer, "subject", jwt.claims.sub, 700213);
  const matching = narrow(ofSubject, "audience", jwt.claims.aud, 700212);
  if (!matching.some(({ publicKey }) => isSignedBy(jwt, publicKey))) {
    throw new EntraFailure(700027, {
      what: "Client assertion contains an invalid signature.",
      reason: "The key was not found.",
    });
  }
}

/** Times may be fractions, `nbf` may be missing, and there is no upper bound on `exp`: clients in use rely on all three. */
function checkLifetime({ claims }: Jwt, { now, strict, usedIds }: AssertionContext): void {
  const seconds = now / 1000;
  const skew = strict.exactTimes ? 0 : skewSeconds;
  const from = Number(claims.nbf ?? claims.iat ?? 0);
  const to = Number(claims.exp);
  const tooLong = strict.shortAssertions && to - Number(claims.iat ?? from) > 600;
  if (!(seconds <= to + skew) || !(from - skew <= seconds) || tooLong) {
    throw new EntraFailure(700024, { now: instant(seconds), from: instant(from), to: instant(to) });
  }
  if (!strict.singleUseAssertions) return;
  const id = String(claims.jti);
  if (claims.jti === undefined || usedIds.has(id)) throw new EntraFailure(50027);
  usedIds.add(id);
}

/** A base64url thumbprint, padded or not, as upper-case hex. */
function thumbprint(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  return Buffer.from(value, "base64url").toString("hex").toUpperCase();
}
