import { describe, expect, it } from "vitest";
import { outputFormat, type Row } from "../../examples/output.js";
import { inWords, whatIsLeft } from "../../examples/progress-line.js";
import type { ListProgress } from "../../src/index.js";

const id = "9f1c2f1e-0c1c-4b8e-9a3e-3d7a4f1b2c3d";
const people: Row[] = [
  { displayName: "Ada", userPrincipalName: "ada@contoso.onmicrosoft.com", jobTitle: null, id },
  { displayName: "Grace", userPrincipalName: "grace@contoso.onmicrosoft.com", jobTitle: "Rear admiral", id },
];

function printed(format: string, rows: readonly Row[], width = 80): string[] {
  const { begin = "", row, end } = outputFormat(format, width)!([]);
  return [begin, ...rows.map(row), end?.(rows.length) ?? ""].filter(Boolean);
}

describe("the formats of the daemon", () => {
  it.each(["json", "ndjson", "csv", "table"])(
    "%s ends its line with each row, so that nothing is glued to it",
    (format) => {
      for (const text of printed(format, people)) expect(text.endsWith("\n")).toBe(true);
    },
  );

  it.each([[[]], [people], [people.slice(1)]])("JSON is valid once it is closed, and not before: %#", (rows) => {
    const texts = printed("json", rows);
    expect(JSON.parse(texts.join(""))).toEqual(rows);
    expect(() => JSON.parse(texts.slice(0, -1).join(""))).toThrow();
  });

  it.each([20, 80, 200])(
    "a table of %s letters has every id whole, and no wider line where that is enough",
    (width) => {
      const [head = "", second = ""] = printed("table", people, width);
      const lines = [...head.trimEnd().split("\n"), second.trimEnd()];
      expect(lines.slice(2).every((line) => line.endsWith(id))).toBe(true);
      if (width >= 80) expect(lines.every((line) => line.length <= width)).toBe(true);
    },
  );

  it("knows an id by its name or by its look", () => {
    const [text] = printed("table", [{ a: "x".repeat(99), resourceId: "y".repeat(50), b: id }], 60);
    expect(text).toContain("y".repeat(50));
    expect(text).toContain(id);
    expect(text).not.toContain("x".repeat(50));
  });
});

describe("what is told of progress", () => {
  const progress = { pages: 2, items: 2_000, elapsedMs: 500, retries: 1, throttledMs: 0 } as ListProgress;

  it("is the rate", () => {
    expect(inWords(progress)).toBe("2 pages, 0.5 s, 4,000 a second, 1 retry");
    expect(inWords({ ...progress, items: 0, elapsedMs: 0 })).not.toMatch(/a second|NaN|Infinity/);
  });

  it.each<[number | undefined, string]>([
    [8_000, "25 % of 8,000, about 2 s left"],
    [8_000_000, "0 % of 8,000,000, about 33 min left"],
    [2_000, ""],
    [1_999, ""],
    [undefined, ""],
  ])("and of a total of %s what is left", (total, expected) => {
    expect(whatIsLeft(progress, total)).toBe(expected);
    expect(whatIsLeft({ ...progress, items: 0 }, total)).toBe("");
  });
});
