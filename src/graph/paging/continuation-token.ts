import { AppIdentityError } from "../../errors.js";
import { checkedContent, checksum, withChecksum } from "./checked-text.js";
import type { LinkScope } from "./links.js";
import { storedLink } from "./stored-link.js";

/** A place in a listing: the next page to ask for. */
export interface Position {
  link: string;
  /** Number of the page behind the link, from 1. */
  page: number;
}

const version = 1;

/** What is listed, which a token must belong to. */
export interface AskedFor {
  /** Fingerprint of the query. */
  query: string;
  firstLink: string;
  scope: LinkScope;
}

/**
 * A position as an opaque string that is safe to store: it holds no credential, and is bound to the query by its
 * fingerprint and to host and resource by its link. The checksum tells a damaged token from a good one; it is no
 * signature, and needn't be: the link is judged when it is read, and leads to what is listed or nowhere.
 */
export function writeToken({ link, page }: Position, query: string): string {
  return withChecksum(Buffer.from(JSON.stringify([version, query, page, link])).toString("base64url"));
}

/** The link in a token that was made here. */
export function linkIn(token: string): string {
  return contentOf(checkedContent(token) ?? "")[3] as string;
}

/**
 * The position that a stored token stands for.
 * @throws AppIdentityError `invalid_continuation_token`
 */
export function readToken(token: unknown, { query, firstLink, scope }: AskedFor): Position {
  if (typeof token !== "string" || token === "") {
    throw refused(
      token === "" ? "is empty" : "is not a string",
      "Leave continuationToken out to start at the first page.",
    );
  }
  const content = checkedContent(token);
  if (content === undefined) {
    throw refused("is damaged", "Pass it exactly as a page or an error gave it, or start again without one.");
  }
  const [found, madeFor, page, link] = contentOf(content);
  if (found !== version) throw refused("was made by another version of this package", "Start again without a token.");
  if (typeof link !== "string" || !Number.isSafeInteger(page) || (page as number) < 1) {
    throw refused("holds no position", "Start again without one.");
  }
  if (!link.startsWith(`${scope.origin}/`)) {
    throw refused(`leads to another host than ${scope.origin}`, "Use it with the cloud it was made in.");
  }
  if (madeFor !== query) {
    throw refused(
      "belongs to another query",
      "Repeat path, select, filter, search, orderBy, expand and count unchanged.",
    );
  }
  try {
    return { link: storedLink(link, firstLink, scope), page: page as number };
  } catch (cause) {
    throw refused("leads elsewhere", "Start again without a token.", cause);
  }
}

function contentOf(content: string): unknown[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(content, "base64url").toString());
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/**
 * What a query and its headers have in common with themselves only. Page size isn't part of it: it changes no result.
 */
export function fingerprint(url: string, headers: Record<string, string>): string {
  const unsized = url.replace(/([?&])\$top=\d+(&|$)/i, (_, before: string, after: string) => (after ? before : ""));
  return checksum(JSON.stringify([unsized, headers]));
}

function refused(why: string, remedy: string, cause?: unknown): AppIdentityError {
  return new AppIdentityError("invalid_continuation_token", `The continuation token ${why}.`, { remedy, cause });
}
