import type { Kind, Schema } from "../../directory/collection.js";
import type { Navigation } from "../../directory/relation-rules.js";
import { recordedRefusal } from "../recorded-refusal.js";
import { badRequest, GraphRefusal, UnknownName, unsupportedQuery } from "../refusal.js";
import { compileFilter, type Predicate } from "./compile-filter.js";
import { compileSearch } from "./compile-search.js";
import { mentions, namesIn } from "./inspect-filter.js";
import type { QueryOptions } from "./options.js";
import { type Filter, parseFilter } from "./parse-filter.js";

/** What a request asks of a collection or relation, checked against what that supports. */
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

export interface Expansion {
  navigation: string;
  select: readonly string[] | undefined;
  /** How often it is expanded again in what it gave. Default 1. */
  levels?: number;
}

interface Order {
  property: string;
  descending: boolean;
}

/** What a query is put to. */
export interface Queried {
  schema: Schema;
  /** What objects of the type can be expanded by. */
  navigations: readonly Navigation[];
  /** What the objects of some kinds can be asked. */
  schemaOf(kinds: readonly Kind[]): Schema;
  /** Whether a relation, which filters and sorts in advanced queries only. */
  relation?: boolean;
  /** Comes in one piece of so many at most. */
  unpaged?: number | undefined;
  /** How much a page holds, by default and at most. Default 100 and 999. */
  pageSize?: number;
}

/** Options of a list. `$count=true` without the header is ignored, as Graph ignores it. */
export function parseListQuery(options: QueryOptions, queried: Queried): GraphQuery {
  const { schema } = queried;
  const count = options.eventual && readCount(options.get("$count"));
  const filter = readFilter(options);
  const select = readSelect(options.get("$select"), schema)?.filter((property) => !schema.leftOut?.has(property));
  const unlistable = select?.find((property) => schema.singleOnly.has(property));
  if (unlistable) {
    throw new GraphRefusal(
      501,
      "NotImplemented",
      `The property '${unlistable}' can't be listed; ask for it on a single ${schema.entity}.`,
    );
  }
  if (options.get("$skip") !== undefined) throw unsupportedQuery("'$skip' is not supported by the service.");
  const expand = readExpand(options, queried, false);
  if (expand.length > 0 && count) throw unsupportedQuery("$expand is not supported with advanced queries.");
  if (queried.relation && filter && !count) {
    throw unsupportedQuery("The specified filter to the reference property query is currently not supported.");
  }
  return {
    select,
    expand,
    count,
    top: readTop(options.get("$top"), asksForSignIns(select, filter), queried),
    ...readRestriction(filter, options, schema, count),
    orderBy: readOrder(options.get("$orderby"), schema, count, filter !== undefined || queried.relation === true),
  };
}

/** When somebody last signed in takes long to find: its pages are smaller. */
function asksForSignIns(select: readonly string[] | undefined, filter: Filter | undefined): boolean {
  return select?.includes("signInActivity") || (filter !== undefined && mentions(filter, "signInActivity"));
}

/** Options of a single member. */
export function parseSingleQuery(options: QueryOptions, queried: Queried): Pick<GraphQuery, "select" | "expand"> {
  return {
    select: readSelect(options.get("$select"), queried.schema),
    expand: readExpand(options, queried, true),
  };
}

/** Options of `/$count`, which is an advanced query by itself. */
export function parseCountQuery(options: QueryOptions, { schema }: Queried): Restriction {
  if (!options.eventual) throw recordedRefusal("countHeader");
  return readRestriction(readFilter(options), options, schema, true);
}

function readRestriction(
  filter: Filter | undefined,
  options: QueryOptions,
  schema: Schema,
  advanced: boolean,
): Restriction {
  const filtered = filter && compileFilter(filter, schema, advanced);
  const found = options.get("$search") === undefined ? undefined : readSearch(options, schema);
  return {
    matches: filtered && found ? (member) => filtered(member) && found(member) : (filtered ?? found),
    names: filter && namesIn(filter, schema.foundBy ?? ["id"]),
  };
}

export function readSelect(text: string | undefined, schema: Schema): string[] | undefined {
  if (!text?.trim()) return undefined;
  return [...new Set(text.split(",").map((name) => property(name.trim(), schema)))];
}

export function readFilter(options: QueryOptions): Filter | undefined {
  const text = options.get("$filter");
  return text === undefined ? undefined : parseFilter(text);
}

function property(name: string, schema: Schema): string {
  const canonical = schema.canonical(name);
  if (canonical !== undefined) return canonical;
  throw noProperty(name, schema, "Parsing OData Select and Expand failed: ");
}

