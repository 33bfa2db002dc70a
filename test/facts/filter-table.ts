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
