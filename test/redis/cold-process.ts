/** One process among several that need a token at the same time. Started by redis.test.ts, which counts what they send. */
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type Clock, systemClock } from "../../src/clock.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { redisTokenStore } from "../../src/redis.js";

const [, , kind, url = "", origin, encryptionKey = "", tenantId = "", clientId = ""] = process.argv;

const client = kind === "redis" ? createClient({ url }) : new Redis(url, { lazyConnect: true });
await client.connect();

const fetch: typeof globalThis.fetch = (input, init) =>
  globalThis.fetch(String(input).replace("https://login.microsoftonline.com", `${origin}`), init);

// A store has 200 ms to answer. Here is about who asks, not about who is fast: a busy machine gets more.
const clock: Clock = {
  ...systemClock,
  alarm: (ms, ring) => systemClock.alarm(ms === 200 ? 10_000 : ms, ring),
};

// Each provider stands for a process: they share nothing but the connection.
const providers = Array.from({ length: 25 }, () => {
  const tokenStore = redisTokenStore(client, { encryptionKey });
  return new AppIdentityAuthProvider({ tenantId, clientId, clientSecret: "secret", fetch, tokenStore, clock });
});

// Through tsx this takes longer on a busy machine than a lock lasts.
await import("@azure/msal-node");

process.send?.("ready");
process.once("message", async () => {
  const calls = providers.flatMap((provider) => Array.from({ length: 10 }, () => provider.getAccessToken()));
  process.send?.([...new Set(await Promise.all(calls))]);
  process.exit(0);
});
