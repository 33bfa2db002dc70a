import { type ChildProcess, fork } from "node:child_process";
import { createSecretKey, randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../src/clock.js";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type IoRedisClient, type NodeRedisClient, redisTokenStore } from "../../src/redis.js";
import { json } from "../support/loopback.js";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.js";
import { shifted } from "../support/shifted-clock.js";
import { thorough } from "../support/thorough.js";
import {
  clientId,
  clientSecret,
  startTokenEndpoint,
  type TokenEndpoint,
  tenantId,
  tokenAnswer,
} from "../support/token-endpoint.js";
import { until } from "../support/until.js";

const encryptionKey = randomBytes(32).toString("base64");

describe("an encryption key", () => {
  const client = { get: vi.fn(), set: vi.fn(), eval: vi.fn() };
  const bytes = randomBytes(32);

  it.each([
    ["a buffer", bytes],
    ["base64", bytes.toString("base64")],
    ["base64url", bytes.toString("base64url")],
    ["hex", bytes.toString("hex")],
    ["a KeyObject", createSecretKey(bytes)],
  ])("may be %s", (_form, encryptionKey) => {
    expect(redisTokenStore(client, { encryptionKey })).toHaveProperty("get");
  });

  it.each([
    ["missing", undefined],
    ["empty", ""],
    ["a password", "correct horse battery staple, and more"],
    ["31 bytes", randomBytes(31)],
    ["33 bytes", randomBytes(33).toString("base64")],
    ["no bytes", Buffer.alloc(0)],
    ["a short KeyObject", createSecretKey(randomBytes(16))],
    ["a number", 7],
  ])("that is %s is refused, without being quoted", (_form, encryptionKey) => {
    let error: unknown;
    try {
      redisTokenStore(client, { encryptionKey: encryptionKey as string });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "invalid_options", remedy: expect.stringContaining("randomBytes(32)") });
    if (typeof encryptionKey === "string" && encryptionKey) expect(String(error)).not.toContain(encryptionKey);
  });

  it("is given among options, whose misspelt names are told", () => {
    const make = (options?: object) => () => redisTokenStore(client, options as never);
    expect(make()).toThrow("redisTokenStore() takes an options object.");
    expect(make({ encryptionKey: "k", prefx: "tokens:" })).toThrow('redisTokenStore() has no option "prefx".');
  });

  it("is no good without a client", () => {
    expect(() => redisTokenStore({} as never, { encryptionKey })).toThrow(/no Redis client/);
    expect(() => redisTokenStore(undefined as never, { encryptionKey })).toThrow(/no Redis client/);
  });
});

interface Connected {
  client: NodeRedisClient | IoRedisClient;
  close(): void;
}

const kinds: Record<"redis" | "ioredis", (url: string) => Promise<Connected>> = {
  async redis(url) {
    const client = createClient({ url, socket: { reconnectStrategy: 50 } });
    client.on("error", () => {});
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async ioredis(url) {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => 50 });
    client.on("error", () => {});
    await client.connect();
    return { client, close: () => client.disconnect() };
  },
};

