import { describe, expect, it } from "vitest";
import { thorough } from "../support/thorough.js";
import { type ChaosRun, chaosPlan, faultKinds, runChaos, startChaos, summary } from "./chaos.js";

/** Any seed will do; a failure names the one to look at. */
const firstSeed = Number(process.env.CHAOS_SEED ?? 1);

describe("a listing among faults", () => {
  it("hands out everybody exactly once, under each kind of fault and under mixtures of them", async () => {
    await using emulator = await startChaos();
    const runs: ChaosRun[] = [];
    for (const { seed, faults } of chaosPlan(firstSeed)) {
      const run = await runChaos(emulator, seed, faults, thorough ? 300 : 30);
      runs.push(run);
      expect(run, `seed ${seed}: ${faults.join(", ")}`).toMatchObject({ lost: 0, doubled: 0 });
      if (runs.length === Object.keys(faultKinds).length + (thorough ? 16 : 2)) break;
    }
    console.info(summary(runs));
    // What strikes depends on timing, too: only of many runs is it certain that they had trouble.
    if (!thorough) return;
    expect(runs.reduce((pages, run) => pages + run.pages, 0)).toBeGreaterThan(500);
    expect(runs.reduce((restarts, run) => restarts + run.restarts, 0)).toBeGreaterThan(0);
    expect(new Set(runs.flatMap(({ resumed }) => Object.keys(resumed))).size).toBeGreaterThan(5);
  }, 120_000);
});
