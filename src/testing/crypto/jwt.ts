import { constants, type KeyObject, sign, verify } from "node:crypto";

export interface Jwt {
  readonly header: JwtValues;
  readonly claims: JwtValues;
  readonly signedText: string;
  readonly signature: Buffer;
}

type Scalar = string | number | boolean | null;

/** As far as anybody here reads them. What is nested deeper is left out: a stranger's objects can't even be printed safely. */
export type JwtValues = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** Algorithms that Entra takes for client assertions; tokens are RS256. */
export const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

const isScalar = (value: unknown) => value === null || typeof value !== "object";

function decode(part: string | undefined): JwtValues | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    if (typeof value !== "object" || value === null) return undefined;
    const plain = Object.entries(value).filter(([, entry]) =>
      Array.isArray(entry) ? entry.every(isScalar) && Object.freeze(entry) : isScalar(entry),
    );
    // What is known is shown to many.
    return Object.freeze(Object.fromEntries(plain));
  } catch {
    return undefined;
  }
}

const padding = (algorithm: unknown) =>
  String(algorithm).startsWith("PS")
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };

/** Of late, by their texts: a client sends one token with each of its requests. */
const known = new Map<string, Jwt>();
const mostKnown = 100;
const longestKnown = 16_384;

/** The parts of a JWT in compact form, nothing of it checked; `undefined` for anything else. */
export function decodeJwt(text: string): Jwt | undefined {
  const remembered = known.get(text);
  if (remembered) return remembered;
  const jwt = decodeAnew(text);
  if (!jwt || text.length > longestKnown) return jwt;
  known.set(text, jwt);
  const [oldest = text] = known.keys();
  if (known.size > mostKnown) known.delete(oldest);
  return jwt;
}

function decodeAnew(text: string): Jwt | undefined {
  const [headerPart, claimsPart, signaturePart, ...rest] = text.split(".");
  const header = decode(headerPart);
  const claims = decode(claimsPart);
  if (!header || !claims || !signaturePart || rest.length > 0) return undefined;
  return {
    header,
    claims,
    signedText: `${headerPart}.${claimsPart}`,
    signature: Buffer.from(signaturePart, "base64url"),
  };
}

/** The key that was found to have signed a token. */
const signers = new WeakMap<Jwt, KeyObject>();

/** Whether a key made the signature, by the algorithm that the header names. */
export function isSignedBy(jwt: Jwt, key: KeyObject): boolean {
  if (signers.get(jwt) === key) return true;
  const isSigned = verifies(jwt, key);
  if (isSigned) signers.set(jwt, key);
  return isSigned;
}

function verifies({ header, signedText, signature }: Jwt, key: KeyObject): boolean {
  if (!algorithms.includes(String(header.alg)) || key.asymmetricKeyType !== "rsa") return false;
  return verify(
    `sha${String(header.alg).slice(2)}`,
    Buffer.from(signedText),
    { key, ...padding(header.alg) },
    signature,
  );
}

/** Signs with RS256, as Entra does. */
export function signJwt(header: object, claims: object, key: KeyObject): string {
  const signedText = `${encode(header)}.${encode(claims)}`;
  return `${signedText}.${sign("sha256", Buffer.from(signedText), key).toString("base64url")}`;
}
