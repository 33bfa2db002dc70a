import type { Schema } from "../../directory/collection.js";
import { complexMembers, type FilterRule } from "../../directory/filter-rules.js";
import { type GraphRefusal, UnknownName } from "../refusal.js";
import type { Path } from "./parse-filter.js";

/** What a condition looks at. */
export interface FilterPath {
  /** As refusals call it. */
  property: string;
  /** The way to the value from the object: `["web", "redirectUris"]`; ends at the collection where there is `any`. */
  steps: readonly string[];
  /** The way on from an element of the collection. */
  inner: readonly string[];
  /** `undefined` where the property is there, and can't be filtered by. */
  rule: FilterRule | undefined;
}

export interface FilterPaths {
  /** @param inside what follows `any` @throws GraphRefusal where there is nothing of the name */
  resolve(path: Path, inside?: Path): FilterPath;
  /** What can be asked of elements, be it of one property of theirs. */
  anyRule(path: Path): FilterRule | undefined;
  /** Whether the property is a collection that `any` goes through. */
  isCollection(path: Path): boolean;
}

/** All fifteen have one rule. */
const extensionAttribute = /\/extensionattribute(?:[1-9]|1[0-5])$/;

export function filterPaths(schema: Schema): FilterPaths {
  const rules = new Map(Object.entries(schema.filterRules).map(([path, rule]) => [path.toLowerCase(), { path, rule }]));
  const firstNames = new Map(
    [...rules.values()].map(({ path }) => path.split("/")[0]!).map((name) => [name.toLowerCase(), name]),
  );
  const keyOf = (path: Path) => path.join("/").toLowerCase().replace(extensionAttribute, "/extensionattribute");
  const begins = (start: string) => [...rules.keys()].some((path) => path.startsWith(`${start}/`));

  function missing(name: string, type: string): GraphRefusal {
    const message = `Invalid filter clause: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`;
    return new UnknownName(message, name, type);
  }

  /** Attributes of a tenant's own have one rule for all of a kind. */
  function extensionRule(path: Path): FilterRule | undefined {
    const [name = "", ...rest] = path;
    if (schema.canonical(name) === undefined || !name.includes("_")) return undefined;
    if (/^extension_/i.test(name)) return rest.length === 0 ? schema.filterRules["(directory extension)"] : undefined;
    return rest.length === 1 ? schema.filterRules["(schema extension)"] : undefined;
  }

  function checkNames([name = "", ...rest]: Path, property: string): void {
    if (schema.canonical(name) === undefined && !begins(name.toLowerCase())) throw missing(name, schema.entity);
    const known = complexMembers[property];
    const member = rest.find((part) => part !== "any" && part !== "$count");
    if (known && member && !known.toLowerCase().split(" ").includes(member.toLowerCase())) {
      throw missing(member, property);
    }
    if (rest[0]?.toLowerCase().startsWith("extensionattribute")) throw missing(rest[0], property);
  }

  return {
    anyRule: (path) =>
      [...rules].find(([known]) => known === `${keyOf(path)}/any` || known.startsWith(`${keyOf(path)}/any/`))?.[1].rule,
    isCollection: (path) => begins(`${keyOf(path)}/any`) || rules.has(`${keyOf(path)}/any`),
    resolve(path, inside) {
      const whole = inside === undefined ? path : [...path, "any", ...inside];
      const found = rules.get(keyOf(whole));
      const rule = found?.rule ?? extensionRule(whole);
      const spelt = found ? found.path.split("/") : [];
      const own = schema.canonical(path[0] ?? "") ?? firstNames.get(path[0]?.toLowerCase() ?? "") ?? path[0] ?? "";
      if (!rule) checkNames(whole, own);
      const names = whole.map((name, index) =>
        /^extensionattribute\d/i.test(name) ? lowerFirst(name) : (spelt[index] ?? name),
      );
      names[0] = own;
      const end = inside === undefined ? names.length : path.length;
      return { property: own, steps: names.slice(0, end), inner: names.slice(end + 1), rule };
    },
  };
}

const lowerFirst = (name: string) => `extensionAttribute${name.slice("extensionAttribute".length)}`;

/** The value at the end of a way. */
export function follow(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | null | undefined)?.[step], value);
}
