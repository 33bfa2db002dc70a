import type { AppIdentityError } from "../../errors.js";
import { refusal } from "../../refusal.js";
import { type AdvancedReason, advancedReason } from "./advanced-query.js";
import { checkNames } from "./check-names.js";
import type { CollectionRules } from "./collection-rules.js";
import { readFilter } from "./read-filter.js";

/** What is asked of a collection. */
export interface ListQuery {
  /** Properties to read. Default: those that Graph returns unasked. */
  select?: readonly string[] | undefined;
  /** OData condition; the `odata` tag quotes its values. */
  filter?: string | undefined;
  /** Words to look for: `displayName:ann`, or clauses in double quotes joined by AND and OR. */
  search?: string | undefined;
  /** Property to sort by, with ` desc` for the other way round; or several. */
  orderBy?: string | readonly string[] | undefined;
  /**
   * Relation to read along, such as `manager` or `manager($select=id)`; or several. Graph returns at most 20 objects of
   * each.
   */
  expand?: string | readonly string[] | undefined;
  /**
   * Asks for the total, which comes with the first page. Makes any query an advanced, eventually consistent one.
   * Default `false`.
   */
  count?: boolean | undefined;
  /** Objects per page. Default: the documented maximum, where the collection is known to have one. */
  pageSize?: number | undefined;
}

/**
 * The longest URL that Graph takes for an advanced query.
 * @see https://developer.microsoft.com/graph/known-issues/?search=13635
 */
const longestAdvancedUrl = 2048;
/** No limit is documented for basic queries. This one is below what web servers accept for a request line. */
const longestUrl = 8000;

/** What makes a query an advanced one, to say and to send. */
export interface BuiltQuery {
  url: string;
  headers: Record<string, string>;
}

/**
 * Turns a query into the URL and the headers of its first page. What Graph serves only as an advanced query gets
 * `ConsistencyLevel: eventual` and `$count=true`, and nothing else does, as the answer is then eventually consistent.
 * @throws AppIdentityError `invalid_query` for what Graph is documented to refuse, or to misunderstand
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function buildQuery(
  collection: string,
  query: ListQuery & { limit?: number | undefined },
  rules: CollectionRules,
): BuiltQuery {
  const { select, search, filter } = query;
  const [orderBy, expand] = [listOf(query.orderBy), listOf(query.expand)];
  const facts = filter === undefined ? undefined : readFilter(filter);
  const [, version = ""] = new URL(collection).pathname.split("/");
  checkNames({ select, orderBy, expand, filter: facts?.properties }, rules, version);
  const advanced = advancedReason({ filter: facts, orderBy, ...askedAnywhere(query, collection) }, rules);
  if (advanced !== undefined && expand !== undefined) throw unexpandable(advanced);
  // Our default gives way to what stands in the path; what stands in the options, too, is refused below.
  const isOpen = (option: "count" | "pageSize", parameter: string) =>
    !rules.counting && (query[option] !== undefined || !isInPath(collection, parameter));
  const counts = isOpen("count", "count=") && (query.count || advanced?.needsCount);
  const sizes = isOpen("pageSize", "top=");
  const url = withParameters(collection, [
    ["$select", listed(select)],
    ["$expand", listed(expand)],
    ["$filter", filter],
    ["$search", search && quoted(search, rules)],
    ["$orderby", listed(orderBy)],
    ["$count", counts ? "true" : undefined],
    ["$top", sizes ? pageSize(query, rules, facts?.properties) : undefined],
  ]);
  checkLength(url, advanced);
  return { url, headers: advanced === undefined ? {} : { ConsistencyLevel: "eventual" } };
}

/** What makes a query advanced wherever it stands, in the options or in the path. */
function askedAnywhere({ count, search }: ListQuery, collection: string) {
  return {
    count: count ?? isInPath(collection, "count=true"),
    search: search ?? (isInPath(collection, "search=") ? "" : undefined),
  };
}

