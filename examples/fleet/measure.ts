/**
 * What one worker costs, measured on this machine: the figures that the README's page on ten thousand tenants rests on.
 *
 *   npx tsx examples/fleet/measure.ts --tenants 100 --users 2000
 *
 * Processor time is read from /proc, so it needs Linux, with PostgreSQL on the same machine; other work on the machine disturbs it little. The
 * embedded tenants run in this process, and aren't counted.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readCommandLine, wholeNumber } from "../command-line.js";
import { startEmbeddedTenants } from "./embedded-tenants.js";
import { FleetProcesses } from "./fleet-processes.js";
import { openOwnSpace } from "./own-space.js";
import { enqueue, openQueue, queueName } from "./queue.js";
import { Roster } from "./roster.js";

const usage = `Usage: npx tsx examples/fleet/measure.ts [--tenants N] [--users N]

  --tenants N   embedded tenants (default 100)
  --users N     people in each (default 2000)
  -h, --help    this text
`;
const options = { tenants: { type: "string", default: "100" }, users: { type: "string", default: "2000" } } as const;
const { tenants, users } = readCommandLine({ usage, options }, ({ values }) => ({
  tenants: wholeNumber("tenants", values.tenants, { from: 1, to: 10_000 }),
  users: wholeNumber("users", values.users, { from: 1, to: 1_000_000 }),
}));
const ticks = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Seconds of processor time a process has used. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

const peakMemory = (pid: number) =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const folder = mkdtempSync(join(tmpdir(), "fleet-"));
const embedded = await startEmbeddedTenants(folder, Array(tenants).fill(users));
const space = await openOwnSpace();
const { database, redis, prefix } = space;
const { emulator } = embedded;
const fleet = new FleetProcesses({ ...embedded.environment, ...space.environment });
const roster = new Roster(database);

/** Bytes that the keys under a part of the prefix take in Redis, and how many there are. */
async function redisSize(part: string): Promise<{ bytes: number; keys: number }> {
  const size = { bytes: 0, keys: 0 };
  for await (const keys of redis.scanStream({ match: `${prefix}:${part}*`, count: 1_000 })) {
    for (const key of keys) size.bytes += Number(await redis.memory("USAGE", key, "SAMPLES", 0));
    size.keys += keys.length;
  }
  return size;
}

/** Has a round run, and tells what it took. */
async function round(worker: number) {
  const { rows } = await database.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()",
    [prefix],
  );
  const backends = rows.map(({ pid }) => pid);
  const used = () => ({
    worker: processorTime(worker),
    database: backends.reduce((sum, pid) => sum + processorTime(pid), 0),
  });
  emulator.requests.length = 0;
  const [log] = await writtenAhead("0/0");
  const before = used();
  const begun = Date.now();
  await fleet.run("produce.ts", embedded.list, "--now");
  const isOver = ({ state, since }: { state: string; since: Date }) => state === "done" && since.getTime() >= begun;
  while (!(await roster.reports()).every(isOver)) await sleep(200);
  const after = used();
  const graphRequests = emulator.requests.filter(({ service }) => service === "graph").length;
  return {
    graphRequests,
    tokenRequests: emulator.requests.length - graphRequests,
    workerSeconds: after.worker - before.worker,
    databaseSeconds: after.database - before.database,
    logBytes: Number((await writtenAhead(log!.position))[0]!.bytes),
  };
}

/** How far PostgreSQL's write-ahead log has come since a position. */
async function writtenAhead(since: string) {
  const { rows } = await database.query<{ position: string; bytes: string }>(
    "select pg_current_wal_lsn()::text as position, pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::text as bytes",
    [since],
  );
  return rows;
}

const inUnits = (value: number, unit: string) =>
  `${value.toLocaleString("en", { maximumSignificantDigits: 3 })} ${unit}`;
const show = (name: string, value: string) => console.log(`${name.padEnd(58)}${value.padStart(14)}`);

try {
  await fleet.run("produce.ts", embedded.list);
  const worker = fleet.startWorker();
  const pid = worker.pid as number;
  // Once for all tokens and connections, and to warm the worker up.
  const cold = await round(pid);
  await database.query(
    "truncate mirrored_users, mirrored_groups, mirrored_memberships, mirror_streams, mirror_tenants",
  );
  const first = await round(pid);
  const { rows } = await database.query<{ bytes: number; users: number }>(
    "select pg_total_relation_size('mirrored_users')::int as bytes, (select count(*)::int from mirrored_users) as users",
  );
  const [table] = rows;
  const tokens = await redisSize("token:");
  const idle = await round(pid);
  const memory = peakMemory(pid);
  await fleet.stop(worker, "SIGTERM");
  const queue = await openQueue(prefix);
  await enqueue(queue, Array.from({ length: 10_000 }, randomUUID), 0);
  await queue.close();
  const jobs = await redisSize(`${queueName}:`);

  console.log(
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, ${tenants} tenants of ${users} users\n`,
  );
  show(
    "First round: requests to Graph per 1,000 users",
    inUnits((1_000 * first.graphRequests) / (tenants * users), ""),
  );
  show(
    "First round: worker's processor time per 1,000 users",
    inUnits((1e6 * first.workerSeconds) / (tenants * users), "ms"),
  );
  show(
    "First round: database's processor time per 1,000 users",
    inUnits((1e6 * first.databaseSeconds) / (tenants * users), "ms"),
  );
  show("Quiet round: requests to Graph per tenant", inUnits(idle.graphRequests / tenants, ""));
  show("Quiet round: worker's processor time per tenant", inUnits((1e3 * idle.workerSeconds) / tenants, "ms"));
  show("Quiet round: database's processor time per tenant", inUnits((1e3 * idle.databaseSeconds) / tenants, "ms"));
  show("Worker's memory at its peak", inUnits(memory, "MiB"));
  show("PostgreSQL per user, with its index", inUnits(table!.bytes / table!.users, "bytes"));
  show("PostgreSQL's write-ahead log per user of a first round", inUnits(first.logBytes / (tenants * users), "bytes"));
  show("Requests to Entra per tenant, while a token lasts", inUnits(cold.tokenRequests / tenants, ""));
  show("Redis for 10,000 tenants waiting", inUnits(jobs.bytes / 2 ** 20, "MiB"));
  show("Redis per shared token", inUnits(tokens.bytes / tokens.keys, "bytes"));
} finally {
  await fleet.stopAll();
  await space.remove();
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
}
