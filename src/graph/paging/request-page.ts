import { setImmediate } from "node:timers/promises";
import {
  AuthenticationHandlerOptions,
  type Client,
  type GraphRequest,
  RedirectHandlerOptions,
  ResponseType,
  RetryHandlerOptions,
} from "@microsoft/microsoft-graph-client";
import { AppIdentityError } from "../../errors.js";
import { readErrorText, readText } from "../../http/read-body.js";
import { graphFailure } from "../failures/graph-failure.js";
import type { AttemptPolicy } from "../requests/attempt-policy.js";
import { runAttempts } from "../requests/run-attempts.js";

/** One answer of a collection, as it came. */
export interface GraphPage {
  value: Record<string, unknown>[];
  /** The ids of its objects, if all of them have one. */
  ids?: string[];
  /** Unchecked, and absent only where the answer had no such field. */
  nextLink?: unknown;
  /** Unchecked, and absent only where the answer had no such field. */
  deltaLink?: unknown;
  /** Total that `$count=true` asked for; on the first page only. */
  count?: number;
  requestId?: string;
}

// Taken at once, and not from the globals, as tests with false timers replace them.
const turn = setImmediate;

/**
 * Asks a client for one page, with everything that may take: waiting, repeating, renewing the token. `onNextLink` may
 * hear of the next page before this one is parsed; what it sends then, which it tells by `true`, goes out first.
 */
export function requestPage(
  client: Client,
  link: string,
  headers: Record<string, string>,
  policy: AttemptPolicy,
  onNextLink: (link: string) => boolean,
): Promise<GraphPage> {
  return requestText(client, link, headers, policy, async (text, response) => {
    const next = leadingLink(text);
    if (next !== undefined && onNextLink(next)) await turn();
    return readPage(text, response);
  });
}

/**
 * Asks for one body of text and makes something of it. An AppIdentityError from `read` that is retryable has the
 * request repeated.
 */
export function requestText<T>(
  client: Client,
  link: string,
  headers: Record<string, string>,
  policy: AttemptPolicy,
  read: (text: string, response: Response) => T | Promise<T>,
): Promise<T> {
  return runAttempts<T>(
    {
      send: (attempt) =>
        requestFor(client, link)
          .headers({ ...headers, ...(attempt.freshConnection && { connection: "close" }) })
          .option("signal", attempt.signal)
          .responseType(ResponseType.RAW)
          // The chain's own retrying is off, or attempts would multiply; and nobody follows a redirect.
          .middlewareOptions([
            new AuthenticationHandlerOptions(undefined, attempt.tokenRequest),
            new RetryHandlerOptions(0, 0),
            new RedirectHandlerOptions(0),
          ])
          .get(),
      read: async (response, { identity }) => {
        const text = response.ok ? await readText(response, policy.maxBodyBytes) : await readErrorText(response);
        if (response.ok) return read(text, response);
        const failure = graphFailure(response, text, {
          graphRoot: policy.graphRoot,
          now: policy.clock.now(),
          identity,
        });
        const curable = failure.graphCode === "Request_UnsupportedQuery" && !/page size/i.test(failure.message);
        throw curable && headers.ConsistencyLevel === undefined ? failure.with({ remedy: advancedRemedy }) : failure;
      },
    },
    policy,
  );
}

const advancedRemedy =
  "Add count: true, which makes it an advanced query. If Graph refuses that too, it can't filter or sort so.";

/**
 * The SDK takes addresses apart and puts them together again: duplicate parameters collapse and the order changes,
 * which breaks page tokens. A single parameter that holds the whole query passes unchanged; what still comes out
 * different is refused.
 * @throws AppIdentityError `untrusted_link`
 */
function requestFor(client: Client, link: string): GraphRequest {
  const [address = "", query] = split(link, "?");
  const request = client.api(address);
  if (query !== undefined) {
    const [name = "", value] = split(query, "=");
    request.query(value === undefined ? query : { [name]: value });
  }
  if ((request as unknown as { buildFullUrl(): string }).buildFullUrl() === link) return request;
  throw new AppIdentityError(
    "untrusted_link",
    "The Graph SDK would change a page's link on its way. It wasn't followed.",
    {
      remedy: "Check whether a proxy or gateway rewrites the links in Graph's answers.",
      host: new URL(link).host,
    },
  );
}

function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** The link to the next page where Graph writes it: ahead of the objects. Unchecked, and no more than a first look. */
function leadingLink(text: string): string | undefined {
  const [, quoted] =
    /^\{"@odata\.context":"[^"\\]*",(?:"@odata\.count":\d+,)?"@odata\.nextLink":("[!#-[\]-~]+")/.exec(text) ?? [];
  // Parsed, it is a copy. A slice would keep the whole text in memory, with everything that the link gets into.
  return quoted && JSON.parse(quoted);
}

function readPage(text: string, response: Response): GraphPage {
  const requestId = response.headers.get("request-id") ?? undefined;
  const invalid = (what: string, remedy: string, details: { retryable?: boolean; cause?: unknown } = {}) =>
    new AppIdentityError("invalid_response", `Graph answered ${response.status} with ${what}.`, {
      remedy,
      statusCode: response.status,
      ...(requestId !== undefined && { requestId }),
      ...details,
    });
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? "HTML" : text.trim() === "" ? "nothing" : "JSON that breaks off, or isn't any,";
    // Truncated on its way, or a sign-in page in between: the next attempt may do better.
    const remedy = "Look for a proxy, a captive portal or a gateway on the way to Graph; else try again later.";
    throw invalid(`${what} in place of a page`, remedy, { retryable: true, cause });
  }
  const { value, "@odata.count": count, ...fields } = (body ?? {}) as Record<string, unknown>;
  const ids = Array.isArray(value) ? idsOf(value) : undefined;
  if (ids === undefined) {
    const remedy = 'Check that the path names a collection: its answers hold a list of objects called "value".';
    throw invalid("something that is no page of a collection", remedy);
  }
  const objects = value as GraphPage["value"];
  return {
    value: objects,
    ...(ids.length === objects.length && { ids }),
    ...("@odata.nextLink" in fields && { nextLink: fields["@odata.nextLink"] }),
    ...("@odata.deltaLink" in fields && { deltaLink: fields["@odata.deltaLink"] }),
    ...(typeof count === "number" && { count }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** The ids that a page's objects have; `undefined` where something on it is no object. */
function idsOf(value: unknown[]): string[] | undefined {
  const ids: string[] = [];
  for (const item of value) {
    if (typeof item !== "object" || item === null) return undefined;
    const { id } = item as Record<string, unknown>;
    if (typeof id === "string") ids.push(id);
  }
  return ids;
}
