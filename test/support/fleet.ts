import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { differences } from "../../examples/fleet/compare.js";
import { startEmbeddedTenants } from "../../examples/fleet/embedded-tenants.js";
import { FleetProcesses } from "../../examples/fleet/fleet-processes.js";
import { openOwnSpace } from "../../examples/fleet/own-space.js";
import { Roster, type TenantReport } from "../../examples/fleet/roster.js";
import { summary } from "../../examples/fleet/status-table.js";
import type { EmulatorOptions } from "../../src/testing/index.js";

/** Whether Redis and PostgreSQL answer. Where `CI` is set, one that doesn't is an error. */
export async function hasFleetServices(): Promise<boolean> {
  try {
    await (await openOwnSpace()).remove();
    return true;
  } catch (cause) {
    const reason = `the fleet needs Redis and PostgreSQL. ${(cause as Error).message}`;
    if (process.env.CI) throw new Error(`These tests may not be skipped in CI, and ${reason}`, { cause });
    console.warn(`Skipped: ${reason}`);
    return false;
  }
}

/** One line of a worker's log. */
export interface LogLine {
  timestamp: string;
  severity: string;
  body: string;
  attributes: Record<string, unknown>;
  resource: Record<string, string>;
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

/** Embedded tenants with so many users each, and a fleet in a corner of Redis and PostgreSQL of its own. */
export async function startFleet(
  sizes: readonly number[],
  { environment = {}, ...options }: EmulatorOptions & { environment?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "fleet-"));
  const embedded = await startEmbeddedTenants(folder, sizes, options);
  const space = await openOwnSpace();
  const lines: string[] = [];
  const variables = { ...embedded.environment, ...space.environment, FLEET_LOCK_MS: "2000", ...environment };
  const processes = new FleetProcesses(variables, (line) => lines.push(line));
  const roster = new Roster(space.database);

  return {
    ...embedded,
    space,
    processes,
    roster,
    lines,
    secrets: [embedded.emulator.clientSecret, String(space.environment.FLEET_TOKEN_KEY)],
    /** What the workers have logged. */
    log: (): LogLine[] => lines.map((line) => JSON.parse(line) as LogLine),
    differences: () => differences(space.database, embedded.tenants),
    /** Enrols all tenants and begins a round. */
    produce: () => processes.run("produce.ts", embedded.list, "--now"),
    /** Waits until the tenants' reports fulfil a condition. */
    async until(condition: (reports: TenantReport[]) => boolean, patienceMs = 90_000): Promise<TenantReport[]> {
      for (const end = Date.now() + patienceMs; ; await sleep(50)) {
        const reports = await roster.reports();
        if (condition(reports)) return reports;
        const bad = lines.filter((line) => line.includes('"ERROR"'));
        if (Date.now() > end) {
          const open = reports.filter(({ state }) => state !== "done").slice(0, 3);
          const about = open.flatMap((report) => [
            JSON.stringify(report),
            ...lines.filter((line) => line.includes(report.tenant)),
          ]);
          throw new Error([summary(reports), ...about, ...bad, ...lines.slice(-5)].join("\n"));
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await processes.stopAll();
      await space.remove();
      await embedded.emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
