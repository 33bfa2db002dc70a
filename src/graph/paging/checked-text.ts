import { createHash } from "node:crypto";

/** A text with a checksum behind it, which tells a damaged copy from a good one. It is no signature. */
export function withChecksum(content: string): string {
  return `${content}.${checksum(content)}`;
}

/** The text that a checksum was put behind; `undefined` where it isn't as it was. */
export function checkedContent(text: string): string | undefined {
  const [content = "", sum, ...rest] = text.split(".");
  return sum === checksum(content) && rest.length === 0 ? content : undefined;
}

export function checksum(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 16);
}