function isInPath(collection: string, parameter: string): boolean {
  return new RegExp(`[?&](\\$|%24)${parameter}`, "i").test(collection);
}

function unexpandable({ because }: AdvancedReason): AppIdentityError {
  return refusal(
    "invalid_query",
    `expand can't be used here: ${because}, which makes the query advanced, and Graph expands nothing in those.`,
    "Read the relation in a second step, or do without what makes the query advanced.",
  );
}

function checkLength(url: string, advanced: AdvancedReason | undefined): void {
  const limit = advanced === undefined ? longestUrl : longestAdvancedUrl;
  // Measured as fetch will send it.
  const { length } = new URL(url).href;
  if (length <= limit) return;
  const kind = advanced === undefined ? "" : ` for an advanced query, which this is because ${advanced.because}`;
  throw refusal(
    "invalid_query",
    `The query's URL has ${length} characters; Graph takes ${limit}${kind}.`,
    "Ask in several listings, with part of the values each, or filter in your own code.",
  );
}

function pageSize(
  query: ListQuery & { limit?: number | undefined },
  rules: CollectionRules,
  filtered: readonly string[] = [],
): string | undefined {
  const { smallPages } = rules;
  const named = [...(query.select ?? []), ...filtered].map((name) => name.toLowerCase());
  const small = smallPages && named.includes(smallPages.property.toLowerCase());
  const most = small ? smallPages.maxPageSize : rules.maxPageSize;
  if (query.pageSize !== undefined && most !== undefined && query.pageSize > most) {
    const where = small ? ` with ${smallPages.property}` : "";
    throw refusal(
      "invalid_query",
      `pageSize is ${query.pageSize}, and Graph gives at most ${most} ${rules.noun} a page${where}.`,
      "Leave it out.",
    );
  }
  const size = query.pageSize ?? most;
  return size === undefined ? undefined : String(Math.min(size, query.limit ?? size));
}

/** Graph wants each clause of a search in double quotes, and of directory objects the property to look in. */
function quoted(search: string, { directory, plain }: CollectionRules): string {
  if (plain) return search;
  const isQuoted = search.includes('"');
  const clauses = isQuoted ? [...search.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, clause]) => clause!) : [search];
  const anywhere = directory ? clauses.find((clause) => !clause.includes(":")) : undefined;
  if (anywhere !== undefined) {
    throw refusal(
      "invalid_query",
      "search doesn't say in which property to look.",
      'Put it before the words: search: "displayName:ann".',
    );
  }
  if (isQuoted) return search;
  if (/\s(AND|OR)\s/.test(search)) {
    throw refusal(
      "invalid_query",
      "search joins clauses that have no quotes, so that it can't be told where they end.",
      'Put each clause into double quotes: "displayName:ann" OR "mail:ann".',
    );
  }
  return `"${search.replaceAll("\\", "\\\\")}"`;
}

function withParameters(collection: string, parameters: readonly [string, string | undefined][]): string {
  const [path = "", given] = collection.split("?");
  const names = given?.split("&").map((pair) => pair.split("=")[0]!.toLowerCase().replace("%24", "$")) ?? [];
  const written = parameters.flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (names.includes(name)) {
      throw refusal(
        "invalid_query",
        `${name} stands in the path and in the options.`,
        "Say it in one place; the options encode their values.",
      );
    }
    return [`${name}=${encode(value)}`];
  });
  const query = [...(given ? [given] : []), ...written].join("&");
  return query === "" ? path : `${path}?${query}`;
}

/** Percent-encodes a value; what a query may hold stays readable, since URLs have a limited length. */
function encode(value: string): string {
  try {
    return encodeURIComponent(value).replace(/%(?:2C|2F|3A|40|24)/g, decodeURIComponent);
  } catch (cause) {
    throw refusal(
      "invalid_query",
      "The query holds text that isn't valid Unicode.",
      "Check where it was cut or decoded.",
      cause,
    );
  }
}

function listed(names: readonly string[] | undefined): string | undefined {
  return names?.join(",");
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === "string" ? [value] : value;
}
