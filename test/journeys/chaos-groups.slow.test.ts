import { describe, expect, it } from "vitest";
import { chaosPlan, faultKinds, startChaos } from "./chaos.js";
import { runGroupChaos } from "./chaos-groups.js";
import { firstSeed, triedRuns } from "./tried-runs.js";

describe("rounds of changes among faults", () => {
  it("leave a mirror that has every membership and none that ended", async () => {
    await using emulator = await startChaos();
    const most = Object.keys(faultKinds).length + 16;
    const runs = await triedRuns(chaosPlan(firstSeed), most, (seed, faults) => runGroupChaos(emulator, seed, faults));
    expect(runs.reduce((pages, run) => pages + run.pages, 0)).toBeGreaterThan(500);
    expect(runs.reduce((restarts, run) => restarts + run.restarts, 0)).toBeGreaterThan(0);
  }, 240_000);
});
