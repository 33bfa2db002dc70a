import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Cell, cells, typeOf } from "./filter-table.js";

/**
 * Writes `src/testing/directory/filter-table.ts`, which the embedded tenant answers by, from Microsoft's tables:
 * `npx tsx test/facts/write-filter-table.ts`. The library's form of them has a program of its own, so that neither hides the other's mistakes.
 */

/** One letter for each operator that is published; `$count` is compared with 0 and 1. */
const letters: Readonly<Record<string, string>> = {
  eq: "e",
  in: "i",
  startsWith: "s",
  endsWith: "w",
  ge: "g",
  le: "l",
  null: "0",
  ne: "n",
  not: "x",
  eq0: "a",
  ne0: "b",
  eq1: "c",
  ne1: "d",
};

/** What other documents of Microsoft show, and no table has. Dates as in the header of the tables. */
const elsewhere: readonly { collection: string; property: string; marks: Readonly<Record<string, Cell["mark"]>> }[] = [
  // Every reader asks for it; eq is in the older table, in and not on https://learn.microsoft.com/graph/api/resources/user (2023).
  ...["users", "groups", "devices", "contacts", "applications", "servicePrincipals", "administrativeUnits"].map(
    (collection) => ({ collection, property: "id", marks: { eq: "D", in: "D", ne: "A", not: "A" } as const }),
  ),
  // https://learn.microsoft.com/graph/api/group-list, examples (2023).
  { collection: "groups", property: "groupTypes/any(c:c)", marks: { eq: "D", not: "A" } },
  { collection: "groups", property: "owners/$count", marks: { eq0: "A", eq1: "A" } },
  // https://learn.microsoft.com/graph/api/user-list, examples (2023): together with the issuer.
  { collection: "users", property: "identities/any(i:i/issuerAssignedId)", marks: { eq: "D" } },
  // The same page: alone only.
  ...["lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime"].map((name) => ({
    collection: "users",
    property: `signInActivity/${name}`,
    marks: { eq: "D", ge: "D", le: "D", ne: "A", not: "A" } as const,
  })),
];

const rank = { D: 3, A: 2, N: 1, "-": 0 } as const;
type Mark = keyof typeof rank;

/** `otherMails/any(p:p)` → `otherMails/any`, `assignedPlans/any(a:a/service)` → `assignedPlans/any/service`. */
export const pathOf = (property: string) =>
  property
    .replace(/any\((\w+):\1(\/[^)]*)?\)/, (_, _variable, rest = "") => `any${rest}`)
    // All fifteen have the same marks.
    .replace(/\/extensionAttribute\d+$/, "/extensionAttribute");

/** What Microsoft's tables say of an operator: the newest one and the older one. */
export interface Reading {
  newest: Mark | undefined;
  older: Mark | undefined;
}

export interface Ruled {
  collection: string;
  path: string;
  type: string;
  readings: Map<string, Reading>;
}

/** Of two readings the one that allows more holds: what one table has as a basic query may be one, and what both refuse is refused. */
export function holding({ newest = "-", older = "-" }: Reading): Mark {
  return rank[newest] >= rank[older] ? newest : older;
}

export function ruled(): Ruled[] {
  const found = new Map<string, Ruled>();
  const enter = (collection: string, property: string, type: string) => {
    const path = pathOf(property);
    const known = found.get(`${collection} ${path}`) ?? { collection, path, type, readings: new Map() };
    found.set(`${collection} ${path}`, known);
    return known;
  };
  for (const cell of cells) {
    if (cell.table === "orderby") continue;
    const { readings } = enter(cell.collection, cell.property, typeOf(cell));
    const reading = readings.get(cell.operator) ?? { newest: undefined, older: undefined };
    reading[cell.table === "older" ? "older" : "newest"] = cell.mark;
    readings.set(cell.operator, reading);
  }
  for (const { collection, property, marks } of elsewhere) {
    const type = property.endsWith("/$count") ? "Int64" : property.endsWith("DateTime") ? "DateTimeOffset" : "String";
    const { readings } = enter(collection, property, type);
    for (const [operator, newest] of Object.entries(marks)) {
      const older = readings.get(operator)?.older;
      readings.set(operator, { newest, older });
    }
  }
  return [...found.values()];
}

/** Lines of `key: "names"`, keys and names in order. */
function lines(pairs: Iterable<readonly [key: string, name: string]>): string {
  const byKey = new Map<string, Set<string>>();
  for (const [key, name] of pairs) byKey.set(key, (byKey.get(key) ?? new Set()).add(name));
  return [...byKey]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, names]) => `      ${JSON.stringify(key)}: ${JSON.stringify([...names].sort().join(", "))},\n`)
    .join("");
}

function codeOf({ readings }: Ruled): string {
  const marked = (mark: Mark) =>
    Object.entries(letters)
      .filter(([operator]) => holding(readings.get(operator) ?? { newest: undefined, older: undefined }) === mark)
      .map(([, letter]) => letter)
      .join("");
  return `${marked("D")}|${marked("A")}`;
}

/** Where both tables speak, and not alike. */
const disputes = ({ path, readings }: Ruled) =>
  [...readings].flatMap(([operator, { newest, older }]) =>
    newest === undefined || older === undefined || newest === older
      ? []
      : [[`${operator} ${newest}/${older}`, path] as const],
  );

export function filterTable(): string {
  const rules = ruled();
  const collections = [...new Set(rules.map(({ collection }) => collection))].sort();
  const tables = collections.map((name) => {
    const own = rules.filter(({ collection }) => collection === name);
    const sorts = cells.filter(
      ({ table, collection, property }) => table === "orderby" && collection === name && property !== "*",
    );
    return `  ${name}: {
    filter: {
${lines(own.map((rule) => [codeOf(rule), rule.path] as const))}    },
    types: {
${lines(own.filter(({ type }) => type !== "String").map(({ type, path }) => [type, path] as const))}    },
    sort: {
${lines(sorts.map(({ mark, property }) => [mark === "D" ? "basic" : "advanced", property] as const))}    },
    disputed: {
${lines(own.flatMap(disputes))}    },
  },`;
  });
  return `// biome-ignore-all format: written by a program

/**
 * What Microsoft's tables say of filtering and sorting the objects of a directory. \`filter\`: what basic queries can do with a property, then
 * what advanced ones can besides: e(q), i(n), s(tartsWith), (ends)w(ith), g(e), l(e), 0 (eq null), n(e), x (not); of a size eq 0 (a), ne 0 (b),
 * eq 1 (c), ne 1 (d). \`types\`: what isn't a string. \`disputed\`: operators that the newest and the older table mark differently (D basic,
 * A advanced, N not supported, - blank); here holds what allows more. Written by test/facts/write-filter-table.ts from
 * test/facts/filter-tables.tsv, whose header has the sources.
 */
export const filterTable: Readonly<Record<string, Readonly<Record<"filter" | "types" | "sort" | "disputed", Readonly<Record<string, string>>>>>> = {
${tables.join("\n")}
};
`;
}

const here = fileURLToPath(import.meta.url);
if (process.argv[1] === here) {
  writeFileSync(fileURLToPath(new URL("../../src/testing/directory/filter-table.ts", import.meta.url)), filterTable());
}
