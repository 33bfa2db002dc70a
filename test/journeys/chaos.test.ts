import { describe, expect, it } from "vitest";
import { thorough } from "../support/thorough.js";
import { chaosPlan, faultKinds, runChaos, startChaos } from "./chaos.js";
import { firstSeed, triedRuns } from "./tried-runs.js";

describe("a listing among faults", () => {
  it("hands out everybody exactly once, under each kind of fault and under mixtures of them", async () => {
    await using emulator = await startChaos();
    const most = Object.keys(faultKinds).length + (thorough ? 16 : 2);
    const runs = await triedRuns(chaosPlan(firstSeed), most, (seed, faults) =>
      runChaos(emulator, seed, faults, thorough ? 300 : 30),
    );
    // What strikes depends on timing, too: only of many runs is it certain that they had trouble.
    if (!thorough) return;
    expect(runs.reduce((pages, run) => pages + run.pages, 0)).toBeGreaterThan(500);
    expect(runs.reduce((restarts, run) => restarts + run.restarts, 0)).toBeGreaterThan(0);
    expect(new Set(runs.flatMap(({ resumed }) => Object.keys(resumed))).size).toBeGreaterThan(5);
  }, 120_000);
});
