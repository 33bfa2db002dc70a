import type { Client } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import { AppIdentityError } from "../errors.js";
import { locateCollection, withSegment } from "./collection.js";
import { requestText } from "./paging/request-page.js";
import { buildQuery } from "./query/build-query.js";
import { type CollectionRules, rulesOf } from "./query/collection-rules.js";

/** Which objects to count. */
export interface CountOptions {
  /** OData condition; the `odata` tag quotes its values. Default: all. */
  filter?: string | undefined;
  /** Words to look for, as for `listAll()`. */
  search?: string | undefined;
  /** Stops waiting within milliseconds. */
  signal?: AbortSignal | undefined;
}

const checks = {
  filter: kinds.text,
  search: kinds.text,
  signal: kinds.signal,
} satisfies Checks<CountOptions>;

/**
 * Asks for the number of objects in a collection and nothing else. Of directory objects it comes from an index that is
 * seconds to minutes behind the directory. Not every collection can be counted.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and what `listAll()` fails with
 * @example
 * const teams = await countAll(client, "/groups", { filter: "groupTypes/any(t:t eq 'Unified')" });
 */
export function countAll(client: Client, path: string, options: CountOptions = {}): Promise<number> {
  return countCollection("countAll()", client, path, options, rulesOf);
}

/** The same where more is known about the collection. */
export async function countCollection(
  caller: string,
  client: Client,
  path: string,
  options: CountOptions,
  rules: (path: string) => CollectionRules,
): Promise<number> {
  const { signal, ...asked } = checkedOptions(options, checks, caller);
  const { scope } = locateCollection(client, path);
  const { traits, url: collection } = locateCollection(client, withSegment(path, "$count"));
  const { url, headers } = buildQuery(collection, asked, { ...rules(scope.path), counting: true });
  return requestText(client, url, headers, { ...traits, signal, idempotent: true }, (text, { status }) => {
    if (/^\d+$/.test(text.trim())) return Number(text);
    throw new AppIdentityError("invalid_response", `Graph answered ${status} with something that is no number.`, {
      remedy: "Look for a proxy, a captive portal or a gateway on the way to Graph; else try again later.",
      retryable: true,
      statusCode: status,
    });
  });
}
