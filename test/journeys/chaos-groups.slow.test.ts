import { describe, expect, it } from "vitest";
import { type ChaosRun, chaosPlan, faultKinds, startChaos, summary } from "./chaos.js";
import { runGroupChaos } from "./chaos-groups.js";

/** Any seed will do; a failure names the one to look at. */
const firstSeed = Number(process.env.CHAOS_SEED ?? 1);

describe("rounds of changes among faults", () => {
  it("leave a mirror that has every membership and none that ended", async () => {
    await using emulator = await startChaos();
    const runs: ChaosRun[] = [];
    for (const { seed, faults } of chaosPlan(firstSeed)) {
      const run = await runGroupChaos(emulator, seed, faults);
      runs.push(run);
      expect(run, `seed ${seed}: ${faults.join(", ")}`).toMatchObject({ lost: 0, doubled: 0 });
      if (runs.length === Object.keys(faultKinds).length + 16) break;
    }
    console.info(summary(runs));
    expect(runs.reduce((pages, run) => pages + run.pages, 0)).toBeGreaterThan(500);
    expect(runs.reduce((restarts, run) => restarts + run.restarts, 0)).toBeGreaterThan(0);
  }, 240_000);
});
