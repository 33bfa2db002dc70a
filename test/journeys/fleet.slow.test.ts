import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { TenantReport } from "../../examples/fleet/roster.js";
import { seededRandom } from "../../src/testing/chance/seeded.js";
import type { EmulatedTenant, RecordedRequest } from "../../src/testing/index.js";
import { expectFenced } from "../support/fenced.js";
import { type Fleet, hasFleetServices, startFleet } from "../support/fleet.js";
import { runProgram } from "../support/run-program.js";

const allDone = (reports: TenantReport[]) => reports.every(({ state }) => state === "done");

/** Somebody joins, moves and leaves. */
function live({ users, groups, domain }: EmulatedTenant, mark: number): void {
  const hire = users.add({ displayName: `New Hire ${mark}`, userPrincipalName: `hire${mark}@${domain}` });
  users.update(hire.id, { department: `Department ${mark}` });
  const [group] = groups.ids();
  if (group !== undefined) groups.addMember(group, hire.id);
  groups.addMember(groups.add({ displayName: `Team ${mark}` }).id, hire.id);
  if (mark % 3 === 0) users.remove(hire.id);
}

/** Kills or halts one worker after another and starts another in its place. Meanwhile people come and go. */
async function disturb({ processes, tenants }: Fleet, random: () => number, times: number): Promise<void> {
  for (let round = 1; round <= times; round++) {
    await sleep(600 + 800 * random());
    for (let i = 0; i < 5; i++) live(tenants[Math.floor(random() * tenants.length)]!, round * 10 + i);
    const victim = processes.workers[Math.floor(random() * processes.workers.length)]!;
    if (round % 3 === 0) {
      // Long enough for its tenants to be taken over; then it believes that it still has them.
      victim.kill("SIGSTOP");
      setTimeout(() => victim.kill("SIGCONT"), 5_000);
    } else {
      await processes.stop(victim);
    }
    processes.startWorker();
  }
}

