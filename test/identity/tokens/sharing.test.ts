import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { reasonOf } from "../../../src/identity/tokens/store-access.js";
import type { TokenStore } from "../../../src/identity/tokens/token-store.js";
import { clock, endpoint, lines, provider, times, useTokenEndpoint } from "../../support/identity.js";
import { json } from "../../support/loopback.js";
import { ManualClock } from "../../support/manual-clock.js";
import { shifted } from "../../support/shifted-clock.js";
import { TimedStore } from "../../support/timed-store.js";
import { tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

useTokenEndpoint();

const minute = 60_000;

describe("one process asks", () => {
  it("of forty, though Entra takes longer than a lock lives, and says so to the others", async () => {
    await import("@azure/msal-node");
    const time = new ManualClock();
    const store = new TimedStore(time);
    let answer = () => {};
    endpoint.next((response) => {
      answer = () => json(response, 200, tokenAnswer("slow"));
    });
    const processes = times(40, { clock: time, tokenStore: store, logger: undefined }).map((each) => provider(each));
    let isOver = false;
    const tokens = Promise.all(processes.map((each) => each.getAccessToken())).finally(() => {
      isOver = true;
    });
    await until(() => expect(endpoint.requests).toHaveLength(1));
    for (let ms = 0; ms < 4_000; ms += 10) {
      time.advance(10);
      await turn();
    }
    answer();
    await until(() => expect([...store.values.values()].some(({ value }) => value.includes("token-slow"))).toBe(true));
    while (!isOver) {
      time.advance(10);
      await turn();
    }
    expect(new Set(await tokens)).toEqual(new Set(["token-slow"]));
    expect(endpoint.requests.length).toBeLessThanOrEqual(2);
    expect(store.calls / 40).toBeLessThan(25);
  });

  it("refreshes of many processes are one request, which the others don't wait for", async () => {
    const store = new TimedStore(clock);
    const processes = times(20, { tokenStore: store }).map((options) => provider(options));
    for (const each of processes) await each.getAccessToken();
    expect(endpoint.requests).toHaveLength(1);
    let open = () => {};
    endpoint.next(async (response) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      json(response, 200, tokenAnswer("next"));
    });
    clock.advance(50 * minute);
    const before = store.calls;
    for (const each of processes) expect(await each.getAccessToken()).toBe("token-1");
    await until(() => expect(endpoint.requests).toHaveLength(2));
    // A look and a try each.
    expect(store.calls - before).toBeLessThanOrEqual(20 * 4);
    open();
    await until(() => expect([...store.values.values()].some(({ value }) => value.includes("token-next"))).toBe(true));
    clock.advance(11_000);
    await until(async () => {
      for (const each of processes) expect(await each.getAccessToken()).toBe("token-next");
    });
    expect(endpoint.requests).toHaveLength(2);
    expect(lines).toEqual([]);
  });
});

describe("a writer whose clock is another", () => {
  const shifts = [-2 * 60, -30, -1, 0.05, 1, 30, 2 * 60, 24 * 60, 20 * 24 * 60].map((minutes) => minutes * minute);
  // Without the store's word, a clock that is ahead is noticed for as long as it is ahead: hours, not minutes, outlast a token.
  const kinds = [
    ...shifts.map((ms) => [ms / minute, true] as const),
    ...shifts.filter((ms) => ms < minute || ms > 60 * minute).map((ms) => [ms / minute, false] as const),
  ];

  it.each(kinds)(
    "by %f min never makes others serve an ended token (the store tells what is left: %s)",
    async (minutes, tells) => {
      for (const readAfter of [0, 20 * minute, 40 * minute, 59 * minute]) {
        const store: TokenStore = new TimedStore(clock);
        delete (store as { lock?: unknown }).lock;
        if (tells) store.remainingMs = async (key) => (store as TimedStore).remaining(key);
        const plain: TokenStore = {
          get: (key) => store.get(key),
          set: (key, value, ttlMs) => store.set(key, value, ttlMs),
          ...(tells && { remainingMs: async (key: string) => (store as TimedStore).remaining(key) }),
        };
        const written = await provider({ tokenStore: plain, clock: shifted(minutes * minute, clock) }).getAccessToken();
        const endsAt = clock.now() + 60 * minute;
        await until(() => expect((store as TimedStore).values.size).toBe(1));
        clock.advance(readAfter);
        const reader = provider({ tokenStore: plain });
        const { token, expiresOnTimestamp } = await reader.getToken("https://graph.microsoft.com/.default");
        if (token === written) expect(expiresOnTimestamp).toBeLessThanOrEqual(endsAt + 10_000);
        if (tells && minutes >= 0) expect(token).toBe(written);
        clock.advance(61 * minute);
        expect(await reader.getAccessToken()).not.toBe(written);
      }
    },
  );
});

