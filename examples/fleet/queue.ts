/** The fleet's queue: one job for the daily round, which puts one for each tenant beside it. */
import { getNextMillis, type Job, type JobsOptions, Queue } from "bullmq";
import { openRedis } from "./redis.js";
import { prefix, redisUrl } from "./settings.js";

export const queueName = "mirror";
export const connection = { url: redisUrl };

/** `round` begins the day, `tenant` mirrors one tenant, or a part of a huge one. */
export type FleetJob = Job<RoundData, void, "round"> | Job<TenantData, void, "tenant">;

export interface RoundData {
  /** Milliseconds over which the round's tenants are spread. */
  spreadMs: number;
}

export interface TenantData {
  tenant: string;
  part?: number;
}

export type FleetQueue = Queue<RoundData | TenantData, void, string>;

/** What ends is known in PostgreSQL; in Redis only what is still to be done is kept. */
const leavesNothing = { removeOnComplete: true, removeOnFail: true };
const roundOptions: JobsOptions = { ...leavesNothing, attempts: 10, backoff: { type: "exponential", delay: 1_000 } };
const tenantOptions: JobsOptions = {
  ...leavesNothing,
  // Three quarters of an hour: about as long as a database may be away.
  attempts: 10,
  backoff: { type: "exponential", delay: 5_000, jitter: 0.5 },
};

export async function openQueue(keys = prefix): Promise<FleetQueue> {
  // BullMQ itself would wait for ever for a Redis that isn't there.
  await (await openRedis()).quit();
  return new Queue(queueName, { connection, prefix: keys, streams: { events: { maxLen: 1_000 } } });
}

/** Whether it is a cron pattern that ever comes round. What fills up those that lack fields would take them as every minute. */
export function isPattern(pattern: string): boolean {
  if (!pattern.startsWith("@") && pattern.trim().split(/\s+/).length < 5) return false;
  try {
    return getNextMillis(Date.now(), { pattern, tz: "UTC" }) !== undefined;
  } catch {
    return false;
  }
}

/** Has a round begin by a cron pattern, in UTC. There is one such plan, whoever makes it, and however often. */
export async function planRounds(queue: FleetQueue, pattern: string, spreadMs: number): Promise<void> {
  const template = { name: "round", data: { spreadMs }, opts: roundOptions };
  await queue.upsertJobScheduler("daily", { pattern, tz: "UTC" }, template);
}

export async function beginRound(queue: FleetQueue, spreadMs: number): Promise<void> {
  await queue.add("round", { spreadMs }, roundOptions);
}

/**
 * Puts tenants on the queue. The tenant is the job's id, so that it is there at most once: a round that is repeated after a crash adds nothing
 * twice, and a tenant still waiting or throttled since yesterday keeps its place.
 */
export async function enqueue(queue: FleetQueue, tenants: readonly string[], spreadMs: number): Promise<void> {
  await queue.addBulk(
    tenants.map((tenant) => ({
      name: "tenant",
      data: { tenant },
      opts: { ...tenantOptions, jobId: tenant, delay: Math.floor(placeInDay(tenant) * spreadMs) },
    })),
  );
}

/** Puts parts of a tenant on the queue, each at most once, ahead of whole tenants: what has been begun is to be ended. */
export async function enqueueParts(queue: FleetQueue, tenant: string, parts: readonly number[]): Promise<void> {
  await queue.addBulk(
    parts.map((part) => ({
      name: "tenant",
      data: { tenant, part },
      opts: { ...tenantOptions, jobId: `${tenant}.${part}`, lifo: true },
    })),
  );
}

/** A number from 0 to 1 that is the same for a tenant every day (FNV-1a). */
function placeInDay(tenant: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(tenant)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
