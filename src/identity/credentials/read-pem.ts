import { refusal } from "../../refusal.js";
import { decodeText } from "../decode-text.js";

/** What certificates and keys come in: a text or the bytes of a file, or a list of texts. */
export type CertificateContent = string | Uint8Array | readonly string[];

/** A block between BEGIN and END, written as every parser takes it. */
export interface PemBlock {
  /** `CERTIFICATE`, `ENCRYPTED PRIVATE KEY` … */
  readonly label: string;
  readonly pem: string;
}

const begin = "-----BEGIN ";
const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----((?:(?!-----)[\s\S])*)-----END \1-----/g;
/** What OpenSSL writes on top of an encrypted key of its own older kind. See https://www.rfc-editor.org/rfc/rfc1421#section-4.6 */
const encryption = /Proc-Type:\s*(4,ENCRYPTED)\s+DEK-Info:\s*([\w-]+,[0-9A-F]+)/i;

/**
 * The PEM blocks in a file or an option, none where there is no PEM. What else certificates come in is recognised, and answered with the
 * command that makes PEM of it.
 * @throws AppIdentityError `invalid_certificate`
 */
export function pemBlocks(content: CertificateContent, origin: string): PemBlock[] {
  if (typeof content !== "string" && !(content instanceof Uint8Array)) return listed(content, origin);
  // Secret stores hand out files as base64.
  const bytes = typeof content === "string" ? Buffer.from(content, "base64") : content;
  const text = [typeof content === "string" ? content : "", decodeText(bytes)].find((each) => each.includes(begin));
  if (text === undefined) {
    refuseOtherForms(bytes, typeof content === "string" ? undefined : origin, origin);
    return [];
  }
  // A variable of one line has the two characters "\n" for a line break, or a blank, or nothing at all.
  const unescaped = text.replace(/\\{1,4}r/g, "").replace(/\\{1,4}n/g, "\n");
  return Array.from(unescaped.matchAll(block), ([, label = "", body = ""]) => rewritten(label, body));
}

/** What `x5c` is elsewhere: a certificate each, as PEM or as bare base64. */
function listed(content: readonly string[], origin: string): PemBlock[] {
  return content.flatMap((each) =>
    each.includes(begin) || !/^[\w+/=\s]+$/.test(each) ? pemBlocks(each, origin) : [rewritten("CERTIFICATE", each)],
  );
}

function rewritten(label: string, body: string): PemBlock {
  const [headers, type, cipher] = encryption.exec(body) ?? [""];
  const base64 = body.replace(headers, "").replace(/[^\w+/=]/g, "");
  const lines = base64.match(/.{1,64}/g)?.join("\n") ?? "";
  const top = cipher === undefined ? "" : `Proc-Type: ${type}\nDEK-Info: ${cipher}\n\n`;
  const wrap = (name: string, text: string) => ({
    label: name,
    pem: `-----BEGIN ${name}-----\n${text}\n-----END ${name}-----\n`,
  });
  if (label === "X509 CERTIFICATE") return wrap("CERTIFICATE", lines);
  // OpenSSL's own form: behind the certificate stands what it is trusted for.
  if (label === "TRUSTED CERTIFICATE") return wrap("CERTIFICATE", firstSequence(Buffer.from(base64, "base64")));
  return wrap(label, top + lines);
}

function firstSequence(der: Buffer): string {
  const size = (der[1] ?? 0) & 0x7f;
  const length = (der[1] ?? 0) < 0x80 ? 2 + size : 2 + size + (size <= 4 && size > 0 ? der.readUIntBE(2, size) : 0);
  return (
    der
      .subarray(0, length)
      .toString("base64")
      .match(/.{1,64}/g)
      ?.join("\n") ?? ""
  );
}

function refuseOtherForms(bytes: Uint8Array, path: string | undefined, origin: string): void {
  const source = path ?? "app.pfx";
  const target = `${source.replace(/\.\w+$/, "")}.pem`;
  const [from, to] = [quoted(source), quoted(target)];
  const kind = derKind(bytes);
  if (kind === "pfx" || (/\.(pfx|p12)$/i.test(source) && path !== undefined)) {
    throw refusal(
      "invalid_certificate",
      `${origin} is a PFX (PKCS#12) file, and PEM is needed.`,
      `Convert it: openssl pkcs12 -in ${from} -out ${to} -nodes   (with -legacy if openssl doesn't support its cipher).`,
    );
  }
  if (kind === "pkcs7") throw pkcs7(origin, `openssl pkcs7 -inform der -print_certs -in ${from} -out ${to}`);
  if (kind === "der") {
    throw refusal(
      "invalid_certificate",
      `${origin} is in binary form (DER), and PEM is needed.`,
      `If it is the certificate: openssl x509 -inform der -in ${from} -out ${to}, then append the private key to it.`,
    );
  }
}

/** Certificates without a key, in a form of their own. */
export function pkcs7(origin: string, command = "openssl pkcs7 -print_certs -in certs.p7b -out certs.pem") {
  return refusal(
    "invalid_certificate",
    `${origin} holds certificates in a PKCS#7 bundle (.p7b), and PEM is needed.`,
    `Convert them: ${command}, then append the private key.`,
  );
}

const signedData = "06092a864886f70d010702";

/**
 * All are an ASN.1 SEQUENCE; a PFX begins with its version, the INTEGER 3, and PKCS#7 with its kind.
 * @see https://www.rfc-editor.org/rfc/rfc7292#section-4
 * @see https://www.rfc-editor.org/rfc/rfc2315#section-14
 */
function derKind(bytes: Uint8Array): "pfx" | "pkcs7" | "der" | undefined {
  const head = Buffer.from(bytes.subarray(0, 20)).toString("hex");
  const [, body] = /^30(?:80|81..|82.{4}|83.{6})(.*)$/.exec(head) ?? [];
  if (body === undefined) return undefined;
  return body.startsWith("020103") ? "pfx" : body.startsWith(signedData) ? "pkcs7" : "der";
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `"${path}"`;
}