describe.runIf(hasRedis()).each(Object.entries(kinds))("a Redis server, through the %s client", (kind, open) => {
  let redis: RedisServer;
  let connected: Connected;
  let raw: Redis;
  let endpoint: TokenEndpoint;
  let lines: string[];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  beforeEach(async () => {
    connected = await open(redis.url);
    raw = new Redis(redis.url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    raw.on("error", () => {});
    await until(() => raw.flushall());
    // Connected before the store's time limit counts.
    await until(async () => expect(await connected.client.get("any")).toBeNull());
    endpoint = await startTokenEndpoint();
    lines = [];
  });
  afterEach(async () => {
    connected.close();
    raw.disconnect();
    await endpoint.close();
  });

  /** Has ten times the patience with the store: this machine may be busy. */
  const patient: Clock = { ...systemClock, alarm: (ms, ring) => systemClock.alarm(10 * ms, ring) };

  function processWith(key: string = encryptionKey, options: object = {}): AppIdentityAuthProvider {
    const tokenStore = redisTokenStore(connected.client, { encryptionKey: key });
    const said = lines;
    const logger = { warn: (line: string) => void said.push(line) };
    return new AppIdentityAuthProvider({
      tenantId,
      clientId,
      clientSecret,
      fetch: endpoint.fetch,
      logger,
      tokenStore,
      clock: patient,
      ...options,
    } as AppIdentityOptions);
  }

  const key = `graph-app-identity:login.microsoftonline.com|${tenantId}|${clientId}|https://graph.microsoft.com/.default|`;
  /** The token is there, and the lock was given back. */
  const stored = () =>
    until(async () => expect([await raw.exists(key), await raw.exists(`${key}:lock`)]).toEqual([1, 0]));

  it("keeps a token for the next process, encrypted, until it expires", async () => {
    expect(await processWith().getAccessToken()).toBe("token-1");
    await stored();
    expect(await processWith().getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(1);
    const ttl = await raw.pttl(key);
    expect(ttl).toBeGreaterThan(3_590_000);
    expect(ttl).toBeLessThanOrEqual(3_600_000);
    const value = (await raw.get(key)) ?? "";
    expect(Buffer.from(value, "base64").toString("latin1")).not.toContain("token");
    // Nothing else stays behind: the lock was given back.
    await until(async () => expect(await raw.keys("*")).toEqual([key]));
  });

  it("holds values that are no use under another key, in either sense", async () => {
    const { get, set } = redisTokenStore(connected.client, { encryptionKey });
    await set("mine", "the value", 60_000);
    expect(await get("mine")).toBe("the value");
    const value = (await raw.get("graph-app-identity:mine")) ?? "";
    await raw.set("graph-app-identity:yours", value);
    expect(await get("yours")).toBe("");
    expect(await redisTokenStore(connected.client, { encryptionKey: randomBytes(32) }).get("mine")).toBe("");
    expect(await get("nobody's")).toBeUndefined();
  });

  it.each(["", "garbage", "AAAA", `${"A".repeat(60)}==`])(
    "that holds %j instead of a token costs a warning",
    async (rubbish) => {
      await raw.set(key, rubbish);
      expect(await processWith().getAccessToken()).toBe("token-1");
      await until(async () => expect(await raw.get(key)).not.toBe(rubbish));
      expect(lines.length).toBe(rubbish === "" ? 0 : 1);
      expect(await processWith().getAccessToken()).toBe("token-1");
    },
  );

  const ends = Date.now() + 3_600_000;
  const planted = { value: "token-planted", expiresAt: ends, refreshAt: ends, storedAt: Date.now() };
  it.each([
    ["for ever", JSON.stringify({ ...planted, expiresAt: 8e15, refreshAt: 8e15 })],
    ["for an hour", JSON.stringify(planted)],
    ["in base64", Buffer.from(JSON.stringify(planted)).toString("base64")],
    ["sealed with no key", Buffer.concat([Buffer.alloc(28), Buffer.from(JSON.stringify(planted))]).toString("base64")],
    ["as a word that another asks", JSON.stringify({ asking: "me" })],
  ])("never hands out a token that somebody planted %s", async (_how, value) => {
    await raw.set(key, value);
    expect(
      await redisTokenStore(connected.client, { encryptionKey }).get(key.slice("graph-app-identity:".length)),
    ).toBe("");
    expect(await processWith().getAccessToken()).toBe("token-1");
    expect(lines).toEqual(["The token store holds something that is no token, or was encrypted with another key."]);
    await until(async () => expect(await raw.get(key)).not.toBe(value));
  });

  it("takes no time over a value that no token is as long as", async () => {
    const { get, set } = redisTokenStore(connected.client, { encryptionKey });
    await set("long", "x".repeat(60_000), 60_000);
    expect(await get("long")).toHaveLength(60_000);
    await set("huge", "x".repeat(5_000_000), 60_000);
    expect(await get("huge")).toBe("");
  });

  it("tells how long a value is kept, by its own clock", async () => {
    const { remainingMs, set } = redisTokenStore(connected.client, { encryptionKey });
    expect(await remainingMs("mine")).toBeUndefined();
    await set("mine", "the value", 60_000);
    const ms = (await remainingMs("mine")) ?? 0;
    expect(ms).toBeGreaterThan(50_000);
    expect(ms).toBeLessThanOrEqual(60_000);
    await raw.persist("graph-app-identity:mine");
    expect(await remainingMs("mine")).toBeUndefined();
  });

  it("keeps what belongs to another encryption key from being used, and replaces it", async () => {
    await processWith().getAccessToken();
    await stored();
    expect(await processWith(randomBytes(32).toString("hex")).getAccessToken()).toBe("token-2");
    expect(lines).toEqual(["The token store holds something that is no token, or was encrypted with another key."]);
  });

  it("gives its lock to one, and takes it back from nobody else", async () => {
    const store = redisTokenStore(connected.client, { encryptionKey });
    const unlock = await store.lock("one", 60_000);
    expect(await store.lock("one", 60_000)).toBeUndefined();
    await unlock?.();
    const brief = await store.lock("one", 30);
    await until(async () => expect(await raw.exists("graph-app-identity:one:lock")).toBe(0));
    const next = await store.lock("one", 60_000);
    expect(next).toBeTypeOf("function");
    await brief?.();
    expect(await store.lock("one", 60_000)).toBeUndefined();
  });

  it.runIf(thorough)("lets a thousand cold callers in four processes make one request", async () => {
    endpoint.next(async (response) => {
      await sleep(150);
      json(response, 200, tokenAnswer("shared"));
    });
    const program = fileURLToPath(new URL("cold-process.ts", import.meta.url));
    const argv = [kind, redis.url, endpoint.origin, encryptionKey, tenantId, clientId];
    const children = Array.from({ length: 4 }, () => fork(program, argv, { execArgv: ["--import", "tsx"] }));
    await Promise.all(children.map((child) => once(child, "message")));
    const answers = children.map((child: ChildProcess) => once(child, "message"));
    for (const child of children) child.send("go");
    const tokens = (await Promise.all(answers)).flatMap(([tokens]) => tokens as string[]);
    expect(new Set(tokens)).toEqual(new Set(["token-shared"]));
    expect(endpoint.requests).toHaveLength(1);
  });

  it("has readers go by its clock, whatever the writer's says", async () => {
    endpoint.next((response) => json(response, 200, tokenAnswer("brief", { expires_in: 1 })));
    await processWith(encryptionKey, { clock: shifted(2 * 3_600_000) }).getAccessToken();
    await until(async () => expect(await raw.exists(key)).toBe(1));
    const reader = processWith();
    const { token, expiresOnTimestamp } = await reader.getToken("https://graph.microsoft.com/.default");
    if (token === "token-brief") expect(expiresOnTimestamp).toBeLessThanOrEqual(Date.now() + 1_000);
    await sleep(1_100);
    expect(await reader.getAccessToken()).not.toBe("token-brief");
  });

  it("that takes its time costs a warning, and its answer isn't waited for", async () => {
    // Longer than this test may take.
    await raw.call("CLIENT", "PAUSE", 60_000);
    expect(await processWith(encryptionKey, { clock: systemClock }).getAccessToken()).toBe("token-1");
    expect(lines).toEqual(["The token store failed (get: no answer within 200 ms); doing without it."]);
    await redis.restart();
  });

  it("killed and started again in the middle, costs warnings and no token", async () => {
    const authProvider = processWith();
    await authProvider.getAccessToken();
    await stored();
    await redis.kill();
    expect(await processWith().getAccessToken()).toBe("token-2");
    expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(lines).toEqual([expect.stringMatching(/^The token store failed \(get: .+\); doing without it\.$/)]);

    await redis.restart();
    await until(() => raw.ping());
    await until(async () => expect(await connected.client.get("any")).toBeNull());
    expect(await processWith().getAccessToken()).toBe("token-3");
    await stored();
    expect(await processWith().getAccessToken()).toBe("token-3");
  });
});
