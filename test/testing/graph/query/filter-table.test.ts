import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../../src/testing/index.js";
import { type Cell, cells, written } from "../../../facts/filter-table.js";
import { filterTable } from "../../../facts/write-filter-table.js";
import { sampled } from "../../../support/thorough.js";
import { type GraphCaller, graphCaller } from "../graph-caller.js";

/** Cells where another page of Microsoft's says more than the tables (headers of test/facts/filter-tables.tsv, 4). */
const elsewhere = new Set(["users id in"]);
/** What the embedded tenant says it hasn't, where Graph answers. */
const gaps = new Set(["appRoleAssignments", "appRoleAssignedTo", "licenseDetails"]);

type Kind = "basic" | "advanced" | "refused";
interface Tried {
  key: string;
  query: string;
  /** Where the tables differ, what allows more. */
  expected: Kind;
  gap: boolean;
}

const keyOf = ({ collection, property, operator }: Cell) => `${collection} ${property} ${operator}`;
const kindOf = (marks: readonly string[]): Kind =>
  marks.includes("D") ? "basic" : marks.includes("A") ? "advanced" : "refused";

/** Every cell once, as a query. */
function trials(): Tried[] {
  const marks = new Map<string, { cell: Cell; marks: string[] }>();
  for (const cell of cells) {
    const known = marks.get(keyOf(cell)) ?? { cell, marks: [] };
    known.marks.push(cell.mark);
    marks.set(keyOf(cell), known);
  }
  return [...marks].map(([key, { cell, marks }]) => {
    const sort = cell.property === "*" ? "id" : cell.property;
    const query = cell.table === "orderby" ? `$orderby=${sort}` : `$filter=${encodeURIComponent(written(cell))}`;
    const expected = elsewhere.has(key) ? "basic" : kindOf(marks);
    return { key, query, expected, gap: gaps.has(cell.property.split("/")[0]!) };
  });
}

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  const roles = ["Directory.Read.All"];
  emulator = await startEmulator({ users: 5, groups: 12, devices: 3, contacts: 2, roles });
  graph = graphCaller(emulator);
  const extended = { displayName: "Student", contoso_courses: { courseId: "x" } };
  emulator.users.add(extended);
});
afterAll(() => emulator.stop());

interface Step {
  id: string;
  status: number;
  body: { error?: { code: string } };
}

/** What the tenant makes of all of them, in basic or advanced queries. */
async function answers(tried: readonly Tried[], advanced: boolean): Promise<string[]> {
  const found: string[] = [];
  for (let from = 0; from < tried.length; from += 20) {
    const requests = tried.slice(from, from + 20).map(({ key, query }, index) => ({
      id: String(index),
      method: "GET",
      url: `/${key.split(" ")[0]}?${query}${advanced ? "&$count=true" : ""}`,
      ...(advanced && { headers: { ConsistencyLevel: "eventual" } }),
    }));
    const { json } = await graph.post("/$batch", { requests });
    for (const { id, status, body } of (json as unknown as { responses: Step[] }).responses) {
      found[from + Number(id)] = status === 200 ? "200" : `${status} ${body.error?.code}`;
    }
  }
  return found;
}

describe("the embedded tenant's rules of $filter and $orderby", () => {
  it("are what is written from Microsoft's tables: npx tsx test/facts/write-filter-table.ts", () => {
    const held = readFileSync(new URL("../../../../src/testing/directory/filter-table.ts", import.meta.url), "utf8");
    expect(held).toBe(filterTable());
  });

  it("agree with the tables cell by cell", async () => {
    const tried = sampled(trials(), 3);
    const [basic, advanced] = [await answers(tried, false), await answers(tried, true)];
    const differing: string[] = [];
    let gapsSeen = 0;
    for (const [index, { key, query, expected, gap }] of tried.entries()) {
      const got = [basic[index]!, advanced[index]!];
      const isGap = gap && expected !== "refused";
      const fine = isGap ? "501 EmulatorGap" : "200";
      const kind =
        got[0] === fine && got[1] === fine
          ? "basic"
          : got[1] === fine && got[0]!.startsWith("400")
            ? "advanced"
            : got.every((one) => one.startsWith("400"))
              ? "refused"
              : "neither";
      if (kind !== expected) differing.push(`${key} (${query}): ${expected}, and was ${got.join(" / ")}`);
      else if (isGap) gapsSeen += 1;
    }
    console.info(
      `${tried.length - differing.length} of ${tried.length} cells agree, ${gapsSeen} of them as gaps that the tenant calls its own`,
    );
    expect(differing).toEqual([]);
    expect(gapsSeen).toBeLessThan(20);
  });
});
