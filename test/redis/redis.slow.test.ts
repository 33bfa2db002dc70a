import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { systemClock } from "../../src/clock.js";
import { redisTokenStore } from "../../src/redis.js";
import { endpoint, provider, times, useTokenEndpoint } from "../support/identity.js";
import { json } from "../support/loopback.js";
import { hasRedis, startRedis } from "../support/redis-server.js";
import { tokenAnswer } from "../support/token-endpoint.js";

useTokenEndpoint();

it.runIf(hasRedis())(
  "of forty cold processes one asks, though Entra takes six seconds, and Redis hears few commands",
  async () => {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    endpoint.next(async (response) => {
      await sleep(6_000);
      json(response, 200, tokenAnswer("slow"));
    });
    const commands = async () => Number(/total_commands_processed:(\d+)/.exec(await client.info("stats"))?.[1]);
    const before = await commands();
    const from = performance.now();
    const encryptionKey = randomBytes(32);
    const processes = times(40, undefined).map(() =>
      provider({ clock: systemClock, logger: undefined, tokenStore: redisTokenStore(client, { encryptionKey }) }),
    );
    const tokens = await Promise.all(processes.map((each) => each.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(["token-slow"]));
    expect(endpoint.requests.length).toBeLessThanOrEqual(3);
    // Three a second each, once the pauses are as long as they get: the machine may take its time, too.
    const seconds = (performance.now() - from) / 1_000;
    expect((await commands()) - before).toBeLessThan(40 * (7 + 3 * seconds));
    client.disconnect();
    await redis.kill();
  },
);