describe("what stands in a store", () => {
  const now = Date.now();
  const good = { value: "token-stored", expiresAt: now + 40 * minute, refreshAt: now + 30 * minute, storedAt: now };

  it("is a token where everything about it can be true", async () => {
    const store = { get: async () => JSON.stringify(good), set: async () => {} };
    expect(await provider({ tokenStore: store }).getAccessToken()).toBe("token-stored");
  });

  it.each([
    ["a line break in it", { value: "token\r\nx-header: 1" }],
    ["a space in it", { value: "token stored" }],
    ["letters no header takes", { value: "tökén-stored" }],
    ["a NUL", { value: "token\0stored" }],
    ["no text", { value: 7 }],
    ["more than fits in a header", { value: "x".repeat(100_000) }],
    ["no end in sight", { expiresAt: 8e15, refreshAt: 8e15 }],
    ["two months to live", { expiresAt: now + 60 * 24 * 60 * minute }],
    ["an infinite life", { expiresAt: "1e999" }],
    ["a time as text", { refreshAt: String(now + 30 * minute) }],
    ["a refresh after its end", { refreshAt: now + 50 * minute }],
    ["a refresh before all times", { refreshAt: -1 }],
    ["no time of writing", { storedAt: undefined }],
    ["an end before it was written", { storedAt: now + 50 * minute }],
  ])("and has %s is no token", async (_what, fields) => {
    const text = JSON.stringify({ ...good, ...fields }).replace('"1e999"', "1e999");
    const set = vi.fn(async () => {});
    expect(await provider({ tokenStore: { get: async () => text, set } }).getAccessToken()).toBe("token-1");
    expect(lines).toEqual(["The token store holds something that is no token, or was encrypted with another key."]);
    await until(() => expect(set).toHaveBeenCalled());
  });

  it.each([{}, 7, true, Buffer.from("{}"), [good]])("isn't text: %j", async (value) => {
    const store = { get: async () => value as never, set: async () => {} };
    expect(await provider({ tokenStore: store }).getAccessToken()).toBe("token-1");
    expect(lines).toHaveLength(1);
  });

  it("and is a hundred megabytes long isn't parsed", async () => {
    const parse = vi.spyOn(JSON, "parse");
    const long = `{"value":"${"x".repeat(2 ** 20)}"}`;
    await provider({ tokenStore: { get: async () => long, set: async () => {} } }).getAccessToken();
    expect(parse.mock.calls.filter(([text]) => text === long)).toEqual([]);
    parse.mockRestore();
  });
});

describe("a store's error in the log", () => {
  it.each([
    "connect ECONNREFUSED redis://user:PASSWORD@cache.example:6379",
    "Invalid URL redis://:PASSWORD@host",
    "Invalid URL rediss://default:PASS%40WORD/x@host/0 PASSWORD@x",
    "ERR AUTH PASSWORD failed",
    "ERR invalid command: HELLO 3 AUTH default PASSWORD SETNAME x",
    'ReplyError: {"command":"auth","args":["default","PASSWORD"]}',
    "password=PASSWORD host=cache.example",
    "Password: PASSWORD",
    "secret 'PASSWORD' was refused",
    "postgres://app:PASSWORD@db/tokens: timeout",
    "mongodb+srv://app:PASSWORD@cluster.example/?retryWrites=true",
    "user:PASSWORD@host",
    "bad header Authorization: Basic dXNlcjpQQVNTV09SRDEyMzQ1Njc4OTA=",
    "SET graph-app-identity:x PASSWORD",
    `can't store ${"eyJhbGciOiJSUzI1NiJ9"}.${"PASSWORD".repeat(6)}9.c2ln`,
  ])("has no secret of %j", async (message) => {
    const failing = async () => Promise.reject(new Error(message));
    await provider({ tokenStore: { get: failing, set: failing } }).getAccessToken();
    expect(lines).toEqual([expect.stringMatching(/^The token store failed \(get: .+\); doing without it\.$/)]);
    expect(lines[0]).not.toMatch(/PASSWORD|PASS%40|dXNlcjpQ/);
  });

  it.each([
    ["connect ECONNREFUSED 127.0.0.1:6379", "connect ECONNREFUSED 127.0.0.1:6379"],
    [
      "getaddrinfo ENOTFOUND cache.abc123.0001.use1.cache.example.com",
      "getaddrinfo ENOTFOUND cache.abc123.0001.use1.cache.example.com",
    ],
    ["LOADING Redis is loading the dataset in memory", "LOADING Redis is loading the dataset in memory"],
    ["NOAUTH Authentication required.", "NOAUTH Authentication required."],
    ["READONLY You can't write against a read only replica.", "READONLY You can't write against a read only replica."],
    [
      "Reached the max retries per request limit (which is 20).",
      "Reached the max retries per request limit (which is 20).",
    ],
    ["x\ny", "x y"],
    ["", "Error"],
    ["y ".repeat(10_000), `${"y ".repeat(100)}…`],
  ])("says what is harmless: %j", (message, said) => {
    expect(reasonOf(new Error(message))).toBe(said);
  });

  it.each([undefined, null, 7, {}, { message: 7 }, "down", Object.assign(new Error(""), { code: "ECONNRESET" })])(
    "is something, whatever is thrown: %j",
    (thrown) => {
      expect(reasonOf(thrown)).toMatch(/^(no reason given|down|ECONNRESET)$/);
    },
  );
});
