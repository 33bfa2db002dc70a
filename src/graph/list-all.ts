import type { Client } from "@microsoft/microsoft-graph-client";
import { checkedOptions } from "../check-options.js";
import { refusal } from "../errors.js";
import { type Collection, locateCollection } from "./collection.js";
import { type ListOptions, listChecks } from "./list-options.js";
import { fingerprint, type Position } from "./paging/continuation-token.js";
import { HandedOut } from "./paging/handed-out.js";
import { type Listing, listing } from "./paging/listing.js";
import { buildQuery } from "./query/build-query.js";
import { type CollectionRules, rulesOf } from "./query/collection-rules.js";

/**
 * Lists any collection of Graph: complete, retried, one page ahead, or failing with an error that says where to go on. The path is relative to the client's version, or
 * absolute on the client's own Graph; a query in it is sent as it stands, with the header that `$count` and `$search`
 * take. Collections of directory objects come at 999 a page; others at Graph's default, unless `pageSize` says more.
 * @throws AppIdentityError `invalid_options`, `invalid_query`; while listing, any code but those of options
 * @example
 * for await (const group of listAll<Group>(client, "/groups", { select: ["id", "displayName"] })) {
 *   console.log(group.displayName);
 * }
 */
export function listAll<T extends object = Record<string, unknown>>(
  client: Client,
  path: string,
  options: ListOptions = {},
): Listing<T> {
  const collection = locateCollection(client, path);
  return listCollection("listAll()", collection, options, rulesOf(collection.scope.path));
}

/** The same where more is known about the collection. */
export function listCollection<T>(
  caller: string,
  { client, traits, scope, url }: Collection,
  options: ListOptions,
  rules: CollectionRules,
): Listing<T> {
  const {
    limit,
    prefetch = true,
    restart = false,
    signal,
    onProgress,
    ...asked
  } = checkedOptions(options, listChecks, caller);
  if (restart && asked.select !== undefined && !asked.select.includes("id")) {
    throw refusal(
      "invalid_options",
      '"restart" needs to know the ids, and "select" leaves them out.',
      'Add "id" to select.',
    );
  }
  const { url: firstLink, headers } = buildQuery(url, { ...asked, limit }, rules);
  const query = fingerprint(firstLink, headers);
  const reading = (start: Position | undefined) => new HandedOut(restart, start === undefined);
  return listing({ client, traits, firstLink, headers, scope, query, limit, prefetch, signal, onProgress, reading });
}
