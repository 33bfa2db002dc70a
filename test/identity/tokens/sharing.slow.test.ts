import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../../src/clock.js";
import type { TokenStore } from "../../../src/identity/tokens/token-store.js";
import { endpoint, provider, times, useTokenEndpoint } from "../../support/identity.js";
import { json } from "../../support/loopback.js";
import { TimedStore } from "../../support/timed-store.js";
import { entraError, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

useTokenEndpoint();

describe("one process asks, whoever is slow", () => {
  // Loading MSAL is no part of how slow Entra is.
  beforeAll(async () => void (await import("@azure/msal-node")));

  /** So many cold processes at once. */
  async function cold(count: number, store: TokenStore, time: Clock) {
    const asking = times(count, { clock: time, tokenStore: store, logger: undefined }).map((options) =>
      provider(options).getAccessToken(),
    );
    return Promise.all(asking);
  }

  function slowly(seconds: number, name: string) {
    endpoint.next(async (response) => {
      await sleep(seconds * 1_000);
      json(response, 200, tokenAnswer(name));
    });
  }

  it.each([
    [40, 6],
    [300, 5.6],
  ])("%i processes with an Entra that takes %f s", async (count, seconds) => {
    const time = systemClock;
    const store = new TimedStore(time);
    slowly(seconds, "slow");
    const from = time.monotonic();
    expect(new Set(await cold(count, store, time))).toEqual(new Set(["token-slow"]));
    expect(endpoint.requests.length).toBeLessThanOrEqual(2);
    // Three a second, once the pauses are as long as they get: the machine may take its time, too.
    expect(store.calls / count).toBeLessThan(8 + (3 * (time.monotonic() - from)) / 1_000);
  });

  it("when the one that asked dies, the next one does, and not all", async () => {
    const time = systemClock;
    const store = new TimedStore(time);
    const key = [...(await keysOf(store, time))][0] as string;
    store.values.clear();
    await store.lock(key, 3_000);
    slowly(4, "second");
    expect(new Set(await cold(40, store, time))).toEqual(new Set(["token-second"]));
    expect(endpoint.requests.length).toBeLessThanOrEqual(1 + 2);
  });

  it("so it is when it had said that it was asking", async () => {
    const time = systemClock;
    const store = new TimedStore(time);
    const key = [...(await keysOf(store, time))][0] as string;
    store.values.clear();
    await store.lock(key, 3_000);
    await store.set(key, JSON.stringify({ asking: "somebody:1" }), 3_000);
    expect(new Set(await cold(40, store, time)).size).toBe(1);
    expect(endpoint.requests.length).toBeLessThanOrEqual(1 + 2);
  });

  it("when it fails, the others go on one by one", async () => {
    const time = systemClock;
    const store = new TimedStore(time);
    endpoint.next(async (response) => {
      await sleep(250);
      entraError(401, 7000215, "invalid_client")(response);
    });
    const outcomes = await Promise.allSettled(
      times(20, { clock: time, tokenStore: store, logger: undefined }).map((each) => provider(each).getAccessToken()),
    );
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(endpoint.requests.length).toBeLessThanOrEqual(3);
  });

  /** Where a token is kept. */
  async function keysOf(store: TimedStore, time: Clock) {
    await provider({ clock: time, tokenStore: store, logger: undefined }).getAccessToken();
    await until(() => expect([...store.values.keys()].some((key) => !key.endsWith(":lock"))).toBe(true));
    return [...store.values.keys()].filter((key) => !key.endsWith(":lock"));
  }
});
