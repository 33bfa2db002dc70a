import type { Collection } from "../../directory/collection.js";
import type { FilterRules, OrderRules } from "../../directory/filter-rules.js";
import type { ObjectRef } from "../../directory/object-set.js";
import type { PathSegment } from "../address.js";
import { notFound } from "../reply.js";

export type Row = Readonly<Record<string, unknown>>;

interface TableOptions {
  /** As in the path. */
  name: string;
  /** As in `microsoft.graph.domain`. */
  entity: string;
  rows: readonly Row[];
  /** Names of all properties; those of a single row only are left out of lists. Default: the first row's. */
  properties?: readonly string[];
  filterRules?: FilterRules;
  orderRules?: OrderRules;
}

/** A small collection that takes no part in relations: rows as they are, found by their id. */
export function createTable({
  name,
  entity,
  rows,
  filterRules = {},
  orderRules = {},
  ...options
}: TableOptions): Collection {
  const { properties = Object.keys(rows[0] ?? { id: "" }) } = options;
  const names = new Map(properties.map((property) => [property.toLowerCase(), property]));
  return {
    kind: undefined,
    name,
    entity,
    defaults: properties,
    singleOnly: new Set(),
    filterRules,
    orderRules,
    end: rows.length,
    generated: rows.length,
    count: rows.length,
    exists: (key) => key >= 0 && key < rows.length,
    member(key) {
      const row = rows[key] ?? {};
      return (property) => (Object.hasOwn(row, property) ? row[property] : null);
    },
    keyOf(id) {
      const key = rows.findIndex((row) => String(row.id).toLowerCase() === id.toLowerCase());
      return key < 0 ? undefined : key;
    },
    canonical: (property) => names.get(property.toLowerCase()),
  };
}

/** The row that a path names. @throws GraphRefusal */
export function findRow(table: Collection, { text }: PathSegment): ObjectRef {
  const key = table.keyOf(text);
  if (key === undefined) throw notFound(text);
  return { collection: table, key };
}
