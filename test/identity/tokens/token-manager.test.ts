import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TokenManager } from "../../../src/identity/tokens/token-manager.js";
import { clock, endpoint, lines, provider, restartEndpoint, times, useTokenEndpoint } from "../../support/identity.js";
import { json } from "../../support/loopback.js";
import { failureOf } from "../../support/refusal.js";
import { clientId, entraError, plainMsal, type TokenEndpoint, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const claims = '{"access_token":{"nbf":{"essential":true, "value":"1702682181"}}}';

useTokenEndpoint();

/** Lets what runs in the background come to its end. */
async function settled(predicate: () => unknown): Promise<void> {
  await until(async () => expect(await predicate()).toBe(true));
}

/** Seconds between attempts in the background, as the log says. */
const rests = () => lines.map((line) => Number(/Trying again in (\d+) s/.exec(line)?.[1]));

/** An answer that waits until the test opens it. */
function heldAnswer(name: string) {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  endpoint.next(async (response) => {
    await opened;
    json(response, 200, tokenAnswer(name));
  });
  return open;
}

describe("many callers", () => {
  it("a thousand cold callers make one token request, where msal-node makes one for each", async () => {
    const authProvider = provider();
    const tokens = await Promise.all(Array.from({ length: 1000 }, () => authProvider.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    expect(endpoint.requests).toHaveLength(1);

    const msal = plainMsal(endpoint);
    await Promise.all(Array.from({ length: 50 }, () => msal()));
    expect(endpoint.requests).toHaveLength(1 + 50);
  });

  it("warm callers get the same promise and send nothing", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    expect(authProvider.getAccessToken()).toBe(authProvider.getAccessToken());
    expect(endpoint.requests).toHaveLength(1);
  });

  it("a failed request fails all who waited for it, and the next caller asks anew", async () => {
    endpoint.next(entraError(401, 7000215, "invalid_client"));
    const authProvider = provider();
    const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(authProvider.getAccessToken())));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["invalid_credential"]));
    expect(endpoint.requests).toHaveLength(1);
    expect(await authProvider.getAccessToken()).toBe("token-1");
  });

  it("scopes and cae have tokens of their own; the order of scopes makes none", async () => {
    const authProvider = provider();
    const api = "api://orders/.default";
    expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(await authProvider.getAccessToken({ enableCae: true })).toBe("token-2");
    expect(await authProvider.getAccessToken({ scopes: api })).toBe("token-3");
    expect(await authProvider.getAccessToken({ scopes: [api] })).toBe("token-3");
    expect(await authProvider.getAccessToken({ scopes: "https://graph.microsoft.com/.default" })).toBe("token-1");
    expect(endpoint.posts().map((post) => post.get("scope"))).toEqual([
      "https://graph.microsoft.com/.default",
      "https://graph.microsoft.com/.default",
      api,
    ]);
    // cp1 is declared by those who can answer a challenge, and by nobody else.
    expect(endpoint.posts().map((post) => post.get("claims")?.includes("cp1"))).toEqual([undefined, true, undefined]);
  });
});

