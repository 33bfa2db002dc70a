import type { ResultRow, Results } from "./results.js";

/** Three digits that matter: 297,000 · 41.3 · 0.62. */
export function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const rounded = Math.abs(value) >= 1000 ? Number(value.toPrecision(3)) : value;
  return rounded.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function cell({ values, failures }: ResultRow, contestant: string): string {
  const value = values[contestant];
  if (failures[contestant] !== undefined) return "failed";
  if (value === undefined) return "—";
  const spread = value.samples.length > 1 && value.spread >= 0.005 ? ` ±${Math.round(value.spread * 100)} %` : "";
  return `${figure(value.median)}${spread}`;
}

/** Rows as lines of a Markdown table whose columns stand under each other. */
function table(lines: string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const printed = lines.map((line) => {
    const cells = line.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!)));
    return `| ${cells.join(" | ")} |`;
  });
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [printed[0], `| ${rule.join(" | ")} |`, ...printed.slice(1)].join("\n");
}

const title = ({ title, unit }: ResultRow) => (unit ? `${title} (${unit})` : title);

/** The results as Markdown that reads well on a terminal, too. */
export function report(results: Results): string {
  const { contestants, rows, targets, machine, node, rounds, date, quick } = results;
  const parts = [
    table([
      ["", ...contestants.map(({ name }) => name)],
      ...rows.map((row) => [title(row), ...contestants.map(({ id }) => cell(row, id))]),
    ]),
    `${date.slice(0, 10)}, Node ${node}, ${machine.cpu} (${machine.cores} cores), ${machine.os}. ` +
      `${rounds === 1 ? "One round" : `Medians of up to ${rounds} interleaved rounds`}, each measurement in a fresh process; ` +
      "± is half the distance between worst and best.",
  ];
  if (quick) parts.push("A quick run: it shows that everything works, not how fast.");
  const failures = rows.flatMap(({ id: row, failures }) =>
    contestants.flatMap(({ id, name }) => (failures[id] ? [`- ${name}, ${row}: ${failures[id]}`] : [])),
  );
  if (failures.length > 0) parts.push(`Failed:\n\n${failures.join("\n")}`);
  parts.push(
    table([
      ["target", "measured", ""],
      ...targets.map(({ claim, measured, met }) => [claim, figure(measured), met ? "met" : "NOT MET"]),
    ]),
  );
  return `${parts.join("\n\n")}\n`;
}
