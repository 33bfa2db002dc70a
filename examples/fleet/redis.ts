/** The connection to Redis. */
import { Redis } from "ioredis";
import { failureAttributes, log } from "./log.js";
import { redisUrl } from "./settings.js";

/** Opens a connection that comes back whenever it is lost. That Redis isn't there to begin with is an error. */
export async function openRedis(): Promise<Redis> {
  const redis = new Redis(redisUrl, { lazyConnect: true, connectTimeout: 10_000 });
  redis.on("error", (error) => log("WARN", "Redis is out of reach.", failureAttributes(error)));
  try {
    await redis.connect();
    return redis;
  } catch (cause) {
    redis.disconnect();
    throw new Error(`There is no Redis at ${new URL(redisUrl).host}. REDIS_URL says where it is.`, { cause });
  }
}