describe("refreshing ahead of time (what msal-node makes callers wait and fail for)", () => {
  beforeEach(async () => {
    await restartEndpoint({ expires_in: 3600, refresh_in: 1800 });
  });

  it("from refresh_in on, callers get the token in hand at once while one request runs behind them", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.advance(29 * minute);
    await authProvider.getAccessToken();
    expect(endpoint.requests).toHaveLength(1);

    const open = heldAnswer("next");
    clock.advance(2 * minute);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => authProvider.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    open();
    await settled(async () => (await authProvider.getAccessToken()) === "token-next");
    expect(endpoint.requests).toHaveLength(2);
  });

  it("without refresh_in the refresh comes at 70 to 80 % of life", async () => {
    endpoint.next((response) => json(response, 200, tokenAnswer("old", { expires_in: 1000 })));
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.advance(699 * second);
    await authProvider.getAccessToken();
    await turn();
    expect(endpoint.requests).toHaveLength(1);
    clock.advance(102 * second);
    expect(await authProvider.getAccessToken()).toBe("token-old");
    await settled(() => endpoint.requests.length === 2);
  });

  const troubles: [string, (endpoint: TokenEndpoint) => void, number][] = [
    ["the connection breaks", (e) => e.next(...times(3, (response: ServerResponse) => response.socket?.destroy())), 3],
    ["Entra answers 500", (e) => e.next(...times(3, (response: ServerResponse) => json(response, 500, {}))), 3],
    ["Entra answers 503", (e) => e.next(...times(3, entraError(503, 90033, "temporarily_unavailable"))), 3],
    [
      "Entra answers 429",
      (e) => e.next(entraError(429, 90055, "temporarily_unavailable", { "retry-after": "120" })),
      1,
    ],
    ["the secret was rotated", (e) => e.next(entraError(401, 7000215, "invalid_client")), 1],
  ];

  it.each(troubles)("when %s, nobody notices until the token is really over", async (_name, arrange, requests) => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.advance(31 * minute);
    arrange(endpoint);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    await settled(() => lines.length === 1);
    expect(lines[0]).toMatch(
      /^Refreshing the token of 3f1c2a52-\S+ failed: .+ Trying again in \d+ s; the token in hand is good for 1\d\d\d s\.$/,
    );
    expect(endpoint.requests).toHaveLength(1 + requests);
    // It rests before it tries again, however many ask.
    for (let call = 0; call < 50; call++) expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(1 + requests);
    // And then it succeeds, without anybody having waited.
    clock.advance(3 * minute);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    await settled(() => endpoint.requests.length === 2 + requests);
    await settled(() => lines.length === 1);
  });

  it("failures in a row are spaced out, and are never in the callers' way", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    const expiresAt = clock.now() + 3600 * second;
    endpoint.next(...times(500, entraError(503, 90033, "temporarily_unavailable")));
    clock.advance(31 * minute);
    let calls = 0;
    while (clock.now() < expiresAt - 10 * second) {
      expect(await authProvider.getAccessToken()).toBe("token-1");
      await settled(() => clock.running.length === 0);
      clock.advance(5 * second);
      calls += 1;
    }
    expect(calls).toBeGreaterThan(200);
    expect(rests().length).toBeGreaterThan(15);
    expect(Math.min(...rests())).toBeGreaterThanOrEqual(5);
    expect(Math.max(...rests())).toBeLessThanOrEqual(35);
  });

  it("while a token has hours to live, a failure rests for minutes", async () => {
    endpoint.next((response) => json(response, 200, tokenAnswer("long", { expires_in: 86_400, refresh_in: 43_200 })));
    const authProvider = provider();
    await authProvider.getAccessToken({ enableCae: true });
    endpoint.next(entraError(401, 7000215, "invalid_client"));
    clock.advance(12 * hour);
    await authProvider.getAccessToken({ enableCae: true });
    await settled(() => lines.length === 1);
    expect(rests()).toEqual([720]);
  });

  it("the last five minutes of a token are used, though Entra is down", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    endpoint.next(...times(100, entraError(503, 90033, "temporarily_unavailable")));
    clock.advance(59 * minute + 59 * second);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    await settled(() => lines.length === 1);
    clock.advance(2 * second);
    expect(await failureOf(authProvider.getAccessToken())).toMatchObject({ code: "entra_unavailable", aadsts: 90033 });
  });

  it("a refresh that hangs is given up after ten seconds, so that it keeps no process from ending", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    endpoint.next(() => {});
    clock.advance(31 * minute);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    await settled(() => endpoint.requests.length === 2);
    expect(clock.running).toEqual([10_000]);
    clock.exceedLimits();
    await settled(() => lines.length === 1);
    expect(lines[0]).toContain("didn't answer within 10 s");
    expect(clock.running).toEqual([]);
    expect(endpoint.requests).toHaveLength(2);
  });

  it("a refresh whose token is over before it fails fails nobody: those who wait for it ask anew, once", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    let fail = () => {};
    endpoint.next((response) => {
      fail = () => entraError(401, 7000215, "invalid_client")(response);
    });
    clock.advance(59 * minute);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    await settled(() => endpoint.requests.length === 2);
    clock.advance(2 * minute);
    const { signal } = new AbortController();
    const waiting = [undefined, signal, undefined].map((signal) => authProvider.getAccessToken(signal && { signal }));
    fail();
    expect(await Promise.all(waiting)).toEqual(["token-2", "token-2", "token-2"]);
    expect(endpoint.requests).toHaveLength(3);
  });

  describe("beside it, msal-node", () => {
    afterEach(() => vi.useRealTimers());

    async function afterRefreshTime(...answers: Parameters<TokenEndpoint["next"]>) {
      const msal = plainMsal(endpoint);
      await msal();
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31 * minute });
      endpoint.next(...answers);
      return msal;
    }

    it("lets every caller send a request of its own, and wait for it", async () => {
      const msal = await afterRefreshTime();
      await Promise.all(Array.from({ length: 50 }, () => msal()));
      expect(endpoint.requests).toHaveLength(1 + 50);
    });

    it("fails with a valid token in hand when the network fails", async () => {
      const msal = await afterRefreshTime((response) => response.socket?.destroy());
      await expect(msal()).rejects.toMatchObject({ errorCode: "network_error" });
    });

    it("fails from the second call on, without asking, after one 503", async () => {
      const msal = await afterRefreshTime(entraError(503, 90033, "temporarily_unavailable"));
      expect(await msal()).toBe("token-1");
      await expect(msal()).rejects.toMatchObject({ name: "ServerError" });
      expect(endpoint.requests).toHaveLength(2);
    });

    it("fails for as long as a 429 asks, with a valid token in hand", async () => {
      const msal = await afterRefreshTime(entraError(429, 90055, "temporarily_unavailable", { "retry-after": "120" }));
      expect(await msal()).toBe("token-1");
      vi.setSystemTime(Date.now() + 110 * second);
      await expect(msal()).rejects.toMatchObject({ name: "ServerError" });
      expect(endpoint.requests).toHaveLength(2);
    });

    it("sends a request with every call after the secret was rotated", async () => {
      const msal = await afterRefreshTime(...times(3, entraError(401, 7000215, "invalid_client")));
      for (let call = 0; call < 3; call++) await msal();
      expect(endpoint.requests).toHaveLength(1 + 3);
    });

    it("throws in the last five minutes of a valid token", async () => {
      const msal = await afterRefreshTime((response) => json(response, 500, { error: "server_error" }));
      vi.setSystemTime(Date.now() + 26 * minute);
      await expect(msal()).rejects.toMatchObject({ name: "ServerError" });
    });
  });
});

