import type { ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import type { GraphTokenRequest } from "../../../src/access-token.js";
import { createGraphClient } from "../../../src/graph/client.js";
import { listUsers } from "../../../src/users/list-users.js";
import { clock, endpoint, provider, times, useTokenEndpoint } from "../../support/identity.js";
import { json, startLoopback } from "../../support/loopback.js";
import { collect } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";
import { sampled, thorough } from "../../support/thorough.js";
import { entraError, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

useTokenEndpoint();

const minute = 60_000;
const day = 24 * 60 * minute;
const claimsOf = (value: number) => `{"access_token":{"nbf":{"essential":true,"value":"${1_702_682_000 + value}"}}}`;
const always = (answer: (response: ServerResponse) => unknown) => endpoint.next(...times(1_000, answer));
describe("a demand that has just failed several times", () => {
  const failures: [what: string, answer: (response: ServerResponse) => unknown, code: string][] = [
    ["503 without Retry-After", entraError(503, 90033, "temporarily_unavailable"), "entra_unavailable"],
    ["429 without Retry-After", entraError(429, 90055, "temporarily_unavailable"), "throttled"],
    ["500 without a word", (response) => json(response, 500, {}), "entra_unavailable"],
    ["a connection that breaks", (response) => response.socket?.destroy(), "network_error"],
    ["an answer without a token", (response) => json(response, 200, {}), "invalid_token_response"],
    ["a page of a portal", (response) => response.writeHead(200).end("<html>"), "invalid_token_response"],
    ["a redirect", (response) => response.writeHead(302, { location: "/" }).end(), "unexpected_redirect"],
    ["a wrong secret", entraError(401, 7000215, "invalid_client"), "invalid_credential"],
    ["an ended secret", entraError(401, 7000222, "invalid_client"), "expired_credential"],
    ["an unknown app", entraError(400, 700016, "unauthorized_client"), "app_not_found"],
    ["a policy", entraError(400, 53003, "interaction_required"), "blocked_by_policy"],
  ];

  it.each(sampled(failures, 3))(
    "fails at once, with the same error and when it will be tried again: %s",
    async (_what, answer, code) => {
      const authProvider = provider();
      always(answer);
      for (let call = 0; call < 3; call++) await failureOf(authProvider.getAccessToken());
      const sent = endpoint.requests.length;
      const first = await failureOf(authProvider.getAccessToken());
      for (let call = 0; call < (thorough ? 100 : 10); call++) {
        const { aadsts, message, remedy, retryAfterMs, retryable, statusCode, host } = await failureOf(
          authProvider.getAccessToken(),
        );
        expect({ aadsts, message, remedy, retryable, statusCode, host }).toEqual({
          aadsts: first.aadsts,
          message: first.message,
          remedy: first.remedy,
          retryable: first.retryable,
          statusCode: first.statusCode,
          host: first.host,
        });
        expect(first.code).toBe(code);
        expect(retryAfterMs).toBeGreaterThan(0);
        expect(retryAfterMs).toBeLessThanOrEqual(30_000);
      }
      expect(endpoint.requests).toHaveLength(sent);
      expect(sent).toBeLessThanOrEqual(3 + 1 + 1);
    },
  );

  it.each(sampled([0, 1, 5, 20, 45], 2).map((seconds) => [seconds]))(
    "is made fewer than 150 times in 100 calls, whoever comes, each %i s after the one before",
    async (seconds) => {
      const authProvider = provider();
      always(entraError(503, 90033, "temporarily_unavailable"));
      for (let call = 0; call < 100; call++) {
        await failureOf(authProvider.getAccessToken());
        clock.advance(seconds * 1_000);
      }
      expect(endpoint.requests.length).toBeGreaterThan(0);
      expect(endpoint.requests.length).toBeLessThan(150);
    },
  );

  it("is made again within half a minute, so that a secret that was set right is taken", async () => {
    const authProvider = provider();
    let right = false;
    always((response) =>
      right ? json(response, 200, tokenAnswer("right")) : entraError(401, 7000215, "invalid_client")(response),
    );
    for (let call = 0; call < 200; call++) {
      await failureOf(authProvider.getAccessToken());
      clock.advance(1_000);
    }
    expect(endpoint.requests.length).toBeLessThan(20);
    right = true;
    clock.advance(30_000);
    expect(await authProvider.getAccessToken()).toBe("token-right");
  });

  it("asks a credential of the caller's no more often either", async () => {
    const getToken = vi.fn(async () => Promise.reject(new Error("no identity here")));
    const authProvider = provider({ tokenCredential: { getToken } });
    for (let call = 0; call < 100; call++) {
      expect(await failureOf(authProvider.getAccessToken())).toMatchObject({ code: "credential_callback_failed" });
    }
    expect(getToken).toHaveBeenCalledTimes(3);
  });

  it("says nothing about other scopes, tenants, or tokens that are in hand", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken({ scopes: "api://orders/.default" });
    endpoint.next(...times(3, entraError(401, 7000215, "invalid_client")));
    for (let call = 0; call < 10; call++) await failureOf(authProvider.getAccessToken());
    expect(await authProvider.getAccessToken({ scopes: "api://orders/.default" })).toBe("token-1");
    expect(await authProvider.getAccessToken({ scopes: "api://bills/.default" })).toBe("token-2");
    expect(await authProvider.forTenant("fabrikam.onmicrosoft.com").getAccessToken()).toBe("token-3");
  });

  it("keeps nobody from a token because refreshes in the background failed", async () => {
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.advance(49 * minute);
    for (let failure = 0; failure < 8; failure++) {
      endpoint.next(entraError(401, 7000215, "invalid_client"));
      const before = endpoint.requests.length;
      expect(await authProvider.getAccessToken()).toBe("token-1");
      await until(() => expect(endpoint.requests).toHaveLength(before + 1));
      await until(() => expect(clock.running).toEqual([]));
      clock.advance(80_000);
    }
    clock.advance(minute);
    expect(await authProvider.getAccessToken()).toBe("token-2");
  });

  it("for claims that Entra refuses doesn't keep others from tokens without them", async () => {
    const authProvider = provider();
    always(entraError(400, 53003, "interaction_required"));
    for (let call = 0; call < 100; call++) {
      const refused = await failureOf(authProvider.getAccessToken({ claims: claimsOf(call) }));
      expect(refused.code).toBe("blocked_by_policy");
    }
    expect(endpoint.requests).toHaveLength(3);
    await failureOf(authProvider.getAccessToken());
    expect(endpoint.requests).toHaveLength(4);
  });

  it("is made once when all come at once, and once more when they come again", async () => {
    const authProvider = provider();
    always(entraError(401, 7000215, "invalid_client"));
    for (let round = 1; round <= 5; round++) {
      await Promise.all(times(200, undefined).map(() => failureOf(authProvider.getAccessToken())));
      expect(endpoint.requests).toHaveLength(Math.min(round, 3));
    }
  });
});

describe("tokens that are refused", () => {
  it.each([
    ["claims of its own", claimsOf],
    ["one of two claims", (number: number) => claimsOf(number % 2)],
    ["one of seven claims", (number: number) => claimsOf(number % 7)],
    ["the same claims", () => claimsOf(1)],
    ["no claims", () => undefined],
  ])("a thousand callers with one old token and %s get newer ones from a few requests", async (_which, claims) => {
    const authProvider = provider();
    const refusedToken = await authProvider.getAccessToken({ enableCae: true });
    // Not all refusals arrive in the same instant.
    const later = until(() => expect(endpoint.requests.length).toBeGreaterThan(1));
    const tokens = await Promise.all(
      times(1_000, refusedToken).map(async (refusedToken, number) => {
        if (number >= 500) await later;
        const demand: GraphTokenRequest = { enableCae: true, refusedToken };
        const asked = claims(number);
        return authProvider.getAccessToken({ ...demand, ...(asked ? { claims: asked } : { forceRefresh: true }) });
      }),
    );
    expect(tokens).not.toContain(refusedToken);
    expect(endpoint.requests.length).toBeLessThanOrEqual(20);
  });

  it.each([
    ["401 without claims", undefined, "unauthorized"],
    ["the same claims each time", () => claimsOf(1), "claims_challenge_unmet"],
    ["two claims in turn", (call: number) => claimsOf(call % 2), "claims_challenge_unmet"],
    ["other claims each time", claimsOf, "claims_challenge_unmet"],
  ])("one after another cost a few requests, and the rest fail at once: %s", async (_how, claims, code) => {
    const authProvider = provider();
    let failed = 0;
    for (let call = 0; call < 200; call++) {
      const refusedToken = await authProvider.getAccessToken();
      const demand: GraphTokenRequest = claims
        ? { claims: claims(call), refusedToken }
        : { forceRefresh: true, refusedToken };
      const failure = await authProvider.getAccessToken(demand).catch((error) => error);
      if (typeof failure === "string") continue;
      failed += 1;
      expect(failure).toMatchObject({ code, retryable: false, remedy: expect.stringMatching(/sign-in logs/) });
      expect(failure.retryAfterMs).toBeGreaterThan(0);
    }
    expect(endpoint.requests.length).toBeLessThanOrEqual(5);
    expect(failed).toBeGreaterThan(190);
    // Half a minute later, one more is tried.
    clock.advance(30_000);
    const before = endpoint.requests.length;
    const refusedToken = await authProvider.getAccessToken();
    await authProvider.getAccessToken({ forceRefresh: true, refusedToken } as GraphTokenRequest);
    expect(endpoint.requests).toHaveLength(before + 1);
  });

  it("that were good for a while are exchanged at once, however often", async () => {
    const authProvider = provider();
    for (let call = 1; call < 20; call++) {
      const refusedToken = await authProvider.getAccessToken();
      clock.advance(6 * minute);
      const demand: GraphTokenRequest = { forceRefresh: true, refusedToken };
      expect(await authProvider.getAccessToken(demand)).toBe(`token-${call + 1}`);
    }
  });

  it("of Azure clients, which name claims but no token, end in the token in hand", async () => {
    const authProvider = provider();
    const scope = "https://graph.microsoft.com/.default";
    for (let call = 0; call < 100; call++) {
      const { token } = await authProvider.getToken(scope, { enableCae: true, claims: claimsOf(call) });
      expect(token).toMatch(/^token-/);
    }
    expect(endpoint.requests.length).toBeLessThanOrEqual(5);
  });

  it.each([
    [401, "InvalidAuthenticationToken", "unauthorized"],
    [403, "Authorization_RequestDenied", "permission_missing"],
  ])(
    "by a Graph that answers every token with %i cost many listings a few requests, and are told in its words",
    async (status, graphCode, code) => {
      const graph = await startLoopback((_request, response) =>
        json(response, status, { error: { code: graphCode, message: "What Graph says about it." } }),
      );
      const fetch: typeof globalThis.fetch = (input, init) =>
        (String(input).includes("graph.microsoft.com") ? graph.fetch : endpoint.fetch)(input, init);
      const authProvider = provider({ fetch });
      for (let call = 0; call < (thorough ? 200 : 30); call++) {
        // Each job makes a client of its own.
        const failure = await failureOf(collect(listUsers(createGraphClient({ authProvider, fetch }))));
        expect(failure).toMatchObject({
          code,
          graphCode,
          message: expect.stringContaining("What Graph says about it."),
        });
        if (call > 5) expect(failure.retryAfterMs).toBeGreaterThan(0);
      }
      expect(endpoint.requests.length).toBeLessThan(20);
      await graph.close();
    },
  );
});

describe("waits that the network asks for", () => {
  const absurd: [header: string][] = [
    ["31536000"],
    ["999999999"],
    ["9007199254740"],
    ["86400"],
    ["3601"],
    ["Fri, 01 Dec 2090 16:00:00 GMT"],
  ];

  it.each(sampled(absurd, 3))("%s is an hour, then one request looks whether it is still meant", async (header) => {
    const authProvider = provider();
    endpoint.next(...times(2, entraError(503, 90033, "temporarily_unavailable", { "retry-after": header })));
    for (let probe = 1; probe <= 2; probe++) {
      const error = await failureOf(authProvider.getAccessToken());
      expect(error).toMatchObject({ code: "entra_unavailable", retryAfterMs: 60 * minute });
      clock.advance(59 * minute + 59_000);
      const waiting = await Promise.all(times(20, undefined).map(() => failureOf(authProvider.getAccessToken())));
      expect(waiting.map(({ retryAfterMs }) => retryAfterMs)).toEqual(times(20, 1_000));
      expect(endpoint.requests).toHaveLength(probe);
      clock.advance(1_000);
    }
    expect(await authProvider.getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(3);
  });

  it.each(sampled(absurd, 3))(
    "%s in the background takes no token away, and is over in little more than an hour",
    async (header) => {
      endpoint.next((response) => json(response, 200, tokenAnswer("long", { expires_in: 86_400, refresh_in: 600 })));
      const authProvider = provider();
      await authProvider.getAccessToken();
      clock.advance(11 * minute);
      endpoint.next(entraError(429, 90055, "temporarily_unavailable", { "retry-after": header }));
      expect(await authProvider.getAccessToken()).toBe("token-long");
      await until(() => expect(endpoint.requests).toHaveLength(2));
      await until(() => expect(clock.running).toEqual([]));
      clock.advance(59 * minute);
      for (let call = 0; call < 20; call++) expect(await authProvider.getAccessToken()).toBe("token-long");
      expect(endpoint.requests).toHaveLength(2);
      clock.advance(3 * minute);
      expect(await authProvider.getAccessToken()).toBe("token-long");
      await until(async () => expect(await authProvider.getAccessToken()).toBe("token-1"));
    },
  );

  it("never make a day of calls without a token", async () => {
    const authProvider = provider();
    endpoint.next(entraError(503, 90033, "temporarily_unavailable", { "retry-after": "999999999" }));
    const from = clock.now();
    let token: unknown;
    while (token === undefined && clock.now() - from < day) {
      token = await authProvider.getAccessToken().catch(() => undefined);
      clock.advance(10 * minute);
    }
    expect(token).toBe("token-1");
    expect(clock.now() - from).toBeLessThan(90 * minute);
  });

  it("are kept to the millisecond up to the hour", async () => {
    for (const seconds of [60, 600, 3_599]) {
      const authProvider = provider();
      endpoint.next(entraError(503, 90033, "temporarily_unavailable", { "retry-after": String(seconds) }));
      await failureOf(authProvider.getAccessToken());
      clock.advance(seconds * 1_000 - 1);
      await failureOf(authProvider.getAccessToken());
      const before = endpoint.requests.length;
      clock.advance(1);
      expect(await authProvider.getAccessToken()).toMatch(/^token-/);
      expect(endpoint.requests).toHaveLength(before + 1);
    }
  });
});
