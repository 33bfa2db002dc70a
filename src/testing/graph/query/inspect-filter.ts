import type { Filter, Literal, Path } from "./parse-filter.js";

/**
 * The ids or names a filter asks for where that is all it takes to find the members: no scan is needed then.
 * @param foundBy properties by which members can be found
 */
export function namesIn(filter: Filter, foundBy: readonly string[]): string[] | undefined {
  const namesOf = (path: Path, literals: readonly Literal[]) => {
    const isName = path.length === 1 && foundBy.some((name) => name.toLowerCase() === path[0]!.toLowerCase());
    return isName ? literals.map((literal) => String(literal.value)) : undefined;
  };
  const inside = (part: Filter) => namesIn(part, foundBy);
  switch (filter.kind) {
    case "compare":
      return filter.operator === "eq" ? namesOf(filter.path, [filter.literal]) : undefined;
    case "in":
      return namesOf(filter.path, filter.literals);
    case "and":
      return filter.parts.map(inside).find((names) => names !== undefined);
    case "or": {
      const names = filter.parts.map(inside);
      return names.every((part) => part !== undefined) ? names.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a filter looks at a property. */
export function mentions(filter: Filter, property: string): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.parts.some((part) => mentions(part, property));
  if (filter.kind === "not") return mentions(filter.part, property);
  return filter.path[0]?.toLowerCase() === property.toLowerCase();
}