function noProperty(name: string, { entity }: Schema, prefix = ""): GraphRefusal {
  const message = `Could not find a property named '${name}' on type 'microsoft.graph.${entity}'.`;
  return new UnknownName(prefix + message, name, entity);
}

/** With sign-in activity a page holds at most so many, whatever was asked for. */
const mostSlow = 500;

function readTop(text: string | undefined, slow: boolean, { unpaged, pageSize }: Queried): number {
  const maximum = pageSize ?? 999;
  if (text === undefined) return unpaged ?? pageSize ?? 100;
  if (unpaged !== undefined) throw unsupportedQuery("'$top' is not supported by the service.");
  if (!/^-?\d+$/.test(text)) {
    throw badRequest(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  }
  const top = Number(text);
  if (top >= 1 && top <= maximum) return slow ? Math.min(top, mostSlow) : top;
  throw unsupportedQuery(`Invalid page size specified: '${text}'. Must be between 1 and ${maximum} inclusive.`);
}

function readCount(text = "false"): boolean {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  throw badRequest(`Invalid value '${text}' for $count query option found. Valid values are 'true' and 'false'.`);
}

function readSearch(options: QueryOptions, schema: Schema): Predicate {
  if (options.eventual) return compileSearch(options.get("$search")!, schema);
  throw recordedRefusal("searchHeader");
}

function readOrder(text: string | undefined, schema: Schema, advanced: boolean, filtered: boolean): Order[] {
  if (!text?.trim()) return [];
  if (filtered && !advanced) throw unsupportedQuery("Sorting not supported for current query.");
  return text.split(",").map((clause) => {
    const [, name = "", direction = "asc"] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/i.exec(clause) ?? [];
    if (name === "") throw badRequest(`Syntax error at position ${clause.length} in '${clause}'.`);
    const sortable = Object.keys(schema.orderRules).find((known) => known.toLowerCase() === name.toLowerCase());
    const property = sortable ?? schema.canonical(name);
    if (property === undefined) throw noProperty(name, schema);
    const rule = schema.orderRules[property];
    if (!rule || (rule === "advanced" && !advanced)) throw unsupportedQuery("Sorting not supported for current query.");
    return { property, descending: direction.toLowerCase() === "desc" };
  });
}

/** `manager($levels=2;$select=id,displayName)`, one or several. */
function readExpand(options: QueryOptions, queried: Queried, single: boolean): Expansion[] {
  const text = options.get("$expand");
  if (!text?.trim()) return [];
  return clausesIn(text).map((clause) => {
    const [, name = "", nested = ""] = /^\s*(\w+)(?:\((.*)\))?\s*$/.exec(clause) ?? [];
    const navigation = queried.navigations.find((known) => known.name.toLowerCase() === name.toLowerCase());
    if (navigation === undefined)
      throw noProperty(name || clause, queried.schema, "Parsing OData Select and Expand failed: ");
    const expansion: Expansion = { navigation: navigation.name, select: undefined };
    for (const option of nested.split(";").filter((part) => part.trim() !== "")) {
      const [, key = "", value = ""] = /^\s*\$?(\w+)\s*=\s*(.*?)\s*$/.exec(option) ?? [];
      if (/^select$/i.test(key)) expansion.select = readSelect(value, queried.schemaOf(navigation.kinds));
      else if (/^levels$/i.test(key)) expansion.levels = readLevels(value, navigation, options, single);
      else throw unsupportedQuery(`The expand option '${option}' is not supported.`);
    }
    return expansion;
  });
}

/** What stands between commas, but for those in parentheses. */
function clausesIn(text: string): string[] {
  const clauses = [""];
  let depth = 0;
  for (const part of text.split(/([,()])/)) {
    if (part === "(") depth += 1;
    if (part === ")") depth -= 1;
    if (part === "," && depth <= 0) clauses.push("");
    else clauses.push(clauses.pop() + part);
  }
  return clauses;
}

/** As deep as a tree of managers gets. */
const mostLevels = 1000;

function readLevels(text: string, { name }: Navigation, options: QueryOptions, single: boolean): number {
  if (name !== "manager") throw unsupportedQuery(`The expand option '$levels' is not supported on '${name}'.`);
  if (!single) {
    throw recordedRefusal("levelsOfList");
  }
  if (!options.eventual || !readCount(options.get("$count"))) {
    throw unsupportedQuery("$levels needs $count=true and the header ConsistencyLevel: eventual.");
  }
  if (/^max$/i.test(text)) return mostLevels;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw badRequest(`Invalid value '${text}' for $levels.`);
}
