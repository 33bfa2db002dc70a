import { describe, expect, it } from "vitest";
import { thorough } from "../support/thorough.js";
import { chaosPlan, startChaos } from "./chaos.js";
import { runDirectoryChaos } from "./chaos-directory.js";
import { firstSeed, triedRuns } from "./tried-runs.js";

describe("a directory kept in tables among faults, changes and kills", () => {
  it("ends as it is in the tenant, row by row, memberships included", async () => {
    await using emulator = await startChaos();
    const runs = await triedRuns(chaosPlan(firstSeed + 15), thorough ? 20 : 2, (seed, faults) =>
      runDirectoryChaos(emulator, seed, faults, thorough ? 60 : 40),
    );
    // What strikes depends on timing, too: only of many runs is it certain that they had trouble.
    if (!thorough) return;
    expect(runs.reduce((pages, run) => pages + run.pages, 0)).toBeGreaterThan(500);
    expect(runs.reduce((restarts, run) => restarts + run.restarts, 0)).toBeGreaterThan(0);
  }, 120_000);
});
