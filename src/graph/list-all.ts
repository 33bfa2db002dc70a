import type { Client } from "@microsoft/microsoft-graph-client";
import { checkedOptions } from "../check-options.js";
import type { AppIdentityError } from "../errors.js";
import { refusal } from "../refusal.js";
import { type Collection, locateCollection } from "./collection.js";
import { type ListOptions, listChecks } from "./list-options.js";
import { fingerprint, type Position } from "./paging/continuation-token.js";
import { Expansions } from "./paging/expansions.js";
import { HandedOut } from "./paging/handed-out.js";
import { type Listing, listing } from "./paging/listing.js";
import { isDelta } from "./paging/resource.js";
import type { KnownPath } from "./paths/known-paths.js";
import type { NamesAtRunTime } from "./paths/names-at-run-time.js";
import type { ExpansionAt, Listed, OrderAt, PropertyAt, Unselected } from "./paths/path-types.js";
import { buildQuery } from "./query/build-query.js";
import { type CollectionRules, rulesOf } from "./query/collection-rules.js";

/** A path, of which an editor offers those that are known. */
export type AnyPath = KnownPath | (string & {});

/** What is asked of a collection that a path names, and how it is walked through. */
export interface ListAllOptions<P = string, S extends string = string, E extends string = string> extends ListOptions {
  /**
   * Properties to read; they make the type of the objects, where the path is known. Default: those that Graph returns unasked. Names that this
   * package doesn't know are read on a beta client, from an array of any strings.
   */
  select?: readonly S[] | NamesAtRunTime | undefined;
  /** Relation to read along; Graph returns at most 20 objects of each, and none in advanced queries. */
  expand?: E | readonly E[] | undefined;
  /** Property to sort by. */
  orderBy?: OrderAt<P> | readonly OrderAt<P>[] | undefined;
}

/**
 * Lists any collection of Graph: complete, retried, one page ahead, or failing with an error that says where to go on.
 * The path is relative to the client's version, or absolute on the client's own Graph; a query in it is sent as it
 * stands, with the header that `$count` and `$search` take. Collections of directory objects come at 999 a page; others
 * at Graph's default, unless `pageSize` says more. What changed is read by `deltaAll()`.
 *
 * Paths of the directory are typed, casts and relations included: `select` is checked, and makes the type of the
 * objects. Of relations to several kinds, such as `/groups/{id}/members`, `@odata.type` tells which kind an object is. A
 * type argument is taken at its word: `listAll<Group>(client, path)`.
 * @throws AppIdentityError `invalid_options`, `invalid_query`; while listing, any code but those of options
 * @example
 * for await (const group of listAll(client, "/groups", { select: ["id", "displayName"] })) {
 *   console.log(group.displayName);
 * }
 */
export function listAll<
  P extends AnyPath | object,
  S extends PropertyAt<P> | Unselected | (string & {}) = PropertyAt<P> | Unselected,
  E extends ExpansionAt<P> = never,
>(
  client: Client,
  // Not just string, or an editor would offer no paths.
  path: P extends object ? string & {} : P,
  options: ListAllOptions<P, S & PropertyAt<P>, E> = {},
): Listing<Listed<P, S, E>> {
  const collection = locateCollection(client, path);
  if (isDelta(collection.scope.path)) {
    const of = path.split("?")[0]?.replace(/\/[^/]*\/?$/, "");
    throw refusal(
      "invalid_options",
      "listAll() reads what there is, and a path to delta brings changes.",
      `Use deltaAll(client, ${JSON.stringify(of)}), which tells what was removed and keeps the deltaLink.`,
    );
  }
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
    expandCut,
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
  const expansions = new Expansions(expandedBy(firstLink), expandCut);
  const reading = (start: Position | undefined) =>
    new HandedOut({ all: restart, fromStart: start === undefined }, expansions);
  const advise = headers.ConsistencyLevel === undefined ? adviseCount : undefined;
  const walk = { client, traits, firstLink, headers, scope, query, limit, prefetch, signal, onProgress };
  return listing({ ...walk, reading, advise });
}

function expandedBy(link: string): string[] {
  return [...new URL(link).searchParams].flatMap(([name, value]) => (/^\$?expand$/i.test(name) ? [value] : []));
}

/** Some queries are served only as advanced ones, of which not all are known. */
function adviseCount(failure: AppIdentityError): AppIdentityError {
  if (failure.graphCode !== "Request_UnsupportedQuery" || /page size/i.test(failure.message)) return failure;
  return failure.with({
    remedy: "Add count: true, which makes it an advanced query. If Graph refuses that too, it can't filter or sort so.",
  });
}