describe.skipIf(!(await hasFleetServices()))("a fleet of workers", () => {
  it("loses and doubles nobody, whichever worker is killed or halted, and whatever Graph does", async () => {
    const random = seededRandom(11);
    const sizes = Array.from({ length: 50 }, (_, index) => [0, 1, 50, 51][index] ?? Math.floor(20 + 400 * random()));
    await using fleet = await startFleet(sizes, {
      seed: 11,
      deltaPageSize: 25,
      shortPages: 0.1,
      replays: 0.05,
      environment: { FLEET_CONCURRENCY: "4", FLEET_PATIENCE_MS: "500" },
    });
    const { emulator, processes } = fleet;
    for (const fault of [
      { status: 429, retryAfter: 1, chance: 0.03 },
      { status: 503, chance: 0.02 },
      { status: 410, chance: 0.005 },
      { expiredPageToken: true, chance: 0.01 },
      { reset: true, chance: 0.02 },
      { resetInBody: true, chance: 0.01 },
      { truncate: true, chance: 0.01 },
      { delayMs: 200, chance: 1 },
    ]) {
      emulator.faults.add({ service: "graph", ...fault });
    }
    emulator.faults.add({ service: "entra", status: 503, chance: 0.05 });

    await fleet.produce();
    for (let i = 0; i < 3; i++) processes.startWorker();
    await disturb(fleet, random, 6);
    await fleet.until(allDone, 240_000);
    emulator.faults.clear();
    // A second round brings what was changed behind the first one's back.
    const before = Date.now();
    await fleet.produce();
    await fleet.until(
      (reports) => reports.every(({ state, since }) => state === "done" && since.getTime() >= before),
      180_000,
    );

    expect(await fleet.differences()).toEqual([]);
    const log = fleet.log();
    const upToDate = log.filter(({ body }) => body === "The mirror is up to date.");
    expect(new Set(upToDate.map(({ attributes }) => attributes["tenant.id"])).size).toBe(50);
    // Tenants were left in the middle, and taken up again there.
    expect(log.some(({ body }) => body === "A tenant was left by its worker.")).toBe(true);
    expect(upToDate.some(({ attributes }) => attributes["fleet.resumed"])).toBe(true);

    for (const line of log) {
      expect(line).toMatchObject({ timestamp: expect.stringMatching(/^\d{4}-.*Z$/), severity: expect.any(String) });
      expect(line).toMatchObject({ body: expect.any(String), attributes: expect.any(Object) });
    }
    for (const secret of [...fleet.secrets, "eyJ"]) expect(fleet.lines.join("\n")).not.toContain(secret);
  }, 600_000);

  it("moves throttled tenants to later, and meanwhile mirrors the others", async () => {
    await using fleet = await startFleet(Array(16).fill(30), {
      environment: { FLEET_CONCURRENCY: "2", FLEET_PATIENCE_MS: "200" },
    });
    const { emulator, processes, tenants } = fleet;
    // More than one worker can hold, and all of them ahead of the others.
    const ids = tenants.map(({ tenantId }) => tenantId).sort();
    const throttled = new Set(ids.slice(0, 6));
    const isThrottled = ({ tenant }: RecordedRequest | TenantReport) => throttled.has(String(tenant));
    emulator.faults.add({ service: "graph", where: isThrottled, status: 429, retryAfter: 3, times: 1_000_000 });

    await fleet.produce();
    processes.startWorker();
    const reports = await fleet.until(
      (all) =>
        all.every(({ state, ...about }) => state === "done" || isThrottled({ state, ...about })) &&
        all.some(({ state }) => state === "late"),
    );
    for (const report of reports.filter(isThrottled)) expect(report).toMatchObject({ completed: null, users: 0 });
    const status = await processes.run("status.ts", "--state", "late");
    expect(status).toMatch(/late +delayed +0 .* throttled$/m);

    emulator.faults.clear();
    await fleet.until(allDone);
    expect(await fleet.differences()).toEqual([]);
    for (const id of throttled) {
      const asked = emulator.requests.filter(({ service, tenant }) => service === "graph" && tenant === id);
      const pauses = asked
        .slice(1)
        .flatMap(({ at }, index) => (asked[index]!.status === 429 ? [at - asked[index]!.at] : []));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(3_000);
    }
  }, 120_000);

  it("takes up at once what a worker hands back when it is stopped", async () => {
    await using fleet = await startFleet([600], { deltaPageSize: 50, environment: { FLEET_LOCK_MS: "100000" } });
    const { emulator, processes } = fleet;
    emulator.faults.add({ service: "graph", path: "/users/delta", hang: true, nth: 4 });
    await fleet.produce();
    const first = processes.startWorker();
    await fleet.until(([report]) => report!.users === 150);
    await processes.stop(first, "SIGTERM");
    expect([first.exitCode, first.signalCode]).toEqual([0, null]);
    expect(await fleet.roster.reports()).toMatchObject([{ state: "late", users: 150 }]);

    processes.startWorker();
    await fleet.until(allDone, 90_000); // The lock of the first one would have lasted longer.
    expect(await fleet.differences()).toEqual([]);
    expect(fleet.log().at(-1)?.attributes).toMatchObject({
      "fleet.resumed": true,
      "fleet.changes": expect.any(Number),
    });
  }, 240_000);

  it("lets a worker that was thought dead write nothing when it wakes up", async () => {
    await using fleet = await startFleet([600], { deltaPageSize: 50, environment: { FLEET_CONCURRENCY: "1" } });
    const { emulator, processes } = fleet;
    emulator.faults.add({ service: "graph", path: "/users/delta", hang: true, nth: 4 });
    await fleet.produce();
    const first = processes.startWorker();
    await fleet.until(([report]) => report!.users === 150);
    first.kill("SIGSTOP");
    processes.startWorker();
    const [done] = await fleet.until(allDone);
    first.kill("SIGCONT");
    const awake = () =>
      fleet
        .log()
        .some(
          ({ body, resource }) =>
            body === "Another worker has taken the tenant over." &&
            resource["service.instance.id"]?.endsWith(`:${first.pid}`),
        );
    await fleet.until(awake);
    expect(await fleet.roster.reports()).toEqual([done]);
    expect(await fleet.differences()).toEqual([]);
  }, 120_000);

  it("runs as a whole by one command, and shows the state of every tenant", async () => {
    const { stdout, stderr, code } = await runProgram([
      "examples/fleet/demo.ts",
      "--tenants",
      "3",
      "--workers",
      "2",
      "--kill",
      "0",
    ]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^tenant +state +queue +users +groups +memberships +completed +due +worker +error$/m);
    expect(stdout.match(/^[\da-f-]{36} +done +\d+ /gm)).toHaveLength(3);
    expect(stdout.trim().split("\n").at(-1)).toBe("The tables equal the directories, row by row.");
  }, 120_000);

  it("refuses a page of one who has lost the mirror", async () => {
    await using fleet = await startFleet([3]);
    await fleet.roster.createTables();
    await expectFenced(fleet.space.database, "t");
  });
});
