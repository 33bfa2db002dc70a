/**
 * Mirrors tenants, as many at once as FLEET_CONCURRENCY says. Start any number of these, on any number of machines, and stop them as you like:
 * SIGTERM hands the tenants under way back at once; after SIGKILL, others take them over when their locks have run out.
 *
 *   npx tsx examples/fleet/worker.ts
 */
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from "bullmq";
import { Mirror, SupersededError } from "../mirror/mirror.js";
import { type Attributes, failureAttributes, instance, log, logTheEnd } from "./log.js";
import { mirrorTenant, type Outcome } from "./mirror-tenant.js";
import {
  connection,
  enqueue,
  enqueueParts,
  type FleetJob,
  openQueue,
  queueName,
  type RoundData,
  type TenantData,
} from "./queue.js";
import { openRedis } from "./redis.js";
import { Roster, type TenantState } from "./roster.js";
import { concurrency, lockMs, openFleetDatabase, prefix } from "./settings.js";
import { tenantClients } from "./tenant-client.js";

logTheEnd();
const redis = await openRedis();
const clientOf = tenantClients(redis);
const database = await openFleetDatabase(concurrency);
const roster = new Roster(database);
await roster.createTables();
const queue = await openQueue();
const stop = new AbortController();

const worker = new Worker(
  queueName,
  async (job: Job, token?: string, signal?: AbortSignal) => {
    const work = job as FleetJob;
    if (work.name === "round") return round(work.data);
    return tenant(work, token as string, signal as AbortSignal).catch((error: unknown) => {
      if (error instanceof SupersededError)
        log("WARN", "Another worker has taken the tenant over.", { "tenant.id": work.data.tenant });
      throw error;
    });
  },
  {
    connection,
    prefix,
    concurrency,
    name: instance,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: Number.MAX_SAFE_INTEGER, // Counted below, where the roster can be told.
    drainDelay: 1,
  },
);

/** A tenant whose workers have died this often under it is suspected of killing them. */
const mostDeaths = 20;

async function round({ spreadMs }: RoundData): Promise<void> {
  let count = 0;
  for await (const tenants of roster.tenants()) {
    await enqueue(queue, tenants, spreadMs);
    count += tenants.length;
  }
  log("INFO", "The round has begun.", { "fleet.tenants": count, "fleet.spread_ms": spreadMs });
}

async function tenant(job: Job<TenantData>, token: string, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const { tenant: name, part } = job.data;
  const mirror = new Mirror(database, name);
  const report = (state: TenantState, about: { due?: Date; error?: unknown } = {}) =>
    roster.report(mirror, name, { state, worker: instance, ...about });
  if (job.stalledCounter > mostDeaths) {
    const error = new UnrecoverableError(`Its workers have died ${job.stalledCounter} times.`);
    await report("failed", { error });
    throw error;
  }
  const outcome = await mirrorTenant({
    mirror,
    part,
    connect: () => clientOf(name),
    async taken() {
      // Who was halted until now may have lost the job, and would say of a tenant that is done that it is not.
      await job.extendLock(token, lockMs).catch(() => {
        throw new SupersededError("The job is another's now.");
      });
      if (part === undefined) await report("running");
    },
    share: (parts) => enqueueParts(queue, name, parts),
    signal: AbortSignal.any([signal, stop.signal]),
  });
  const attributes = {
    "tenant.id": name,
    "fleet.part": part,
    "fleet.resumed": outcome.resumed,
    "fleet.pages": outcome.pages,
    "fleet.changes": outcome.changes,
    "fleet.duration_ms": Math.round(performance.now() - startedAt),
    ...("error" in outcome && failureAttributes(outcome.error)),
  };
  await conclude(job, token, signal, outcome, report, attributes);
}

/** Says how a round of a tenant ended: to the log, to the roster, and to the queue. */
async function conclude(
  job: Job<TenantData>,
  token: string,
  lost: AbortSignal,
  outcome: Outcome,
  report: (state: TenantState, about?: { due?: Date; error?: unknown }) => Promise<void>,
  attributes: Attributes,
): Promise<void> {
  if (outcome.end === "done") {
    await report("done");
    log("INFO", "The mirror is up to date.", attributes);
    return;
  }
  if (outcome.end === "divided" || outcome.end === "read") {
    log("INFO", outcome.end === "read" ? "A part is up to date." : "The tenant is read in parts.", attributes);
    return;
  }
  const { error } = outcome;
  // Whoever has the job now says how it is doing.
  if (lost.aborted && !stop.signal.aborted) throw error;
  if (stop.signal.aborted) {
    await report("late", { due: new Date() });
    log("INFO", "The tenant is handed back.", attributes);
    await job.moveToWait(token);
    throw new WaitingError();
  }
  if (outcome.end === "late") {
    const { due } = outcome;
    await report("late", { due, error });
    log("WARN", "The tenant is moved to later.", { ...attributes, "fleet.due": due.toISOString() });
    await job.moveToDelayed(due.getTime(), token);
    throw new DelayedError();
  }
  const over = outcome.end === "failed" || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  await report(over ? "failed" : "retrying", { error });
  throw outcome.end === "failed" ? Object.assign(new UnrecoverableError(), { cause: error }) : error;
}

worker.on("lockRenewalFailed", (tenants) => {
  // Others have them, or soon will: what is read for them here is no good any more.
  for (const id of tenants) worker.cancelJob(id, "its lock was lost");
});
worker.on("error", (error) => log("WARN", "The queue is in trouble.", failureAttributes(error)));
worker.on("stalled", (id) => log("WARN", "A tenant was left by its worker.", { "tenant.id": id }));
worker.on("failed", (job, error) => {
  const over = job?.finishedOn !== undefined;
  log(over ? "ERROR" : "WARN", over ? "A job has failed; the next round tries again." : "A job is tried again.", {
    "fleet.job": job?.name,
    "tenant.id": job?.name === "tenant" ? (job.data as TenantData).tenant : undefined,
    "fleet.attempts": job?.attemptsMade,
    ...failureAttributes(error instanceof UnrecoverableError ? (error.cause ?? error) : error),
  });
});
log("INFO", "The worker is ready.", { "fleet.concurrency": concurrency });

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, async () => {
    log("INFO", "The worker stops.", { signal: name });
    stop.abort(name);
    await worker.close();
    await Promise.allSettled([queue.close(), redis.quit(), database.close()]);
  });
}
