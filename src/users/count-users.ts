import type { Client } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import { AppIdentityError } from "../errors.js";
import { locateCollection } from "../graph/collection.js";
import { requestText } from "../graph/paging/request-page.js";
import { buildQuery } from "../graph/query/build-query.js";
import { userRules } from "./list-users.js";

/** Which users to count. */
export interface CountUsersOptions {
  /** OData condition; the `odata` tag quotes its values. Default: all. */
  filter?: string | undefined;
  /** Words to look for, as for `listUsers()`. */
  search?: string | undefined;
  /** Stops waiting within milliseconds. */
  signal?: AbortSignal | undefined;
}

const checks = {
  filter: kinds.text,
  search: kinds.text,
  signal: kinds.signal,
} satisfies Checks<CountUsersOptions>;

/**
 * Asks for the number of users and nothing else. It comes from an index that is seconds to minutes behind the
 * directory.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and what `listUsers()` fails with
 * @example
 * const disabled = await countUsers(client, { filter: "accountEnabled eq false" });
 */
export async function countUsers(client: Client, options: CountUsersOptions = {}): Promise<number> {
  const { signal, ...asked } = checkedOptions(options, checks, "countUsers()");
  const { traits, url: collection } = locateCollection(client, "/users/$count");
  const { url, headers } = buildQuery(collection, asked, { ...userRules, counting: true });
  return requestText(client, url, headers, { ...traits, signal, idempotent: true }, (text, { status }) => {
    if (/^\d+$/.test(text.trim())) return Number(text);
    throw new AppIdentityError("invalid_response", `Graph answered ${status} with something that is no number.`, {
      remedy: "Look for a proxy, a captive portal or a gateway on the way to Graph; else try again later.",
      retryable: true,
      statusCode: status,
    });
  });
}
