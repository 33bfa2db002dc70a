import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
  randomUUID,
} from "node:crypto";
import { types } from "node:util";
import { type Checks, checkedOptions, kinds } from "./check-options.js";
import { AppIdentityError } from "./errors.js";
import type { TokenStore } from "./identity/tokens/token-store.js";

export type { TokenStore } from "./identity/tokens/token-store.js";

/** A client of the `redis` package, version 4 to 6: single, pool or cluster. */
export interface NodeRedisClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of the `ioredis` package: single or cluster. */
export interface IoRedisClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, unit: "PX", ttlMs: number): Promise<unknown>;
  set(key: string, value: string, unit: "PX", ttlMs: number, condition: "NX"): Promise<unknown>;
  eval(script: string, keyCount: number, key: string, argument: string): Promise<unknown>;
  defineCommand(name: string, definition: { lua: string }): unknown;
}

export interface RedisTokenStoreOptions {
  /** 32 bytes that encrypt every value: a buffer, base64, hex, or a secret `KeyObject`. All processes that share tokens need the same. */
  encryptionKey: string | Uint8Array | KeyObject;
  /** Begins every key in Redis. Default `graph-app-identity:`. */
  prefix?: string;
}

const checks = {
  encryptionKey: kinds.anything,
  prefix: { accepts: (value) => typeof value === "string", expected: "a string" },
} satisfies Checks<RedisTokenStoreOptions>;

const ivBytes = 12;
const tagBytes = 16;
/** Characters. What is longer can't be ours, and would only cost time. */
const longestValue = 100_000;

/** Gives a lock back, unless it has passed to somebody else meanwhile. */
const unlockScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end`;

/** Labelled, as clients that stand in for Redis in tests may answer any script with a number. */
const remainingScript = `return { "pttl", redis.call("pttl", KEYS[1]) }`;

/**
 * Shares tokens between processes through Redis, encrypted. The client stays yours: connect it, listen to its errors, close it.
 * @throws AppIdentityError `invalid_options` for a key that isn't 32 bytes or a client that isn't one.
 * @example
 * const tokenStore = redisTokenStore(createClient({ url }), { encryptionKey: process.env.TOKEN_KEY });
 */
export function redisTokenStore(
  client: NodeRedisClient | IoRedisClient,
  options: RedisTokenStoreOptions,
): Required<TokenStore> {
  const { encryptionKey, prefix = "graph-app-identity:" } = checkedOptions(options, checks, "redisTokenStore()");
  const secret = secretKey(encryptionKey);
  const redis = commands(client);
  return {
    async get(key) {
      const value = await redis.get(prefix + key);
      return value === null || value === undefined || value === "" ? undefined : decrypt(secret, prefix + key, value);
    },
    set: (key, value, ttlMs) => redis.set(prefix + key, encrypt(secret, prefix + key, value), ttlMs),
    async lock(key, ttlMs) {
      const name = `${prefix}${key}:lock`;
      const owner = randomUUID();
      return (await redis.setIfAbsent(name, owner, ttlMs)) === "OK" ? () => redis.unlock(name, owner) : undefined;
    },
    async remainingMs(key) {
      const [label, ms] = [await redis.remaining(prefix + key)].flat();
      return label === "pttl" && Number(ms) > 0 ? Number(ms) : undefined;
    },
  };
}

/** The key is bound to the value as additional data: a value copied to another key doesn't decrypt. */
function encrypt(secret: KeyObject, key: string, value: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv("aes-256-gcm", secret, iv).setAAD(Buffer.from(key));
  const sealed = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
}

/** An empty text for whatever can't be decrypted. It may be anybody's, so it is told from nothing, but never handed on. */
function decrypt(secret: KeyObject, key: string, value: unknown): string {
  // A client may be set to give buffers.
  if (!(typeof value === "string" || Buffer.isBuffer(value)) || value.length > longestValue) return "";
  try {
    const bytes = Buffer.from(String(value), "base64");
    const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(key)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    return "";
  }
}

function secretKey(given: unknown): KeyObject {
  const key = types.isKeyObject(given) ? given : keyOf(bytesOf(given));
  if (key?.type === "secret" && key.symmetricKeySize === 32) return key;
  const wrong = given === undefined || given === "" ? "is missing" : "isn't 32 bytes";
  throw new AppIdentityError("invalid_options", `"encryptionKey" ${wrong}.`, {
    remedy: `Tokens are kept encrypted or not at all. Make a key with \`node -p "crypto.randomBytes(32).toString('base64')"\` and give it to every process.`,
  });
}

function keyOf(bytes: Uint8Array | undefined): KeyObject | undefined {
  return bytes && bytes.length > 0 ? createSecretKey(bytes) : undefined;
}

function bytesOf(given: unknown): Uint8Array | undefined {
  // Not by their classes: a test runner's realm has its own.
  if (types.isUint8Array(given)) return given;
  if (typeof given !== "string") return undefined;
  const text = given.trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  // 32 bytes are 43 characters of base64, in either alphabet, and a padding that may be left out.
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

interface Commands {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<unknown>;
  unlock(key: string, owner: string): Promise<unknown>;
  remaining(key: string): Promise<unknown>;
}

function commands(client: NodeRedisClient | IoRedisClient): Commands {
  const complete = (["get", "set", "eval"] as const).every((name) => typeof client?.[name] === "function");
  if (!complete) {
    throw new AppIdentityError("invalid_options", "The first argument of redisTokenStore() is no Redis client.", {
      remedy: "Give a client of the redis package (4 to 6) or of ioredis.",
    });
  }
  if ("defineCommand" in client) {
    return {
      get: (key) => client.get(key),
      set: (key, value, ttlMs) => client.set(key, value, "PX", ttlMs),
      setIfAbsent: (key, value, ttlMs) => client.set(key, value, "PX", ttlMs, "NX"),
      unlock: (key, owner) => client.eval(unlockScript, 1, key, owner),
      remaining: (key) => client.eval(remainingScript, 1, key, ""),
    };
  }
  return {
    get: (key) => client.get(key),
    set: (key, value, ttlMs) => client.set(key, value, { PX: ttlMs }),
    setIfAbsent: (key, value, ttlMs) => client.set(key, value, { PX: ttlMs, NX: true }),
    unlock: (key, owner) => client.eval(unlockScript, { keys: [key], arguments: [owner] }),
    remaining: (key) => client.eval(remainingScript, { keys: [key], arguments: [] }),
  };
}
