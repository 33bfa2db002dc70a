import type { CollectionRules } from "./collection-rules.js";
import type { FilterMarks } from "./filter-marks.js";
import type { Clause, FilterFacts } from "./read-filter.js";

/** What is asked of a collection, as far as it decides how. */
export interface Asked {
  filter: FilterFacts | undefined;
  /** Each as written, direction included. */
  orderBy: readonly string[] | undefined;
  count: boolean | undefined;
  search: string | undefined;
}

/** Why a query is an advanced one. */
export interface AdvancedReason {
  /** Goes into sentences: `it uses "ne"`. */
  because: string;
  /** Whether Graph takes it with `$count=true` only; a search takes the header alone. */
  needsCount: boolean;
}

/**
 * Why Graph serves a query only as an advanced one, if so. Collections that hold no directory objects don't tell the two apart.
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function advancedReason(asked: Asked, rules: CollectionRules): AdvancedReason | undefined {
  if (rules.plain) return undefined;
  const because = (rules.directory ? directoryReason(asked, rules) : undefined) ?? countReason(asked, rules);
  if (because !== undefined) return { because, needsCount: true };
  return asked.search === undefined ? undefined : { because: "it searches", needsCount: false };
}

function countReason({ count }: Asked, { counting }: CollectionRules): string | undefined {
  return count || counting ? "it asks for the count" : undefined;
}

function directoryReason({ filter, orderBy }: Asked, rules: CollectionRules): string | undefined {
  if (filter !== undefined) {
    const because = filterReason(filter, rules);
    if (because !== undefined) return because;
    if (orderBy !== undefined) return "it filters and sorts";
  }
  const sortable = rules.table?.sortable.split(", ") ?? [];
  const unsorted = orderBy?.map((clause) => clause.split(" ")[0]!).find((name) => !sortable.includes(name));
  if (unsorted !== undefined) return `it sorts by ${unsorted}`;
  return rules.cast ? "its path casts to a type" : undefined;
}

function filterReason(filter: FilterFacts, { table, relation }: CollectionRules): string | undefined {
  if (filter.negated) return 'it uses "not"';
  for (const clause of filter.clauses) {
    const because = clauseReason(clause, table);
    if (because !== undefined) return because;
  }
  // The documented limits of a basic query: https://developer.microsoft.com/graph/known-issues/
  if (filter.longestList > 15) return 'it uses "in" with more than 15 values';
  if (filter.alternatives > 15) return 'it joins more than 15 conditions by "or"';
  if (filter.longestText > 120) return "it compares with a text of more than 120 characters";
  return relation ? "it filters a relation" : undefined;
}

/** Operators that no basic query has, whatever they stand beside. */
const advancedOnly: Record<string, string> = { ne: '"ne"', endswith: '"endsWith"', $count: '"$count"' };

const letters: Record<string, string> = { eq: "e", in: "i", startswith: "s", ge: "g", le: "l", null: "n" };

function clauseReason({ path, operator }: Clause, table: FilterMarks | undefined): string | undefined {
  const word = advancedOnly[operator];
  if (word !== undefined) return `it uses ${word}`;
  if (/^customSecurityAttributes\//i.test(path)) return "it filters on customSecurityAttributes";
  const basic = table && basicOperators(table, path);
  const letter = letters[operator];
  if (basic === undefined) return operator === "null" ? "it compares with null" : undefined;
  if (letter === undefined || basic.includes(letter)) return undefined;
  if (operator === "null") return "it compares with null";
  // What the tables leave blank or mark as unsupported may work as an advanced query, and not as a basic one.
  return basic === "" ? `it filters on ${path.split("/")[0]}` : `it filters on ${path.split("/")[0]} by "${operator}"`;
}

/** Extensions have names of their own, and stand in the tables by their kind. */
function extensionKind(path: string): string | undefined {
  const root = path.split("/")[0] ?? path;
  if (/^extension_[0-9a-f]{32}_/i.test(root)) return "(directory extension)";
  if (root.includes(".")) return "(open extension)";
  return path.includes("/") && root.includes("_") ? "(schema extension)" : undefined;
}

const parsed = new WeakMap<FilterMarks, ReadonlyMap<string, string>>();

/** The letters of what a basic query can do with a property; none where it isn't in the table. */
function basicOperators(table: FilterMarks, path: string): string | undefined {
  let operators = parsed.get(table);
  if (operators === undefined) {
    // Graph minds no case in names.
    const entries = Object.entries(table.basic).flatMap(([code, names]) =>
      names.split(", ").map((name) => [name.toLowerCase(), code === "none" ? "" : code] as const),
    );
    operators = new Map(entries);
    parsed.set(table, operators);
  }
  const name = extensionKind(path) ?? path.toLowerCase();
  // The fifteen extension attributes stand under the name of what holds them.
  return operators.get(name) ?? operators.get(name.split("/")[0] ?? name);
}
