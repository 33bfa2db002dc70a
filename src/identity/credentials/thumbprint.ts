import { refusal } from "../../refusal.js";
import { portal } from "../portal.js";

/** Hex digits alone: thumbprints come with colons, blanks, and the invisible mark that Windows puts in front of them. */
export function thumbprintOf(given: string | undefined, field: "thumbprint" | "thumbprintSha256"): string | undefined {
  if (given === undefined) return undefined;
  const hex = typeof given === "string" && given.length < 1_000 ? given.replace(/[^!-9;-~]/g, "").toUpperCase() : "";
  if (/^[0-9A-F]{64}$/.test(hex) || (field === "thumbprint" && /^[0-9A-F]{40}$/.test(hex))) return hex;
  throw refusal(
    "invalid_certificate",
    `"${field}" is not ${field === "thumbprint" ? 40 : 64} hexadecimal digits.`,
    `Copy the whole thumbprint. Its value: ${portal.certificates}; a SHA-1 thumbprint has 40 digits, one of SHA-256 64.`,
  );
}

/** @throws AppIdentityError `invalid_certificate` where a thumbprint is given that isn't the certificate's own */
export function checkThumbprints(given: readonly (string | undefined)[], own: readonly string[], origin: string): void {
  const stranger = given.find((hex) => hex !== undefined && !own.includes(hex));
  if (stranger === undefined) return;
  throw refusal(
    "invalid_certificate",
    `The certificate in ${origin} has the thumbprint ${own.find((hex) => hex.length === stranger.length)}, not ${stranger}.`,
    "Leave the thumbprint out (it is computed), or use the certificate it belongs to.",
  );
}
