import type { Collection } from "../../directory/collection.js";
import { badRequest, GraphRefusal, unsupportedQuery } from "../refusal.js";
import { compileFilter, type Predicate } from "./compile-filter.js";
import { compileSearch } from "./compile-search.js";
import { mentions, namesIn } from "./inspect-filter.js";
import type { QueryOptions } from "./options.js";
import { type Filter, parseFilter } from "./parse-filter.js";

/** What a request asks of a collection, checked against what the collection supports. */
export interface GraphQuery extends Restriction {
  select: readonly string[] | undefined;
  expand: readonly Expansion[];
  /** Page size. */
  top: number;
  /** Whether `@odata.count` was asked for effectively. */
  count: boolean;
  orderBy: readonly Order[];
}

/** Which members are meant; all of them where nothing is said. */
export interface Restriction {
  matches: Predicate | undefined;
  /** Ids or user principal names that the filter is restricted to: no scan is needed then. */
  names: readonly string[] | undefined;
}

interface Expansion {
  navigation: string;
  select: readonly string[] | undefined;
}

interface Order {
  property: string;
  descending: boolean;
}

/** Options of a list. `$count=true` without the header is ignored, as Graph ignores it. */
export function parseListQuery(options: QueryOptions, collection: Collection): GraphQuery {
  const count = options.eventual && readCount(options.get("$count"));
  const filter = readFilter(options);
  const select = readSelect(options.get("$select"), collection);
  const unlistable = select?.find((property) => collection.singleOnly.has(property));
  if (unlistable) {
    throw new GraphRefusal(
      501,
      "NotImplemented",
      `The property '${unlistable}' can't be listed; ask for it on a single ${collection.entity}.`,
    );
  }
  if (options.get("$skip") !== undefined) throw unsupportedQuery("'$skip' is not supported by the service.");
  const expand = readExpand(options.get("$expand"), collection);
  if (expand.length > 0 && count) throw unsupportedQuery("$expand is not supported with advanced queries.");
  const slow = select?.includes("signInActivity") || (filter && mentions(filter, "signInActivity"));
  return {
    select,
    expand,
    count,
    top: readTop(options.get("$top"), slow ? 500 : 999),
    ...readRestriction(filter, options, collection, count),
    orderBy: readOrder(options.get("$orderby"), collection, count, filter !== undefined),
  };
}

/** Options of a single member. */
export function parseSingleQuery(options: QueryOptions, collection: Collection): Pick<GraphQuery, "select" | "expand"> {
  return {
    select: readSelect(options.get("$select"), collection),
    expand: readExpand(options.get("$expand"), collection),
  };
}

/** Options of `/$count`, which is an advanced query by itself. */
export function parseCountQuery(options: QueryOptions, collection: Collection): Restriction {
  if (!options.eventual) throw new GraphRefusal(400, "Request_BadRequest", "$count is not currently supported.");
  return readRestriction(readFilter(options), options, collection, true);
}

function readRestriction(
  filter: Filter | undefined,
  options: QueryOptions,
  collection: Collection,
  advanced: boolean,
): Restriction {
  const filtered = filter && compileFilter(filter, collection, advanced);
  const found = options.get("$search") === undefined ? undefined : readSearch(options, collection);
  return {
    matches: filtered && found ? (member) => filtered(member) && found(member) : (filtered ?? found),
    names: filter && namesIn(filter),
  };
}

export function readSelect(text: string | undefined, collection: Collection): string[] | undefined {
  if (!text?.trim()) return undefined;
  return [...new Set(text.split(",").map((name) => property(name.trim(), collection)))];
}

export function readFilter(options: QueryOptions): Filter | undefined {
  const text = options.get("$filter");
  return text === undefined ? undefined : parseFilter(text);
}

function property(name: string, collection: Collection): string {
  const canonical = collection.canonical(name);
  if (canonical !== undefined) return canonical;
  throw badRequest(`Parsing OData Select and Expand failed: ${noProperty(name, collection)}`);
}

function noProperty(name: string, collection: Collection): string {
  return `Could not find a property named '${name}' on type 'microsoft.graph.${collection.entity}'.`;
}

function readTop(text: string | undefined, maximum: number): number {
  if (text === undefined) return 100;
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  }
  const top = Number(text);
  if (top >= 1 && top <= maximum) return top;
  throw unsupportedQuery(`Invalid page size specified: '${text}'. Must be between 1 and ${maximum} inclusive.`);
}

function readCount(text = "false"): boolean {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  throw badRequest(`Invalid value '${text}' for $count query option found. Valid values are 'true' and 'false'.`);
}

function readSearch(options: QueryOptions, collection: Collection): Predicate {
  if (options.eventual) return compileSearch(options.get("$search")!, collection);
  throw unsupportedQuery(
    "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
  );
}

function readOrder(text: string | undefined, collection: Collection, advanced: boolean, filtered: boolean): Order[] {
  if (!text?.trim()) return [];
  if (filtered && !advanced) throw unsupportedQuery("Sorting not supported for current query.");
  return text.split(",").map((clause) => {
    const [, name = "", direction = "asc"] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/i.exec(clause) ?? [];
    if (name === "") throw badRequest(`Syntax error at position ${clause.length} in '${clause}'.`);
    const property = collection.canonical(name);
    if (property === undefined) throw badRequest(noProperty(name, collection));
    const rule = collection.orderRules[property];
    if (!rule || (rule === "advanced" && !advanced)) throw unsupportedQuery("Sorting not supported for current query.");
    return { property, descending: direction.toLowerCase() === "desc" };
  });
}

/** `manager($select=id,displayName)`, one or several. */
function readExpand(text: string | undefined, collection: Collection): Expansion[] {
  if (!text?.trim()) return [];
  return text.split(/,(?![^(]*\))/).map((clause) => {
    const [, name = "", nested] = /^\s*(\w+)(?:\((.*)\))?\s*$/.exec(clause) ?? [];
    const navigation = Object.keys(collection.navigations).find((known) => known.toLowerCase() === name.toLowerCase());
    if (navigation === undefined)
      throw badRequest(`Parsing OData Select and Expand failed: ${noProperty(name || clause, collection)}`);
    if (nested === undefined) return { navigation, select: undefined };
    const [, select] = /^\s*\$select\s*=\s*([^;]+)$/i.exec(nested) ?? [];
    if (select === undefined) throw unsupportedQuery(`The expand option '${nested}' is not supported.`);
    return { navigation, select: readSelect(select, collection) };
  });
}
