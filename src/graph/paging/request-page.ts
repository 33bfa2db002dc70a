import { setImmediate } from "node:timers/promises";
import type { Client, GraphRequest } from "@microsoft/microsoft-graph-client";
import { AppIdentityError } from "../../errors.js";
import { readErrorText, readText } from "../../http/read-body.js";
import { readErrorBody } from "../failures/error-body.js";
import { graphFailure } from "../failures/graph-failure.js";
import type { AttemptPolicy } from "../requests/attempt-policy.js";
import { driven } from "../requests/driven-request.js";
import { runAttempts } from "../requests/run-attempts.js";
import { digestOf } from "./page-history.js";

/** One answer of a collection, as it came. */
export interface GraphPage {
  value: Record<string, unknown>[];
  /** Stands for the whole of `value`; absent where that is empty. */
  digest: string | undefined;
  /** Unchecked, and absent only where the answer had no such field. */
  nextLink?: unknown;
  /** Unchecked, and undefined only where the answer had no such field. */
  deltaLink: unknown;
  /** Total that `$count=true` asked for; on the first page only. */
  count: number | undefined;
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
 * request repeated. A `question` is posted: some reads are too long for an address.
 */
export function requestText<T>(
  client: Client,
  link: string,
  headers: Record<string, string>,
  policy: AttemptPolicy,
  read: (text: string, response: Response) => T | Promise<T>,
  question?: object,
): Promise<T> {
  return runAttempts<T>(
    {
      address: link,
      ...(question && { method: "POST" }),
      send: (attempt) => {
        if (attempt.seat) return attempt.seat.send(link, headers, attempt);
        const connection = attempt.freshConnection && { connection: "close" };
        const request = driven(requestFor(client, link), attempt).headers({ ...headers, ...connection });
        return question ? request.post(question) : request.get();
      },
      read: async (response, { identity }) => {
        const text = response.ok ? await readText(response, policy.maxBodyBytes) : await readErrorText(response);
        if (response.ok) return read(text, whole(response));
        throw graphFailure(response, text, { graphRoot: policy.graphRoot, now: policy.clock.now(), identity });
      },
    },
    policy,
  );
}

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

/** An answer that says it is all there is. A 206, or any other success, isn't what was asked for. */
export function whole(response: Response): Response {
  if (response.status === 200 || response.status === 203) return response;
  throw invalidAnswer(response, "a part, or none, of what was asked for", remedies.way, { retryable: true });
}

const remedies = {
  way: "Look for a proxy, a captive portal or a gateway on the way to Graph; else try again later.",
  path: 'Check that the path names a collection: its answers hold a list of objects called "value".',
};

function invalidAnswer(
  { status, headers }: Response,
  what: string,
  remedy: string,
  details: { retryable?: boolean; cause?: unknown } = {},
): AppIdentityError {
  const requestId = headers.get("request-id") ?? undefined;
  return new AppIdentityError("invalid_response", `Graph answered ${status} with ${what}.`, {
    remedy,
    statusCode: status,
    ...(requestId !== undefined && { requestId }),
    ...details,
  });
}

/** What an answer of a collection holds. @throws AppIdentityError `invalid_response` */
export function readPage(text: string, response: Response): GraphPage {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const what = /^\s*</.test(text) ? "HTML" : text.trim() === "" ? "nothing" : "JSON that breaks off, or isn't any,";
    // Truncated on its way, or a sign-in page in between: the next attempt may do better.
    throw invalidAnswer(response, `${what} in place of a page`, remedies.way, { retryable: true, cause });
  }
  // What the answer has itself, not what a stranger wrote to the prototype of all objects.
  const own: Record<string, unknown> = Object.assign(Object.create(null), body);
  const { value, "@odata.count": count, ...fields } = own;
  if (Object.entries(fields).some(([name, said]) => /^(@?odata\.)?error$/i.test(name) && said !== null)) {
    const { code, message } = readErrorBody(text, response.headers);
    // Graph broke off in the middle of its work: what is there may not be all.
    const words = [code, message].filter(Boolean).join(": ");
    throw invalidAnswer(response, `an error in place of a whole page: ${words}`, remedies.way, { retryable: true });
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === "object" && item !== null)) {
    throw invalidAnswer(response, "something that is no page of a collection", remedies.path);
  }
  const requestId = response.headers.get("request-id") ?? undefined;
  return {
    value,
    digest: value.length > 0 ? digestOf(contentOf(text, value)) : undefined,
    deltaLink: undefined,
    ...linksOf(fields, response),
    count: typeof count === "number" ? count : undefined,
    ...(requestId !== undefined && { requestId }),
  };
}

/** What is on a page, without what is around it: nearly always the end of its text, which needn't be written anew. */
function contentOf(text: string, value: unknown[]): string {
  const start = text.indexOf('"value":');
  const end = text.slice(start);
  return start < 0 || end.includes("Link") ? JSON.stringify(value) : end;
}

/**
 * The links of a page, in any spelling that OData or an older Graph has for them. A page isn't taken for the last one
 * because its link has a name that nobody knows.
 */
function linksOf(
  fields: Record<string, unknown>,
  response: Response,
): Partial<Pick<GraphPage, "nextLink" | "deltaLink">> {
  const links = new Map<string, unknown>();
  for (const [name, value] of Object.entries(fields)) {
    const kind = /^@?(?:odata\.)?(next|delta)link$/i.exec(name)?.[1]?.toLowerCase();
    const known = kind !== undefined && (!links.has(kind) || links.get(kind) === value);
    if (known) links.set(kind, value);
    else if (kind !== undefined || /next.?link$/i.test(name) || isPosition(value)) {
      throw invalidAnswer(response, `a second or unknown link, ${name.slice(0, 100)}`, remedies.way);
    }
  }
  return {
    ...(links.has("next") && { nextLink: links.get("next") }),
    ...(links.has("delta") && { deltaLink: links.get("delta") }),
  };
}

function isPosition(value: unknown): boolean {
  return typeof value === "string" && /[?&](?:\$|%24)?(?:skip|delta)token=/i.test(value);
}
