import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Cell, cells } from "./filter-table.js";

/**
 * Writes `src/graph/query/filter-marks.ts` from Microsoft's tables: `npx tsx test/facts/write-filter-marks.ts`. Where the tables differ the
 * newest decides; what it leaves blank the older one may allow.
 */

/** One letter each: what a basic query can do with a property. */
const letters = { eq: "e", in: "i", startsWith: "s", ge: "g", le: "l", null: "n" } as const;

/** What other documents of Microsoft show as basic queries, and no table has. */
const elsewhere: readonly Pick<Cell, "collection" | "property" | "operator">[] = [
  // Used by every reader; eq is in the older table.
  ...["users", "groups", "devices", "applications", "servicePrincipals"].flatMap((collection) =>
    ["eq", "in"].map((operator) => ({ collection, property: "id", operator })),
  ),
  // https://learn.microsoft.com/graph/api/group-list
  { collection: "groups", property: "groupTypes/any(c:c)", operator: "eq" },
  // https://learn.microsoft.com/graph/api/user-list: issuer and issuerAssignedId together.
  { collection: "users", property: "identities/any(c:c/issuerAssignedId)", operator: "eq" },
  // https://learn.microsoft.com/graph/api/user-list: alone only.
  ...["lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime"].flatMap((property) =>
    ["eq", "ge", "le"].map((operator) => ({ collection: "users", property: `signInActivity/${property}`, operator })),
  ),
];

/** `otherMails/any(p:p)` → `otherMails/any`, `assignedPlans/any(a:a/service)` → `assignedPlans/any/service`. */
const bare = (property: string) =>
  property
    .replace(/any\((\w+):\1(\/[^)]*)?\)/, (_, _variable, rest = "") => `any${rest}`)
    // All fifteen have the same marks.
    .replace(/\/extensionAttribute\d+$/, "");

export function filterMarks(): string {
  const newest = cells.filter(({ table }) => table === "newest" || table === "newest-rule");
  const older = cells.filter(({ table }) => table === "older");
  const markIn = (table: readonly Cell[], collection: string, property: string, operator: string) =>
    table.find((cell) => cell.collection === collection && cell.property === property && cell.operator === operator)
      ?.mark ?? "-";
  const isBasic = (collection: string, property: string, operator: string) => {
    if (
      elsewhere.some((one) => one.collection === collection && one.property === property && one.operator === operator)
    )
      return true;
    const mark = markIn(newest, collection, property, operator);
    return mark === "D" || (mark === "-" && markIn(older, collection, property, operator) === "D");
  };
  const collections = [...new Set(newest.map(({ collection }) => collection))].sort();
  const tables = collections.map((collection) => {
    const mentioned = [...newest, ...older, ...elsewhere].filter((cell) => cell.collection === collection);
    const groups = new Map<string, string[]>();
    for (const property of [...new Set(mentioned.map((cell) => cell.property))].sort()) {
      const code = Object.entries(letters)
        .filter(([operator]) => isBasic(collection, property, operator))
        .map(([, letter]) => letter)
        .join("");
      groups.set(code, [...new Set([...(groups.get(code) ?? []), bare(property)])]);
    }
    const sorted = cells.filter(
      ({ table, mark, ...cell }) => table === "orderby" && mark === "D" && cell.collection === collection,
    );
    const lines = [...groups]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([code, properties]) => `    ${code === "" ? "none" : code}: ${JSON.stringify(properties.join(", "))},`);
    return `export const ${collection}: FilterMarks = {
  basic: {
${lines.join("\n")}
  },
  sortable: ${JSON.stringify(sorted.map(({ property }) => property).join(", "))},
};
`;
  });
  return `// biome-ignore-all format: written by a program

/**
 * What Microsoft's tables say that a basic query can do with the properties of a collection. Written by test/facts/write-filter-marks.ts from
 * test/facts/filter-tables.tsv, whose header has the sources; each apart, so that a bundle holds those that are asked for.
 */
export interface FilterMarks {
  /** Properties by the letters of what can be done: e(q), i(n), s(tartsWith), g(e), l(e), n(ull); \`none\` where only an advanced query serves. */
  readonly basic: Readonly<Record<string, string>>;
  /** What a basic query sorts by. */
  readonly sortable: string;
}

${tables.join("\n")}`;
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) {
  writeFileSync(fileURLToPath(new URL("../../src/graph/query/filter-marks.ts", import.meta.url)), filterMarks());
}
