import { URL } from "node:url";
import type { Context, RedirectHandlerOptions } from "@microsoft/microsoft-graph-client";
import { redirectFailure } from "../failures/graph-failure.js";
import { release } from "./attempt.js";

/** As many as the SDK follows. */
const mostRedirects = 5;

export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

export interface Followed {
  response: Response;
  /** Whether the last answer is another host's, which nobody judges. */
  elsewhere: boolean;
}

/** How a context is sent where its address now leads; what it says of a token is for Graph alone. */
export type SendOn = (context: Context) => Promise<Followed>;

/**
 * Follows an answer to where it says that the content is, as the SDK does: reports and files are downloaded elsewhere.
 * The caller's options of the SDK's own redirect handler are obeyed; what they leave unfollowed is handed over as it is.
 * @throws AppIdentityError `unexpected_redirect` for anything but https, and for more redirects than anybody needs
 */
export async function followRedirects(
  first: Response,
  context: Context,
  graphRoot: string,
  options: RedirectHandlerOptions | undefined,
  sendOn: SendOn,
): Promise<Followed> {
  const most = options?.maxRedirects ?? mostRedirects;
  let at: Followed = { response: first, elsewhere: false };
  let next = context;
  for (let count = 0; isRedirect(at.response.status); count++) {
    const { response } = at;
    const location = response.headers.get("location");
    if (location === null || options?.shouldRedirect?.(response) === false) break;
    if (count === most) {
      if (options !== undefined) break;
      throw redirectFailure(response, graphRoot);
    }
    next = redirected(next, response, location, graphRoot);
    release(response);
    at = await sendOn(next);
  }
  return at;
}

function redirected(context: Context, response: Response, location: string, graphRoot: string): Context {
  const from = typeof context.request === "string" ? context.request : context.request.url;
  const to = URL.canParse(location, from) ? new URL(location, from) : undefined;
  const { method = "GET", body, ...rest } = context.options ?? {};
  // Such a body has gone with the first request.
  const spent = typeof context.request !== "string" || (typeof body === "object" && body !== null);
  if (!isSafeTarget(to) || (spent && response.status !== 303)) throw redirectFailure(response, graphRoot);
  const reads = response.status === 303 && method !== "GET" && method !== "HEAD";
  const headers = headersFor(to, context.options?.headers, graphRoot);
  const options: Context["options"] & object = { ...(reads ? { ...rest, method: "GET" } : context.options), headers };
  // Whoever is asked next isn't trusted to lead on, either.
  options.redirect = "manual";
  return { ...context, request: to.href, options };
}

/** Encrypted, and with no credentials in its address. */
function isSafeTarget(to: URL | undefined): to is URL {
  return to?.protocol === "https:" && to.username === "" && to.password === "";
}

const ours = new Set(["authorization", "client-request-id", "sdkversion", "consistencylevel"]);

/** Another host is told nothing of the caller's token, nor what Graph alone reads. */
function headersFor(to: URL, given: unknown, graphRoot: string): Record<string, string> {
  const headers = Object.fromEntries(new Headers(given as Record<string, string>));
  if (to.origin === graphRoot) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ours.has(name) && !name.startsWith("x-ms-")));
}
