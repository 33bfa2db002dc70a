import { refusal } from "../../errors.js";
import { decodeText } from "../decode-text.js";

/**
 * The PEM text in a file or an option, or nothing where there is none. What else certificates come in is recognised, and answered with the
 * command that makes PEM of it.
 * @throws AppIdentityError `invalid_certificate`
 */
export function pemText(content: string | Uint8Array, origin: string): string {
  // Secret stores hand out files as base64.
  const bytes = typeof content === "string" ? Buffer.from(content, "base64") : content;
  const text = [typeof content === "string" ? content : "", decodeText(bytes)].find((each) =>
    each.includes("-----BEGIN "),
  );
  // One-line environment variables have the two characters "\n" for a line break.
  if (text !== undefined) return text.replaceAll("\\r", "").replaceAll("\\n", "\n");
  const path = typeof content === "string" ? undefined : origin;
  const source = path ?? "app.pfx";
  const target = `${source.replace(/\.\w+$/, "")}.pem`;
  const kind = derKind(bytes);
  if (kind === "pfx" || (/\.(pfx|p12)$/i.test(source) && path !== undefined)) {
    throw refusal(
      "invalid_certificate",
      `${origin} is a PFX (PKCS#12) file, and PEM is needed.`,
      `Convert it: openssl pkcs12 -in ${quoted(source)} -out ${quoted(target)} -nodes   (with -legacy if openssl doesn't support its cipher).`,
    );
  }
  if (kind === "der") {
    throw refusal(
      "invalid_certificate",
      `${origin} is in binary form (DER), and PEM is needed.`,
      `If it is the certificate: openssl x509 -inform der -in ${quoted(source)} -out ${quoted(target)}, then append the private key to it.`,
    );
  }
  return "";
}

/** Both are an ASN.1 SEQUENCE; a PFX begins with its version, the INTEGER 3. See https://www.rfc-editor.org/rfc/rfc7292#section-4 */
function derKind(bytes: Uint8Array): "pfx" | "der" | undefined {
  const head = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  const [, body] = /^30(?:80|81..|82.{4}|83.{6})(.*)$/.exec(head) ?? [];
  return body === undefined ? undefined : body.startsWith("020103") ? "pfx" : "der";
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `"${path}"`;
}
