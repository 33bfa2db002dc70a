import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import type { Fetch } from "../../src/http/fetch.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { LimitedClock } from "../support/limited-clock.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { clientId, clientSecret, tenantId, tokenAnswer } from "../support/token-endpoint.js";

let clock: LimitedClock;
let server: Loopback;
/** What the next request gets; then what is usual. */
let answers: ((response: Parameters<typeof json>[0]) => void)[];

beforeEach(async () => {
  clock = new LimitedClock();
  answers = [];
  server = await startLoopback(({ path }, response) => {
    const answer = answers.shift();
    if (answer) answer(response);
    else json(response, 200, path.includes("/token") ? tokenAnswer(1) : { value: [] });
  });
});
afterEach(() => server.close());

/** The two sides of the house, each asking once. */
const sides: [string, (fetch: Fetch) => Promise<unknown>][] = [
  [
    "Entra",
    (fetch) => new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch, clock }).getAccessToken(),
  ],
  [
    "Graph",
    (fetch) =>
      createGraphClient({ authProvider: { getAccessToken: async () => "token" }, fetch, clock })
        .api("/users")
        .get(),
  ],
];

describe.each(sides)("towards %s", (_side, ask) => {
  it("a self-signed certificate is met once", async () => {
    let calls = 0;
    const cause = Object.assign(new Error("self-signed"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    const fetch = () => {
      calls += 1;
      return Promise.reject(new TypeError("fetch failed", { cause }));
    };
    expect(await failureOf(ask(fetch))).toMatchObject({ code: "network_error", retryable: false });
    expect(calls).toBe(1);
  });

  it.each([
    ["a minute fast", 60_000],
    ["two hours slow", -2 * 3_600_000],
  ])("a Retry-After that is a date goes by the answer's Date, on a machine %s", async (_how, skewMs) => {
    const serverNow = Math.floor(clock.now() / 1000) * 1000;
    clock.jump(skewMs);
    answers.push((response) =>
      json(
        response,
        429,
        {},
        {
          date: new Date(serverNow).toUTCString(),
          "retry-after": new Date(serverNow + 10_000).toUTCString(),
        },
      ),
    );
    await ask(server.fetch);
    expect(clock.pauses).toHaveLength(1);
    expect(clock.pauses[0]).toBeGreaterThanOrEqual(10_000);
    expect(clock.pauses[0]).toBeLessThan(13_000);
  });

  it.each([undefined, null, "text", {}, { status: 200 }, { headers: new Headers() }])(
    "a fetch that comes back with %j gets an error that speaks of it",
    async (given) => {
      let calls = 0;
      const fetch = (async () => {
        calls += 1;
        return given;
      }) as unknown as Fetch;
      const failure = await failureOf(ask(fetch));
      expect(failure.code).toMatch(/^invalid_(token_)?response$/);
      expect(failure.message).toContain('"fetch"');
      expect(calls).toBe(1);
    },
  );
});
