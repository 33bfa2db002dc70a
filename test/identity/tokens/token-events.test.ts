import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TokenEvent } from "../../../src/identity/tokens/token-events.js";
import { clock, endpoint, provider, useTokenEndpoint } from "../../support/identity.js";
import { clientId, entraError, tenantId } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

const names = ["acquired", "refreshed", "refresh-failed", "served-from-store"];
const heard: { name: string; event: TokenEvent }[] = [];
const listeners = names.map((name) => ({
  channel: `graph-app-identity:token:${name}`,
  listener: (event: unknown) => void heard.push({ name, event: event as TokenEvent }),
}));

useTokenEndpoint();

beforeEach(() => {
  heard.length = 0;
  for (const { channel, listener } of listeners) subscribe(channel, listener);
});
afterEach(() => {
  for (const { channel, listener } of listeners) unsubscribe(channel, listener);
});

it("diagnostics_channel hears of every token's coming, without the token", async () => {
  const kept = new Map<string, string>();
  const tokenStore = {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: string) => kept.set(key, value),
  };
  const first = provider({ tokenStore });
  await first.getAccessToken();
  await first.getAccessToken();
  await until(() => expect(kept.size).toBe(1));
  await provider({ tokenStore }).getAccessToken();

  clock.advance(50 * 60_000);
  endpoint.next(entraError(401, 7000222, "invalid_client"));
  await first.getAccessToken();
  await until(() => expect(heard).toHaveLength(3));
  clock.advance(60_000);
  await first.getAccessToken();
  await until(() => expect(heard).toHaveLength(4));

  const who = { tenantId, clientId, scopes: ["https://graph.microsoft.com/.default"], enableCae: false };
  const durationMs = expect.any(Number);
  expect(heard).toEqual([
    { name: "acquired", event: { ...who, durationMs, expiresInMs: 3_600_000 } },
    { name: "served-from-store", event: { ...who, durationMs, expiresInMs: 3_600_000 } },
    { name: "refresh-failed", event: { ...who, durationMs, code: "expired_credential", aadsts: 7000222 } },
    { name: "refreshed", event: { ...who, durationMs, expiresInMs: 3_600_000 } },
  ]);
  expect(JSON.stringify(heard)).not.toMatch(/token-\d|s3cret/);
});

it("a logger that fails, at once or later, fails nothing else", async () => {
  const complain = () => {
    throw new Error("disk full");
  };
  for (const info of [complain, async () => complain()]) {
    expect(await provider({ logger: { info } }).getAccessToken()).toMatch(/^token-/);
  }
});

it("a logger may need its own this, as pino does", async () => {
  class Journal {
    readonly #lines: string[] = [];
    info(line: string): void {
      this.#lines.push(line);
    }
    get lines(): readonly string[] {
      return this.#lines;
    }
  }
  const logger = new Journal();
  await provider({ logger }).getAccessToken();
  expect(logger.lines).toEqual(["No valid token in the cache: fetching a new one."]);
});
