import { expect } from "vitest";
import { type ChaosRun, summary } from "./chaos.js";

/** Any seed will do; a failure names the one to look at. */
export const firstSeed = Number(process.env.CHAOS_SEED ?? 1);

/** The first runs of a plan, one after the other, of which none may lose or double anybody. */
export async function triedRuns(
  plan: Iterable<{ seed: number; faults: string[] }>,
  most: number,
  run: (seed: number, faults: string[]) => Promise<ChaosRun>,
): Promise<ChaosRun[]> {
  const runs: ChaosRun[] = [];
  for (const { seed, faults } of plan) {
    const tried = await run(seed, faults);
    runs.push(tried);
    expect(tried, `seed ${seed}: ${faults.join(", ")}`).toMatchObject({ lost: 0, doubled: 0 });
    if (runs.length === most) break;
  }
  console.info(summary(runs));
  return runs;
}
