import { chaosPlan, runChaos, startChaos, summary } from "./chaos.js";
import { runDirectoryChaos } from "./chaos-directory.js";
import { runEachChaos } from "./chaos-each.js";
import { runGroupChaos } from "./chaos-groups.js";

// tsx test/journeys/chaos-long.ts [minutes] [first seed]: as many runs as fit, of users, of groups with their members, of whole directories, and of what belongs to each; exits with 1 when one was lost or doubled.
const minutes = Number(process.argv[2] ?? 5);
const firstSeed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const end = performance.now() + minutes * 60_000;
let emulator = await startChaos();
const runs = [];
for (const { seed, faults } of chaosPlan(firstSeed)) {
  for (const run of [
    await runChaos(emulator, seed, faults, 3_000),
    await runGroupChaos(emulator, seed + 1_000_000, faults, 60),
    await runDirectoryChaos(emulator, seed + 2_000_000, faults),
    await runEachChaos(emulator, seed + 3_000_000, faults),
  ]) {
    runs.push(run);
    if (run.lost + run.doubled > 0) console.error(`seed ${seed} (${faults.join(", ")}): ${JSON.stringify(run)}`);
  }
  if (performance.now() > end) break;
  // Each run adds a tenant.
  if (runs.length % 100 === 0) {
    await emulator.stop();
    emulator = await startChaos();
  }
}
await emulator.stop();
console.log(`${runs.length} runs\n${summary(runs)}`);
process.exitCode = runs.some(({ lost, doubled }) => lost + doubled > 0) ? 1 : 0;
