import { createHash } from "node:crypto";
import { AppIdentityError } from "../../errors.js";

/** Where the links of one listing may lead: its own path, on its own host. */
export interface LinkScope {
  /** Origin of the client's Graph, such as `https://graph.microsoft.com`. */
  readonly origin: string;
  /** Path that was listed, such as `/v1.0/groups`. */
  readonly path: string;
}

const remedies = {
  untrusted: "No token was sent there. Have proxies and gateways on the way to Graph pass links through unchanged.",
  loop: "Try again later. If it stays, report the request id to Microsoft, and do without the filter meanwhile.",
  invalid: "Try again later. If it stays, look for what changes Graph's answers on their way.",
};

/**
 * The address behind a link of a page, provided that it leads where this listing may go. Nothing is ever sent to a link
 * that wasn't checked here: it came from the network, and a token would go with it.
 * @throws AppIdentityError `invalid_response` for what is no link at all, `untrusted_link` for one that leads elsewhere
 */
export function trustedLink(link: unknown, current: string, scope: LinkScope): string {
  // An empty or null link neither ends a listing nor continues it. Taking it for the end could lose objects.
  if (typeof link !== "string" || link === "") {
    const shown = JSON.stringify(link) ?? String(link);
    throw new AppIdentityError("invalid_response", `A page came with ${shown} in place of a link.`, {
      remedy: remedies.invalid,
    });
  }
  // Nearly every link: nothing in it that one parser could read differently from another.
  if (link.startsWith(`${scope.origin}${scope.path}?`) && /^[!"$-~]+$/.test(link)) return link;
  let target: URL;
  try {
    target = new URL(link, current);
  } catch (cause) {
    throw untrusted("is not an address", { cause });
  }
  if (target.username || target.password) throw untrusted("holds a user name or a password", { host: target.host });
  if (target.origin !== scope.origin) throw untrusted(`leads to ${target.origin}`, { host: target.host });
  if (!isUnder(target.pathname, scope.path)) throw untrusted(`leads to ${target.pathname}`, { host: target.host });
  // Parsers drop these without a word, wherever they stand.
  if (/\p{Cc}|^ | $/u.test(link)) throw untrusted("holds line breaks or the like", { host: target.host });
  // A relative link is resolved; an absolute one is followed letter for letter, and so must be written as it is read.
  if (!URL.canParse(link)) return target.href;
  if (!link.startsWith(target.origin + target.pathname) || link.includes("#")) {
    throw untrusted("is written so that programs could read it differently", { host: target.host });
  }
  return link;

  function untrusted(what: string, details: { host?: string; cause?: unknown }): AppIdentityError {
    const message = `A page's link ${what}, which is not ${scope.path} on ${scope.origin}. It wasn't followed.`;
    return new AppIdentityError("untrusted_link", message, { remedy: remedies.untrusted, ...details });
  }
}

/** `/v1.0/groups` itself, and what hangs below it: `/v1.0/groups/delta`, `/v1.0/groups/microsoft.graph.delta()`. */
function isUnder(path: string, listed: string): boolean {
  const [found, expected] = [path.toLowerCase(), listed.toLowerCase()];
  return found === expected || found.startsWith(`${expected}/`) || found.startsWith(`${expected}(`);
}

/**
 * Remembers the links that gave a page, so that a cycle of any length is noticed when it closes. About 100 bytes a
 * page.
 */
export class LinkHistory {
  readonly #consumed = new Set<string>();

  add(link: string): void {
    this.#consumed.add(digest(link));
  }

  clear(): void {
    this.#consumed.clear();
  }

  /** @throws AppIdentityError `link_loop` if this link gave a page before */
  refuseKnown(link: string): void {
    if (!this.#consumed.has(digest(link))) return;
    throw new AppIdentityError("link_loop", "A page's next link leads back to a page already read.", {
      remedy: remedies.loop,
    });
  }
}

function digest(link: string): string {
  return createHash("sha256").update(link).digest("base64url").slice(0, 22);
}
