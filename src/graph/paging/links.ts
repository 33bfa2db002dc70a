import { AppIdentityError } from "../../errors.js";
import { resourceOf } from "./resource.js";

/** Where the links of one listing may lead: to what was listed, on its own host. */
export interface LinkScope {
  /** Origin of the client's Graph, such as `https://graph.microsoft.com`. */
  readonly origin: string;
  /** Path that was listed, such as `/v1.0/groups`, or `/v1.0/groups/delta`. */
  readonly path: string;
}

const remedies = {
  untrusted: "No token was sent there. Have proxies and gateways on the way to Graph pass links through unchanged.",
  invalid: "Try again later. If it stays, look for what changes Graph's answers on their way.",
};

/**
 * The address behind a link of a page, provided that it leads where this listing may go: to the resource that was
 * listed, as below it lies other people's mail. Nothing is ever sent to a link that wasn't checked here: it came from the
 * network, and a token would go with it.
 * @throws AppIdentityError `invalid_response` for what is no link at all, `untrusted_link` for one that leads elsewhere
 */
export function trustedLink(link: unknown, current: string, scope: LinkScope): string {
  // An empty or null link neither ends a listing nor continues it. Taking it for the end could lose objects.
  if (typeof link !== "string" || link === "") {
    const shown = shortened(JSON.stringify(link) ?? String(link));
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
  const { host } = target;
  if (target.username || target.password) throw untrusted("holds a user name or a password", { host });
  if (target.origin !== scope.origin) throw untrusted(`leads to ${shortened(target.origin)}`, { host });
  if (resourceOf(target.pathname) !== resourceOf(scope.path)) {
    throw untrusted(`leads to ${shortened(target.pathname)}`, { host });
  }
  // Parsers drop these without a word, wherever they stand.
  if (/\p{Cc}|^ | $/u.test(link)) throw untrusted("holds line breaks or the like", { host });
  // A relative link is resolved. Of an absolute one we write the origin, and follow the rest letter for letter: that must
  // be written as it is read.
  if (!URL.canParse(link)) return target.href;
  const rest = link.replace(/^https:\/\/[^/?#\\]*/i, "");
  if (!rest.startsWith(target.pathname) || link.includes("#")) {
    throw untrusted("is written so that programs could read it differently", { host });
  }
  return scope.origin + rest;

  function untrusted(what: string, details: { host?: string; cause?: unknown }): AppIdentityError {
    const message = `A page's link ${what}, which is not ${scope.path} on ${scope.origin}. It wasn't followed.`;
    return new AppIdentityError("untrusted_link", message, { remedy: remedies.untrusted, ...details });
  }
}

const longestShown = 200;

function shortened(text: string): string {
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
