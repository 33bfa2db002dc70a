/**
 * `npm run chaos`: hours of faults, from users to whole directories; exits with 1 when somebody was lost or doubled.
 *
 *   npm run chaos                                    5 minutes of everything
 *   npm run chaos -- 60 4711                         60 minutes, from this seed on
 *   npm run chaos -- --runs 1000 --of directories    1,000 of one kind, however long it takes, the same ones each time
 *   npm run chaos -- --runs 1 --from 380             those of one seed again
 */
import { parseArgs } from "node:util";
import { type ChaosRun, chaosPlan, runChaos, startChaos, summary } from "./chaos.js";
import { runDirectoryChaos } from "./chaos-directory.js";
import { runEachChaos } from "./chaos-each.js";
import { runGroupChaos } from "./chaos-groups.js";

type Run = (...about: Parameters<typeof runGroupChaos>) => Promise<ChaosRun>;
const kinds: Record<string, Run> = {
  users: (emulator, seed, faults) => runChaos(emulator, seed, faults, 3_000),
  groups: (emulator, seed, faults) => runGroupChaos(emulator, seed + 1_000_000, faults, 60),
  directories: (emulator, seed, faults) => runDirectoryChaos(emulator, seed + 2_000_000, faults),
  each: (emulator, seed, faults) => runEachChaos(emulator, seed + 3_000_000, faults),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string" }, of: { type: "string" }, from: { type: "string", default: "0" } },
});
const [minutes = values.runs ? Number.POSITIVE_INFINITY : 5, firstSeed = values.runs ? 1 : Date.now() % 1_000_000] =
  positionals.map(Number);
const mostRuns = Number(values.runs ?? Number.POSITIVE_INFINITY);
const chosen = values.of === undefined ? Object.values(kinds) : [kinds[values.of]];
if (chosen.includes(undefined)) throw new Error(`--of takes ${Object.keys(kinds).join(", ")}, not ${values.of}.`);
if (!(minutes > 0 && mostRuns > 0 && firstSeed >= 0)) throw new Error("Minutes, seed and --runs are numbers.");

const end = performance.now() + minutes * 60_000;
const runs: ChaosRun[] = [];
let emulator = await startChaos();
for (const { seed, faults } of chaosPlan(firstSeed)) {
  if (seed < Number(values.from)) continue;
  for (const run of chosen as Run[]) {
    const result = await run(emulator, seed, faults);
    runs.push(result);
    if (result.lost + result.doubled > 0)
      console.error(`seed ${seed} (${faults.join(", ")}): ${JSON.stringify(result)}`);
    // Each run adds a tenant.
    if (runs.length % 100 > 0) continue;
    await emulator.stop();
    emulator = await startChaos();
    console.error(`${runs.length} runs after ${Math.round(performance.now() / 60_000)} minutes`);
  }
  if (performance.now() > end || runs.length >= mostRuns) break;
}
await emulator.stop();
console.log(`${runs.length} runs\n${summary(runs)}`);
process.exitCode = runs.some(({ lost, doubled }) => lost + doubled > 0) ? 1 : 0;
