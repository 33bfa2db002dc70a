import { describe, expect, it } from "vitest";
import { thorough } from "../support/thorough.js";
import { chaosPlan, faultKinds, startChaos } from "./chaos.js";
import { runEachChaos } from "./chaos-each.js";
import { firstSeed, triedRuns } from "./tried-runs.js";

/** Mixtures alone, where there is little time. */
function* plan() {
  for (const each of chaosPlan(firstSeed)) if (thorough || each.faults.length > 1) yield each;
}

describe("reading what belongs to each among faults", () => {
  it("gives each item its own value, in order, once, whatever strikes batches and their steps", async () => {
    await using emulator = await startChaos();
    const most = thorough ? Object.keys(faultKinds).length + 16 : 2;
    const runs = await triedRuns(plan(), most, (seed, faults) =>
      runEachChaos(emulator, seed, faults, thorough ? 40 : 25),
    );
    // What strikes depends on timing, too: only of many runs is it certain that they had trouble.
    if (!thorough) return;
    expect(runs.reduce((requests, run) => requests + run.requests, 0)).toBeGreaterThan(500);
  }, 120_000);
});
