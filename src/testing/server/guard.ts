import type { IncomingHttpHeaders } from "node:http";

/** What a request says about the page that has sent it, if any. */
type Headers = Pick<IncomingHttpHeaders, "host" | "origin"> & Record<string, string | string[] | undefined>;

/**
 * Why a request isn't one of this emulator's own pages, or of a program; `undefined` for those. A page of elsewhere betrays itself by
 * its origin, or by what browsers say about it; one whose host name was bound to this machine, by that name.
 * @param isOwn whether a host and port are the emulator's
 * @see https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
 */
export function foreignPage(headers: Headers, isOwn: (host: string) => boolean): string | undefined {
  const { host = "", origin } = headers;
  if (!isOwn(host))
    return `"${host.slice(0, 100)}" isn't this emulator's name: give it by --hostname if it is to be one.`;
  if (origin !== undefined && !isOwn(origin.replace(/^https?:\/\//, "")))
    return "A page of another origin has sent this.";
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  return "A page of another site has sent this.";
}

/** Whether a browser's page may have sent it; programs send neither of these. */
export const mayBePage = (headers: Headers) => headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
