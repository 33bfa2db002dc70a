import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chart } from "./chart.js";
import { report } from "./report.js";
import { judge, type ResultRow, type Results, summarize } from "./results.js";

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const row = (id: string, better: ResultRow["better"], values: Record<string, number[]>): ResultRow => ({
  id,
  title: `title of ${id}`,
  unit: "unit",
  better,
  failures: {},
  values: Object.fromEntries(Object.entries(values).map(([who, samples]) => [who, summarize(samples)])),
});
const own = { tarball: 400_000, unpacked: 1_000_000, entry: 130_000 };
const rows = [
  row("throughput", "higher", { ours: [200, 110, 400], bare: [100, 100, 400], pnp: [50, 50, 50] }),
  row("cold", "lower", { ours: [1], pnp: [1000] }),
  row("traced", "lower", { ours: [4, 9, 2] }),
];
const results: Results = {
  date: "2026-01-02T03:04:05Z",
  quick: false,
  rounds: 3,
  node: "20.0.0",
  packages: {},
  rows,
  own,
  machine: { cpu: "One & Only", cores: 2, memoryGB: 4, os: "Linux" },
  contestants: [
    { id: "ours", name: "graph-app-identity" },
    { id: "bare", name: "bare fetch loop" },
    { id: "pnp", name: "@pnp/graph" },
  ],
  targets: judge(rows, own),
};

describe("the results", () => {
  it("compare round by round, and leave out what wasn't measured", () => {
    const found = Object.fromEntries(results.targets.map(({ claim, measured, met }) => [claim, [measured, met]]));
    expect(found).toEqual({
      "users/s, × the bare loop: at least 1.0": [1.1, true],
      "users/s, × the best peer: above 1.0": [4, true],
      "a tracer, % of the drain: at most 5": [4, true],
      "token requests of all cold callers: 1": [1, true],
      "our tarball, MB: at most 0.5": [0.4, true],
      "our main entry, kB: at most 120": [130, false],
    });
  });

  it("are printed with their spread, and say where a target isn't met", () => {
    const printed = report(results);
    expect(printed).toMatch(/\| title of throughput \(unit\) \| +200 ±73 % \| +100 ±150 % \| +50 \|/);
    expect(printed).toMatch(/\| title of cold \(unit\) +\| +1 \| +— \| +1,000 \|/);
    expect(printed).toMatch(/our main entry, kB: at most 120 +\| +130 \| NOT MET \|/);
  });

  it("are drawn with bars as long as the figures", () => {
    const bars = [...chart(results).matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, length]) => Number(length));
    expect(bars).toHaveLength(3);
    expect(bars[0]! / bars[1]!).toBeCloseTo(2);
    expect(bars[0]! / bars[2]!).toBeCloseTo(4);
  });

  it("that are in the repository were drawn from the figures beside them", () => {
    if (!existsSync(file("results.json"))) return console.log("skipped: there are no results yet");
    const kept: Results = JSON.parse(readFileSync(file("results.json"), "utf8"));
    expect(readFileSync(file("results.svg"), "utf8")).toBe(chart(kept));
    expect(kept.quick).toBe(false);
  });
});
