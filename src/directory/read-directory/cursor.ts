import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AppIdentityError } from "../../errors.js";
import { checkedContent, withChecksum } from "../../graph/paging/checked-text.js";

/** Where a stream stands, as it is stored. */
export interface Stored {
  stream: string;
  /** Graph's address with its version, such as `https://graph.microsoft.com/v1.0`. */
  root: string;
  /** The tenant, where the provider told it. */
  tenantId: string | undefined;
  state: object;
}

const version = 1;

/** What a cursor has at most, in characters. */
export const longestCursor = 8_000;

const mostBytes = 64_000;

/**
 * A stream's place as an opaque text that is safe to store: links and ids, and no credential. The checksum tells a damaged
 * cursor from a good one; it is no signature, and needn't be, as links are judged when they are read. Packed, since fifty ids
 * and two links have to fit.
 */
export function writeCursor({ stream, root, tenantId, state }: Stored): string {
  const content = JSON.stringify([version, stream, root, tenantId ?? null, state]);
  return withChecksum(deflateRawSync(content).toString("base64url"));
}

/**
 * The place that a cursor stands for.
 * @throws AppIdentityError `invalid_continuation_token`, with `stream`
 */
export function readCursor(cursor: unknown, stream: string, root: string): Stored {
  const refused = (why: string, remedy = "Leave the cursor out to read this stream from its beginning.") =>
    refusedCursor(stream, why, remedy);
  if (typeof cursor !== "string" || cursor === "") throw refused(cursor === "" ? "is empty" : "is not a text");
  const content = cursor.length > longestCursor ? undefined : checkedContent(cursor);
  if (content === undefined) {
    throw refused("is damaged", "Pass it exactly as the page gave it, or leave it out to read this stream anew.");
  }
  const [found, madeFor, madeOn, tenantId, state] = contentOf(content);
  if (found !== version) throw refused("was made by another version of this package");
  if (madeFor !== stream) {
    throw refused(`belongs to the stream ${JSON.stringify(madeFor)}`, "Store each cursor under its page's stream.");
  }
  if (madeOn !== root)
    throw refused(`was made on ${madeOn}, and this is ${root}`, "Use it with the client's own cloud.");
  if (typeof state !== "object" || state === null) throw refused("holds no place");
  return { stream, root, tenantId: typeof tenantId === "string" ? tenantId : undefined, state };
}

export function refusedCursor(stream: string, why: string, remedy: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError("invalid_continuation_token", `The cursor of "${stream.slice(0, 100)}" ${why}.`, {
    remedy,
    stream,
    cause,
  });
}

function contentOf(content: string): unknown[] {
  try {
    const packed = Buffer.from(content, "base64url");
    const list: unknown = JSON.parse(inflateRawSync(packed, { maxOutputLength: mostBytes }).toString());
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
