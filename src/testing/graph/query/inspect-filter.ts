import type { Filter, Literal, Path } from "./parse-filter.js";

/** The ids or names a filter asks for where that is all it takes to find the members: no scan is needed then. */
export function namesIn(filter: Filter): string[] | undefined {
  switch (filter.kind) {
    case "compare":
      return filter.operator === "eq" ? namesOf(filter.path, [filter.literal]) : undefined;
    case "in":
      return namesOf(filter.path, filter.literals);
    case "and":
      return filter.parts.map(namesIn).find((names) => names !== undefined);
    case "or": {
      const names = filter.parts.map(namesIn);
      return names.every((part) => part !== undefined) ? names.flat() : undefined;
    }
    default:
      return undefined;
  }
}

function namesOf(path: Path, literals: readonly Literal[]): string[] | undefined {
  const isName = path.length === 1 && /^(id|userPrincipalName)$/i.test(path[0]!);
  return isName ? literals.map((literal) => String(literal.value)) : undefined;
}

/** Whether a filter looks at a property. */
export function mentions(filter: Filter, property: string): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.parts.some((part) => mentions(part, property));
  if (filter.kind === "not") return mentions(filter.part, property);
  return filter.path[0]?.toLowerCase() === property.toLowerCase();
}
