import { TextDecoder } from "node:util";

/** Text of a file that people edit: Windows editors put a byte order mark in front, PowerShell writes UTF-16. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}
