import { describe, expect, it } from "vitest";
import { thorough } from "../support/thorough.js";
import { type ChaosRun, chaosPlan, faultKinds, startChaos, summary } from "./chaos.js";
import { runEachChaos } from "./chaos-each.js";

/** Any seed will do; a failure names the one to look at. */
const firstSeed = Number(process.env.CHAOS_SEED ?? 1);

describe("reading what belongs to each among faults", () => {
  it("gives each item its own value, in order, once, whatever strikes batches and their steps", async () => {
    await using emulator = await startChaos();
    const runs: ChaosRun[] = [];
    for (const { seed, faults } of chaosPlan(firstSeed)) {
      // Mixtures alone, where there is little time.
      if (!thorough && faults.length === 1) continue;
      const run = await runEachChaos(emulator, seed, faults, thorough ? 40 : 25);
      runs.push(run);
      expect(run, `seed ${seed}: ${faults.join(", ")}`).toMatchObject({ lost: 0, doubled: 0 });
      if (runs.length === (thorough ? Object.keys(faultKinds).length + 16 : 2)) break;
    }
    console.info(summary(runs));
    // What strikes depends on timing, too: only of many runs is it certain that they had trouble.
    if (!thorough) return;
    expect(runs.reduce((requests, run) => requests + run.requests, 0)).toBeGreaterThan(500);
  }, 120_000);
});