describe("a caller that gives up", () => {
  it("is free at once, while the others get their token", async () => {
    const open = heldAnswer("late");
    const authProvider = provider();
    const abort = new AbortController();
    const patient = authProvider.getAccessToken();
    const impatient = authProvider.getAccessToken({ signal: abort.signal });
    await settled(() => endpoint.requests.length === 1);
    abort.abort(new Error("enough"));
    expect(await failureOf(impatient)).toMatchObject({ code: "aborted", cause: new Error("enough") });
    open();
    expect(await patient).toBe("token-late");
    expect(endpoint.requests).toHaveLength(1);
  });

  it("ends the request when it is the last one, and the next caller starts a new one", async () => {
    let closed = 0;
    endpoint.next((response) => response.on("close", () => closed++));
    const authProvider = provider();
    const first = new AbortController();
    const last = new AbortController();
    const calls = [first, last, last].map(({ signal }) => failureOf(authProvider.getAccessToken({ signal })));
    await settled(() => endpoint.requests.length === 1);
    first.abort();
    await calls[0];
    await turn();
    expect(closed).toBe(0);
    last.abort();
    expect((await calls[1])?.code).toBe("aborted");
    expect((await calls[2])?.code).toBe("aborted");
    await settled(() => closed === 1);
    expect(await authProvider.getAccessToken()).toBe("token-1");
  });

  it("gets no token when its signal had aborted before, though one is in hand", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    expect((await failureOf(authProvider.getAccessToken({ signal: AbortSignal.abort() }))).code).toBe("aborted");
  });

  it("may share its signal with a thousand others, and with other tenants' callers, without leaving listeners", async () => {
    const warned = vi.fn();
    process.on("warning", warned);
    const authProvider = provider();
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 1000 }, () => authProvider.getAccessToken({ signal })));
    expect(endpoint.requests).toHaveLength(1);
    const tenants = Array.from({ length: 30 }, (_, number) => authProvider.forTenant(`tenant${number}.example.com`));
    await Promise.all(tenants.map((tenant) => tenant.getAccessToken({ signal })));
    await turn();
    process.off("warning", warned);
    expect(warned).not.toHaveBeenCalled();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("claims and forced refreshes", () => {
  it("a claims challenge gets one new token, which replaces the one in hand for everybody", async () => {
    const authProvider = provider();
    expect(await authProvider.getAccessToken({ enableCae: true })).toBe("token-1");
    const challenged = { enableCae: true, claims, refusedToken: "token-1" };
    const tokens = await Promise.all(Array.from({ length: 100 }, () => authProvider.getAccessToken(challenged)));
    expect(new Set(tokens)).toEqual(new Set(["token-2"]));
    expect(JSON.parse(endpoint.posts()[1]?.get("claims") ?? "").access_token).toEqual({
      nbf: { essential: true, value: "1702682181" },
      xms_cc: { values: ["cp1"] },
    });
    expect(await authProvider.getAccessToken({ enableCae: true })).toBe("token-2");
    // Those who come late with the same challenge and the same refused token get what there is now.
    expect(await authProvider.getAccessToken(challenged)).toBe("token-2");
    expect(endpoint.requests).toHaveLength(2);
    // The next challenge is another one.
    await authProvider.getAccessToken({ ...challenged, claims: claims.replace("1702682181", "1702682999") });
    expect(endpoint.requests).toHaveLength(3);
  });

  it("a request that was under way when the challenge came doesn't bring the revoked token back", async () => {
    const open = heldAnswer("revoked");
    endpoint.next((response) => json(response, 200, tokenAnswer("good")));
    const authProvider = provider();
    const early = authProvider.getAccessToken();
    await settled(() => endpoint.requests.length === 1);
    expect(await authProvider.getAccessToken({ claims })).toBe("token-good");
    open();
    expect(await early).toBe("token-good");
    expect(await authProvider.getAccessToken()).toBe("token-good");
    expect(endpoint.requests).toHaveLength(2);
  });

  it("a hundred callers whose token was refused share one forced refresh", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    const refused = { forceRefresh: true, refusedToken: "token-1" };
    const tokens = await Promise.all(Array.from({ length: 100 }, () => authProvider.getAccessToken(refused)));
    expect(new Set(tokens)).toEqual(new Set(["token-2"]));
    expect(await authProvider.getAccessToken(refused)).toBe("token-2");
    expect(endpoint.requests).toHaveLength(2);
    await authProvider.getAccessToken({ forceRefresh: true });
    expect(endpoint.requests).toHaveLength(3);
  });

  it("a forced refresh that fails leaves the token in hand to the others", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    endpoint.next(entraError(401, 7000222, "invalid_client"));
    expect((await failureOf(authProvider.getAccessToken({ forceRefresh: true }))).code).toBe("expired_credential");
    expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(2);
  });

  it("claims that aren't JSON are refused before anything is sent", async () => {
    const authProvider = provider();
    expect((await failureOf(authProvider.getAccessToken({ claims: "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==" }))).code).toBe(
      "invalid_options",
    );
    expect((await failureOf(authProvider.getAccessToken({ claims: "[]" }))).code).toBe("invalid_options");
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe("many kinds of tokens", () => {
  it("are kept up to a bound, the least recently used going first", async () => {
    const manager = new TokenManager({ clock, maxTokens: 3 });
    const asked: string[] = [];
    const get = async (key: string) => {
      const acquire = async () => {
        asked.push(key);
        return { value: `token of ${key}`, expiresAt: clock.now() + hour, refreshAt: clock.now() + hour };
      };
      const about = { tenantId: key, clientId, scopes: [], enableCae: false };
      return (await manager.get({ key, about, acquire })).value;
    };
    for (const key of ["a", "b", "c", "a", "d", "a", "c", "d"]) expect(await get(key)).toBe(`token of ${key}`);
    expect(asked).toEqual(["a", "b", "c", "d"]);
    await get("b");
    expect(asked).toEqual(["a", "b", "c", "d", "b"]);
    await get("a");
    expect(asked.at(-1)).toBe("a");
  });
});

describe("clocks that lie", () => {
  it("a wall clock turned back two hours doesn't prolong a token", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.jump(-2 * hour);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    clock.advance(61 * minute);
    expect(await authProvider.getAccessToken()).toBe("token-2");
  });

  it("a wall clock set forward two hours costs one request", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.jump(2 * hour);
    expect(await authProvider.getAccessToken()).toBe("token-2");
    clock.advance(30 * minute);
    expect(await authProvider.getAccessToken()).toBe("token-2");
    expect(endpoint.requests).toHaveLength(2);
  });

  it("set forward during an outage, it doesn't take a good token away", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    endpoint.next(...times(100, entraError(503, 90033, "temporarily_unavailable")));
    clock.jump(2 * hour);
    expect(await authProvider.getAccessToken()).toBe("token-1");
    clock.advance(61 * minute);
    expect((await failureOf(authProvider.getAccessToken())).code).toBe("entra_unavailable");
  });
});

