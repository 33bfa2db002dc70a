import { createHmac, randomBytes } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * Makes opaque tokens (`$skiptoken`, `$deltatoken`) that only their maker can read. Packed, as fifty ids in a filter would make
 * an address that is too long for many.
 */
export interface PageTokens {
  seal(content: object): string;
  /** `undefined` for anything that wasn't sealed here since the last reset. */
  open(token: string): unknown;
  reset(): void;
}

export function createPageTokens(): PageTokens {
  let key = randomBytes(32);
  // Links differ each time they are issued, as Graph's do, even where they mean the same place.
  let issued = 0;
  const signature = (text: string) => createHmac("sha256", key).update(text).digest("base64url").slice(0, 16);

  return {
    seal(content) {
      issued += 1;
      const text = deflateRawSync(JSON.stringify({ ...content, issued })).toString("base64url");
      return signature(text) + text;
    },
    open(token) {
      const text = token.slice(16);
      if (token.slice(0, 16) !== signature(text)) return undefined;
      return JSON.parse(inflateRawSync(Buffer.from(text, "base64url")).toString());
    },
    reset() {
      key = randomBytes(32);
    },
  };
}
