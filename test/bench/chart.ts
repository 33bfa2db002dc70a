import { figure } from "./report.js";
import type { ResultRow, Results } from "./results.js";

const shown = ["throughput", "slow", "memory-1m", "first"];
const [width, labels, bar, gap, top] = [860, 190, 14, 4, 26];

const inText = (text: string) => text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]!);

/** One row as horizontal bars; ours is the first and the coloured one. */
function panel(row: ResultRow, names: Map<string, string>, y: number): { svg: string; height: number } {
  const values = [...names].flatMap(([id, name]) => {
    const value = row.values[id];
    return value === undefined ? [] : [{ name, median: value.median }];
  });
  const longest = Math.max(...values.map(({ median }) => median));
  const bars = values.map(({ name, median }, index) => {
    const at = y + top + index * (bar + gap);
    const length = Math.max(1, (median / longest) * (width - labels - 90));
    return (
      `<text x="${labels - 8}" y="${at + 11}" text-anchor="end">${inText(name)}</text>` +
      `<rect x="${labels}" y="${at}" width="${length.toFixed(1)}" height="${bar}" rx="2"${index === 0 ? ' class="ours"' : ""}/>` +
      `<text x="${(labels + length + 6).toFixed(1)}" y="${at + 11}">${figure(median)}</text>`
    );
  });
  const heading = `${row.title} (${row.unit}; ${row.better === "higher" ? "longer" : "shorter"} is better)`;
  return {
    svg: `<text x="${labels}" y="${y + 16}" class="heading">${inText(heading)}</text>${bars.join("\n")}`,
    height: top + values.length * (bar + gap) + 14,
  };
}

/** The rows that matter most as an SVG for light and dark pages. */
export function chart({ rows, contestants }: Results): string {
  const names = new Map(contestants.map(({ id, name }) => [id, name]));
  let y = 0;
  const panels = shown.flatMap((id) => {
    const row = rows.find((candidate) => candidate.id === id);
    if (row === undefined) return [];
    const { svg, height } = panel(row, names, y);
    y += height;
    return [svg];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="Benchmark results">
<style>
text { font: 11px system-ui, sans-serif; fill: #57606a }
.heading { font-weight: 600; fill: #1f2328 }
rect { fill: #afb8c1 }
.ours { fill: #1f6feb }
@media (prefers-color-scheme: dark) { text { fill: #9198a1 } .heading { fill: #f0f6fc } rect { fill: #3d444d } .ours { fill: #4493f8 } }
</style>
${panels.join("\n")}
</svg>
`;
}
