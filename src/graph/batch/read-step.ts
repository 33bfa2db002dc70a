import { AppIdentityError } from "../../errors.js";
import { readErrorText, readText } from "../../http/read-body.js";
import type { Collection } from "../collection.js";
import { graphFailure } from "../failures/graph-failure.js";
import { Expansions } from "../paging/expansions.js";
import { HandedOut } from "../paging/handed-out.js";
import { trustedLink } from "../paging/links.js";
import { PageWalk } from "../paging/page-walk.js";
import type { ListProgress } from "../paging/progress.js";
import { type GraphPage, readPage, whole } from "../paging/request-page.js";
import { buildQuery } from "../query/build-query.js";
import { rulesOf } from "../query/collection-rules.js";
import type { AttemptPolicy } from "../requests/attempt-policy.js";
import { runAttempts } from "../requests/run-attempts.js";

/** What a first answer holds: all there is, or the first page of more. */
type Answer = { whole: unknown } | { page: GraphPage };

/**
 * What a path leads to: an object, the complete array of a collection, bytes, or `undefined` where Graph has nothing there.
 * @throws AppIdentityError what a listing fails with
 */
export async function readStep(
  collection: Collection,
  policy: AttemptPolicy,
  onProgress: (progress: ListProgress) => void,
): Promise<unknown> {
  const { client, scope } = collection;
  const { url, headers } = buildQuery(collection.url, {}, rulesOf(scope.path));
  const answer = await runAttempts<Answer>(
    {
      address: url,
      send: (attempt) => attempt.seat!.send(url, headers, attempt),
      read: async (response, { identity }) => {
        if (response.ok) return readAnswer(response, scope.path, policy.maxBodyBytes);
        const context = { graphRoot: policy.graphRoot, now: policy.clock.now(), identity };
        const failure = graphFailure(response, await readErrorText(response), context);
        if (!isNothing(failure, scope.path)) throw failure;
        return { whole: undefined };
      },
    },
    policy,
  );
  if ("whole" in answer) return answer.whole;
  const reading = new HandedOut({ all: false, fromStart: false }, new Expansions([], undefined));
  const { nextLink } = answer.page;
  const all = [...reading.take(answer.page).value];
  if (nextLink === undefined) return all;
  const walk = new PageWalk<unknown>({
    client,
    scope,
    headers,
    traits: policy,
    firstLink: url,
    start: { link: trustedLink(nextLink, url, scope), page: 2 },
    query: "",
    prefetch: false,
    signal: policy.signal,
    onProgress,
    // The first page may overlap with the next, as any may.
    reading: () => reading,
  });
  for (let page = await walk.next(); page !== undefined; page = await walk.next()) all.push(...page.value);
  return all;
}

async function readAnswer(response: Response, path: string, mostBytes: number): Promise<Answer> {
  const type = response.headers.get("content-type") ?? "";
  const isText = /^text\/plain/i.test(type);
  const isFile = isContent(path) && !isPhoto(path);
  if (!/json/i.test(type) && !isText && type !== "") {
    const bytes = new Uint8Array(await response.arrayBuffer());
    // A page of HTML is somebody else's, unless a file is what was asked for; and nothing is no picture.
    if (isPhoto(path) && bytes.length === 0) throw unreadable(response);
    if (/^text\/html/i.test(type) && !isFile) throw unreadable(response);
    return { whole: bytes };
  }
  const text = await readText(response, mostBytes);
  if (response.status === 204) return { whole: undefined };
  if (isText && isFile) return { whole: text };
  return readJson(text, response, path);
}

function readJson(text: string, response: Response, path: string): Answer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw unreadable(response, cause);
  }
  // An object, or a count.
  if (typeof body === "string" || body === null) throw unreadable(response);
  const { value, id, "@odata.context": context } = body as Record<string, unknown>;
  const isOne = typeof context === "string" && context.endsWith("/$entity");
  if (Array.isArray(value) && !isOne) return { page: readPage(text, whole(response)) };
  // Neither an object nor a collection: that there is none is said by a 404.
  if (value === null && Object.keys(body as object).every((name) => name === "value" || name.startsWith("@"))) {
    throw unreadable(response);
  }
  // What stands for no photo.
  return { whole: isPhoto(path) && id === "1x1" ? undefined : body };
}

function unreadable({ status }: Response, cause?: unknown): AppIdentityError {
  return new AppIdentityError("invalid_response", `Graph answered ${status} with something that can't be read.`, {
    remedy: "Look for a proxy or a gateway on the way to Graph; else try again later.",
    retryable: true,
    cause,
  });
}

/** Whether what stands there is a file, of whatever kind. */
const isContent = (path: string) => /\/(\$value|content)$/i.test(path);
const isPhoto = (path: string) => /\/photos?(\/|$)/i.test(path);

/**
 * Graph has nothing there. A missing photo comes under other words as well.
 * @see https://learn.microsoft.com/graph/api/profilephoto-get
 */
function isNothing({ statusCode, graphCode = "" }: AppIdentityError, path: string): boolean {
  if (statusCode === 404) return true;
  return (
    isPhoto(path) &&
    /^(ImageNotFound|ErrorEntityNotFound|ErrorNonExistentMailbox|MailboxNotHostedInExchangeOnline|AuthenticationError)$/.test(
      graphCode,
    ) &&
    statusCode !== 401 &&
    statusCode !== 403
  );
}
