/**
 * The whole fleet on one machine: embedded tenants, a producer, and workers that are killed all the time.
 *
 *   npx tsx examples/fleet/demo.ts --tenants 50 --workers 3
 *
 * Needs Redis and PostgreSQL (REDIS_URL, DATABASE_URL; else those of this machine), where it uses a prefix and a schema of its own, and removes both.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { giveUp, readCommandLine, wholeNumber } from "../command-line.js";
import { differences } from "./compare.js";
import { startEmbeddedTenants } from "./embedded-tenants.js";
import { FleetProcesses } from "./fleet-processes.js";
import { openOwnSpace } from "./own-space.js";
import { Roster } from "./roster.js";
import { summary } from "./status-table.js";

const usage = `Usage: npx tsx examples/fleet/demo.ts [--tenants N] [--workers N] [--kill S]

  --tenants N   embedded tenants (default 50)
  --workers N   worker processes (default 3)
  --kill S      seconds between two kills of a worker, 0 for none (default 3)
  -h, --help    this text

Needs Redis and PostgreSQL: REDIS_URL and DATABASE_URL, or those of this machine.
`;
const options = {
  tenants: { type: "string", default: "50" },
  workers: { type: "string", default: "3" },
  kill: { type: "string", default: "3" },
} as const;
const { tenantCount, workers, killEveryMs } = readCommandLine({ usage, options }, ({ values }) => ({
  tenantCount: wholeNumber("tenants", values.tenants, { from: 1, to: 10_000 }),
  workers: wholeNumber("workers", values.workers, { from: 1, to: 100 }),
  killEveryMs: 1_000 * wholeNumber("kill", values.kill, { to: 86_400 }),
}));
const sizes = Array.from({ length: tenantCount }, (_, index) => 50 + ((index * 617) % 3_000));

const space = await openOwnSpace().catch((error: Error) =>
  giveUp(`The demo needs Redis and PostgreSQL. ${error.message}`),
);
const folder = mkdtempSync(join(tmpdir(), "fleet-"));
const { emulator, tenants, list, environment } = await startEmbeddedTenants(folder, sizes);
// Graph has a bad day.
emulator.faults.add({ service: "graph", status: 503, chance: 0.02 });
emulator.faults.add({ service: "graph", status: 429, retryAfter: 6, chance: 0.01 });
emulator.faults.add({ service: "graph", reset: true, chance: 0.02 });
emulator.faults.add({ service: "graph", delayMs: 150, chance: 1 });

let lastWord = "";
const fleet = new FleetProcesses(
  { ...environment, ...space.environment, FLEET_LOCK_MS: "4000", FLEET_CONCURRENCY: "4" },
  (line) => {
    lastWord = line;
  },
);
const roster = new Roster(space.database);
try {
  await fleet.run("produce.ts", list, "--now");
  for (let index = 0; index < workers; index++) fleet.startWorker();

  let kills = 0;
  let reports = await roster.reports();
  for (let lastKill = Date.now(); reports.some(({ state }) => state !== "done"); reports = await roster.reports()) {
    console.log(`${summary(reports)}, ${kills} workers killed`);
    await sleep(1_000);
    if (fleet.workers.length < workers) throw new Error(`A worker has ended by itself: ${lastWord}`);
    const [victim] = fleet.workers;
    if (killEveryMs === 0 || victim === undefined || Date.now() - lastKill < killEveryMs) continue;
    lastKill = Date.now();
    kills += 1;
    await fleet.stop(victim);
    fleet.startWorker();
  }
  console.log(await fleet.run("status.ts"));
  const found = await differences(space.database, tenants);
  console.log(found.join("\n") || "The tables equal the directories, row by row.");
  if (found.length > 0) process.exitCode = 1;
} finally {
  await fleet.stopAll();
  await space.remove();
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
}
