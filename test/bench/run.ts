/**
 * `npm run bench`: everybody does the same work in the same run.
 *
 *   --quick         small tasks, one round: does everything run?
 *   --rows a,b      only these rows
 *   --rounds N      default 5; some rows take fewer
 *   --no-build      measure dist/ as it is
 *   --report        print the table again and redraw the chart from results.json
 *
 * A full run in which nobody failed writes results.json and results.svg.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { installLocked } from "../support/install-locked.js";
import { chart } from "./chart.js";
import { contestants } from "./contestants.js";
import { ownSize, versionOf } from "./installed.js";
import type { Sample } from "./measure.js";
import { report } from "./report.js";
import { judge, type ResultRow, type Results, summarize } from "./results.js";
import { measurements } from "./rows.js";
import { Service } from "./service.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
/** Who takes this long once isn't asked again. */
const patienceMs = 20_000;

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rows: { type: "string" },
    rounds: { type: "string" },
    "no-build": { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});
const rounds = Number(flags.rounds ?? (flags.quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a number from 1, not ${flags.rounds}`);

function write(results: Results): void {
  writeFileSync(join(here, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(here, "results.svg"), chart(results));
}

/** Installs the peers, and builds us. */
function prepare(): void {
  installLocked(here);
  if (!flags["no-build"]) execFileSync("npm", ["run", "build", "--silent"], { cwd: root, stdio: ["ignore", 2, 2] });
  const link = join(here, "node_modules/graph-app-identity");
  rmSync(link, { force: true });
  symlinkSync(root, link, "junction");
}

function choose() {
  const all = measurements(flags.quick);
  if (flags.rows === undefined) return all;
  const known = all.flatMap(({ rows }) => rows.map(({ id }) => id));
  const wanted = flags.rows.split(",");
  const unknown = wanted.filter((id) => !known.includes(id));
  if (unknown.length > 0) throw new Error(`No row is called ${unknown.join(" or ")}; there are ${known.join(", ")}`);
  return all
    .map((measurement) => ({ ...measurement, rows: measurement.rows.filter(({ id }) => wanted.includes(id)) }))
    .filter(({ rows }) => rows.length > 0);
}

async function run(): Promise<Results> {
  const chosen = choose().map((measurement) => ({
    ...measurement,
    samples: new Map<string, Sample[]>(),
    failures: new Map<string, string>(),
    tooLong: new Set<string>(),
  }));
  const started = performance.now();
  const progress = (text: string) => {
    if (!process.stderr.isTTY) return;
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stderr.write(`\r\x1b[K${text && `${text} · ${Math.floor(seconds / 60)} min ${seconds % 60} s`}`);
  };
  const service = await Service.start();
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { rows, take, without = [], rounds: most = rounds, samples, failures, tooLong } of chosen) {
        if (round >= most) continue;
        // Whoever comes first in one round comes last in the next.
        const order = contestants.map((_, index) => contestants[(index + round) % contestants.length]!);
        for (const { id, name } of order) {
          if (without.includes(id) || failures.has(id) || tooLong.has(id)) continue;
          progress(`round ${round + 1} of ${rounds} · ${rows.map((row) => row.id).join(", ")} · ${name}`);
          const asked = performance.now();
          try {
            samples.set(id, [...(samples.get(id) ?? []), await take(service, id)]);
          } catch (error) {
            failures.set(id, (error as Error).message);
          }
          if (performance.now() - asked > patienceMs) tooLong.add(id);
        }
      }
    }
  } finally {
    progress("");
    await service.stop();
  }

  const rows: ResultRow[] = chosen.flatMap(({ rows, samples, failures }) =>
    rows.map(({ value, ...row }) => ({
      ...row,
      values: Object.fromEntries([...samples].map(([id, taken]) => [id, summarize(taken.map(value))])),
      failures: Object.fromEntries(failures),
    })),
  );
  const own = ownSize(root);
  const names = new Set(contestants.flatMap(({ packages }) => packages));
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    quick: flags.quick,
    rounds,
    machine: {
      cpu: cpu?.model.trim() ?? "unknown",
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      os: `${type()} ${release()}`,
    },
    node: process.versions.node,
    packages: {
      "graph-app-identity": JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version,
      ...Object.fromEntries([...names].sort().map((name) => [name, versionOf(name, here) ?? "unknown"])),
    },
    contestants: contestants.map(({ id, name }) => ({ id, name })),
    rows,
    own,
    targets: judge(rows, own),
  };
}

if (flags.report) {
  const results: Results = JSON.parse(readFileSync(join(here, "results.json"), "utf8"));
  write(results);
  process.stdout.write(report(results));
} else {
  prepare();
  const results = await run();
  const failed = results.rows.some(({ failures }) => Object.keys(failures).length > 0);
  if (failed) process.exitCode = 1;
  else if (!flags.quick && flags.rows === undefined) write(results);
  process.stdout.write(report(results));
}
