import { readFileSync } from "node:fs";

/** One cell of Microsoft's tables. */
export interface Cell {
  table: "newest" | "newest-rule" | "newest-count" | "orderby" | "older";
  collection: string;
  /** As written there: `otherMails/any(p:p)`, `assignedPlans/any(a:a/service)`, `manager/id`. */
  property: string;
  type: string;
  operator: string;
  /** `D` as a basic query; `A` as an advanced one only; `N` published as not supported; `-` left blank. */
  mark: "D" | "A" | "N" | "-";
}

/** What Microsoft published about filtering and sorting directory objects; sources and contradictions stand in the file's header. */
export const cells: readonly Cell[] = readFileSync(new URL("filter-tables.tsv", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .slice(1)
  .map((line) => {
    const [table, collection, property, type, operator, mark] = line.split("\t") as [string, ...string[]];
    return { table: table.split("@")[0], collection, property, type, operator, mark } as Cell;
  });

/** Where the metadata of v1.0 doesn't have a property, its name tells. */
export function typeOf({ property, type }: Pick<Cell, "property" | "type">): string {
  if (type === "(extension)") return "Any";
  if (type !== "?") return type;
  if (property.endsWith("DateTime")) return "DateTimeOffset";
  return /\bis[A-Z]\w*$/.test(property) ? "Boolean" : "String";
}

const literals: Record<string, string> = {
  Boolean: "true",
  DateTimeOffset: "2024-01-01T00:00:00Z",
  Guid: "184efa21-98c3-4e5d-95ab-d07053a96e67",
  Int32: "1",
};

/** Extensions stand in the tables by their kind. */
const extensions: Record<string, string> = {
  "(directory extension)": "extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_code",
  "(schema extension)": "contoso_courses/courseId",
  "(open extension)": "com.contoso.roaming/theme",
};

/** A cell of `$filter` as somebody would write it. */
export function written(cell: Cell): string {
  const { property: named, operator } = cell;
  const property = extensions[named] ?? named;
  const value = literals[typeOf(cell)] ?? "'x'";
  const condition = (path: string) => {
    const count = /^(eq|ne)([01])$/.exec(operator);
    if (count) return `${path} ${count[1]} ${count[2]}`;
    if (operator === "startsWith" || operator === "endsWith") return `${operator}(${path},${value})`;
    if (operator === "null") return `${path} eq null`;
    if (operator === "in") return `${path} in (${value})`;
    return operator === "not" ? `not(${path} eq ${value})` : `${path} ${operator} ${value}`;
  };
  const lambda = /^(.*\/any)\((\w+):(.*)\)$/.exec(property);
  return lambda ? `${lambda[1]}(${lambda[2]}:${condition(lambda[3] as string)})` : condition(property);
}
