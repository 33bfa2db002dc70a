/** A corner of Redis and PostgreSQL for one run of the fleet, which leaves nothing behind. */
import { randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import type { Database } from "../database.js";
import { openRedis } from "./redis.js";
import { databaseUrl, openFleetDatabase, redisUrl } from "./settings.js";

export interface OwnSpace {
  /** What leads a process of the fleet to it. */
  environment: Record<string, string>;
  database: Database;
  redis: Redis;
  /** Begins all its keys in Redis. */
  prefix: string;
  /** Takes everything away again. */
  remove(): Promise<void>;
}

/** Opens a key prefix and a schema that nobody else uses. */
export async function openOwnSpace(): Promise<OwnSpace> {
  const name = `fleet_${randomBytes(6).toString("hex")}`;
  const redis = await openRedis();
  const url = new URL(databaseUrl);
  url.searchParams.set("options", `-c search_path=${name}`);
  url.searchParams.set("application_name", name);
  const database = await openFleetDatabase(4, url.href).catch((error: unknown) => {
    redis.disconnect();
    throw error;
  });
  await database.query(`create schema ${name}`);
  const environment = {
    REDIS_URL: redisUrl,
    DATABASE_URL: url.href,
    FLEET_PREFIX: name,
    FLEET_TOKEN_KEY: randomBytes(32).toString("base64"),
  };
  return {
    environment,
    database,
    redis,
    prefix: name,
    async remove() {
      for await (const keys of redis.scanStream({ match: `${name}:*`, count: 1_000 })) {
        if (keys.length > 0) await redis.unlink(keys);
      }
      await redis.quit();
      await database.query(`drop schema ${name} cascade`);
      await database.close();
    },
  };
}