describe("being asked to stay away", () => {
  it.each([
    ["in seconds", () => "120"],
    ["as a date", () => new Date(clock.now() + 120_000).toUTCString()],
  ])("Retry-After %s is kept by every later caller, without a request", async (_form, header) => {
    endpoint.next(entraError(429, 90055, "temporarily_unavailable", { "retry-after": header() }));
    const authProvider = provider();
    const first = await failureOf(authProvider.getAccessToken());
    expect(first).toMatchObject({ code: "throttled", statusCode: 429, retryable: true });
    expect(first.retryAfterMs).toBeGreaterThan(118 * second);
    clock.advance(100 * second);
    const second_ = await failureOf(authProvider.getAccessToken());
    expect(second_).toMatchObject({ code: "throttled", statusCode: 429, aadsts: 90055 });
    expect(second_.retryAfterMs).toBeLessThanOrEqual(20 * second);
    expect(endpoint.requests).toHaveLength(1);
    clock.advance(21 * second);
    expect(await authProvider.getAccessToken()).toBe("token-1");
  });

  it("a short Retry-After is waited for, never less", async () => {
    endpoint.next(entraError(503, 90033, "temporarily_unavailable", { "retry-after": "7" }));
    expect(await provider().getAccessToken()).toBe("token-1");
    expect(clock.pauses).toHaveLength(1);
    expect(clock.pauses[0]).toBeGreaterThanOrEqual(7 * second);
  });
});
