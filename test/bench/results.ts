import { limit, ours, peers } from "./contestants.js";
import type { OwnSize } from "./installed.js";
import type { Row } from "./rows.js";

/** What results.json holds. */
export interface Results {
  date: string;
  /** Smaller tasks and one round: shows that everything runs, not how fast. */
  quick: boolean;
  rounds: number;
  machine: { cpu: string; cores: number; memoryGB: number; os: string };
  node: string;
  /** Versions of what was measured. */
  packages: Record<string, string>;
  contestants: { id: string; name: string }[];
  rows: ResultRow[];
  own: OwnSize;
  targets: Target[];
}

export interface ResultRow extends Omit<Row, "value"> {
  /** By contestant. Who isn't in it was not measured, or failed. */
  values: Record<string, Value>;
  /** Why, by contestant. */
  failures: Record<string, string>;
}

export interface Value {
  median: number;
  /** Half of the distance between the worst and the best sample, as a fraction of the median. */
  spread: number;
  /** One a round, in the order they were taken. */
  samples: number[];
}

export interface Target {
  claim: string;
  /** What was measured, as the claim counts it. */
  measured: number;
  met: boolean;
}

export function summarize(samples: number[]): Value {
  const middle = median(samples);
  const spread = middle === 0 ? 0 : (Math.max(...samples) - Math.min(...samples)) / 2 / middle;
  return { median: middle, spread, samples };
}

export function median(samples: number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** What is claimed for us, held against what was measured. A row that wasn't measured says nothing about its claim. */
export function judge(rows: ResultRow[], own: OwnSize): Target[] {
  const samplesOf = (row: string, contestant: string) => rows.find(({ id }) => id === row)?.values[contestant]?.samples;
  /** Round by round, because what disturbs a round disturbs both. */
  const ratio = (row: string, above: string, below: string) => {
    const [upper = [], lower = []] = [samplesOf(row, above), samplesOf(row, below)];
    return median(upper.slice(0, lower.length).map((sample, round) => sample / lower[round]!));
  };
  const one = (row: string, contestant: string) => median(samplesOf(row, contestant) ?? []);
  const rivals = peers.filter((id) => id !== limit);
  const least = (row: string, among: string[]) =>
    Math.min(...among.map((peer) => ratio(row, ours, peer)).filter((found) => !Number.isNaN(found)));

  const targets: [claim: string, measured: number, met: (measured: number) => boolean][] = [
    ["users/s, × the bare loop: at least 1.0", ratio("throughput", ours, limit), (x) => x >= 1],
    ["users/s, × the best peer: above 1.0", least("throughput", rivals), (x) => x > 1],
    ["a tracer, % of the drain: at most 5", one("traced", ours), (x) => x <= 5],
    ["slow consumer, × the best peer: at least 1.8", least("slow", peers), (x) => x >= 1.8],
    [
      "peak memory for a million users, × the bare loop: at most 1.15",
      ratio("memory-1m", ours, limit),
      (x) => x <= 1.15,
    ],
    [
      "growth of the live heap, MB more than the bare loop: at most 1",
      one("heap", ours) - one("heap", limit),
      (x) => x <= 1,
    ],
    ["warm token, × faster than msal-node: at least 40", ratio("token", "msal-sdk", ours), (x) => x >= 40],
    ["token requests of all cold callers: 1", one("cold", ours), (x) => x === 1],
    ["longest wait for a refresh, ms: under 50", one("refresh", ours), (x) => x < 50],
    [
      "process start to first user, × msal-node + Graph SDK: at most 0.85",
      ratio("first", ours, "msal-sdk"),
      (x) => x <= 0.85,
    ],
    ["the same, bundled: at most 0.85", ratio("first-bundled", ours, "msal-sdk"), (x) => x <= 0.85],
    ["our first program, bundled, kB: at most 440", one("bundle", ours), (x) => x <= 440],
    ["our tarball, MB: at most 0.5", own.tarball / 1e6, (x) => x <= 0.5],
    ["our main entry, kB: at most 120", own.entry / 1e3, (x) => x <= 120],
  ];
  return targets
    .filter(([, measured]) => Number.isFinite(measured))
    .map(([claim, measured, met]) => ({ claim, measured, met: met(measured) }));
}
