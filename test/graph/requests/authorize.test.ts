import { inspect } from "node:util";
import { AuthenticationHandlerOptions } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { AppIdentityError } from "../../../src/errors.js";
import { createGraphClient, type GraphClientOptions, traitsOf } from "../../../src/graph/client.js";
import { countingProvider } from "../../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { failureOf } from "../../support/refusal.js";
import { SkippingClock } from "../../support/skipping-clock.js";

let loopback: Loopback;
afterEach(() => loopback.close());

const bearerOf = (index: number) => loopback.requests[index]?.headers.authorization;
const unlimited = { timeoutMs: Number.POSITIVE_INFINITY };

/** A Graph that refuses the given tokens, with a challenge where one is given. */
async function graphThatRefuses(refused: string[], challenge = "Bearer", status = 401) {
  loopback = await startLoopback(({ headers }, response) => {
    const token = headers.authorization?.replace("Bearer ", "") ?? "";
    if (refused.includes(token)) {
      json(
        response,
        status,
        { error: { code: "InvalidAuthenticationToken", message: "No." } },
        { "www-authenticate": challenge },
      );
    } else json(response, 200, { id: "1" });
  });
}

function clientOf(authProvider: GraphClientOptions["authProvider"], options: Partial<GraphClientOptions> = {}) {
  return createGraphClient({
    authProvider,
    fetch: loopback.fetch,
    clock: new SkippingClock(),
    ...unlimited,
    ...options,
  });
}

const claims = '{"access_token":{"nbf":{"essential":true, "value":"1702682181"}}}';
const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;

describe("a 401", () => {
  it("with a claims challenge is answered by one new token with those claims", async () => {
    await graphThatRefuses(["token-1"], challenge);
    const provider = countingProvider();
    expect(await clientOf(provider).api("/users/1").get()).toEqual({ id: "1" });
    expect(provider.asked).toMatchObject([{ enableCae: true }, { enableCae: true, claims, refusedToken: "token-1" }]);
    expect(provider.asked[0]).not.toHaveProperty("claims");
    expect([bearerOf(0), bearerOf(1)]).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("with a challenge again is an error that says so, after two requests", async () => {
    await graphThatRefuses(["token-1", "token-2"], challenge);
    const failure = await failureOf(clientOf(countingProvider()).api("/users/1").get());
    expect(failure).toMatchObject({ code: "claims_challenge_unmet", statusCode: 401, retryable: false });
    expect(loopback.requests).toHaveLength(2);
  });

  it("without one is answered by one forced refresh that names the refused token", async () => {
    await graphThatRefuses(["token-1"]);
    const provider = countingProvider();
    expect(await clientOf(provider).api("/users/1").get()).toEqual({ id: "1" });
    expect(provider.asked[1]).toMatchObject({ forceRefresh: true, refusedToken: "token-1" });
    expect(provider.asked[1]).not.toHaveProperty("claims");
  });

  it("after a new token is an error", async () => {
    await graphThatRefuses(["token-1", "token-2"]);
    const failure = await failureOf(clientOf(countingProvider()).api("/users/1").get());
    expect(failure).toMatchObject({ code: "unauthorized", graphCode: "InvalidAuthenticationToken", retryable: false });
    expect(loopback.requests).toHaveLength(2);
  });

  it("is answered for a POST too, since Graph did nothing", async () => {
    await graphThatRefuses(["token-1"], challenge);
    expect(await clientOf(countingProvider()).api("/users").post({ displayName: "Ada" })).toEqual({ id: "1" });
    expect(loopback.requests.map(({ body }) => body)).toEqual(Array(2).fill('{"displayName":"Ada"}'));
  });

  it("is answered even where retrying is switched off", async () => {
    await graphThatRefuses(["token-1"], challenge);
    expect(
      await clientOf(countingProvider(), { retry: { attempts: 1 } })
        .api("/users/1")
        .get(),
    ).toEqual({ id: "1" });
  });

  it("hits a hundred requests at once, and their provider hears from each which token was refused", async () => {
    await graphThatRefuses(["token-1"]);
    const provider = countingProvider();
    const client = clientOf(provider);
    await Promise.all(Array.from({ length: 100 }, (_, n) => client.api(`/users/${n}`).get()));
    expect(provider.token).toBe("token-2");
  });

  it("doesn't leave later attempts asking for the claims again", async () => {
    let busy = 2;
    loopback = await startLoopback(({ headers }, response) => {
      if (headers.authorization === "Bearer token-1") json(response, 401, {}, { "www-authenticate": challenge });
      else json(response, busy-- > 0 ? 503 : 200, {});
    });
    const provider = countingProvider();
    await clientOf(provider).api("/users/1").get();
    expect(provider.asked.map((request) => "claims" in request)).toEqual([false, true, false, false]);
  });
});

describe("a 403", () => {
  it("is asked once more with a new token, since consent may have come after the old one", async () => {
    await graphThatRefuses(["token-1"], "Bearer", 403);
    const provider = countingProvider();
    expect(await clientOf(provider).api("/users/1").get()).toEqual({ id: "1" });
    expect(provider.asked[1]).toMatchObject({ forceRefresh: true, refusedToken: "token-1" });
  });

  it("costs a new token at most every five minutes", async () => {
    await graphThatRefuses(["token-1", "token-2", "token-3"], "Bearer", 403);
    const provider = countingProvider();
    const clock = new SkippingClock();
    const client = clientOf(provider, { clock });
    for (let n = 0; n < 5; n++)
      await client
        .api("/users/1")
        .get()
        .catch(() => {});
    expect([provider.token, loopback.requests.length]).toEqual(["token-2", 6]);
    await clock.wait(300_000);
    await client
      .api("/users/1")
      .get()
      .catch(() => {});
    expect([provider.token, loopback.requests.length]).toEqual(["token-3", 8]);
  });

  it("for many requests with one token costs one new token, and all of them get it", async () => {
    await graphThatRefuses(["token-1"], "Bearer", 403);
    const provider = countingProvider();
    const client = clientOf(provider);
    await Promise.all(Array.from({ length: 20 }, (_, n) => client.api(`/users/${n}`).get()));
    expect(provider.token).toBe("token-2");
  });

  it("right after a new token isn't asked again: the token isn't the trouble", async () => {
    loopback = await startLoopback(({ headers }, response) =>
      json(response, headers.authorization === "Bearer token-1" ? 401 : 403, {}),
    );
    await expect(clientOf(countingProvider()).api("/users").get()).rejects.toMatchObject({ statusCode: 403 });
    expect(loopback.requests).toHaveLength(2);
  });

  it("that lasts is the SDK's own error", async () => {
    await graphThatRefuses(["token-1", "token-2"], "Bearer", 403);
    await expect(clientOf(countingProvider()).api("/users").get()).rejects.toMatchObject({
      statusCode: 403,
      code: "InvalidAuthenticationToken",
    });
  });
});

describe("a token", () => {
  it.each([
    ["another host", "https://graph.example.com/v1.0/users"],
    ["another national cloud", "https://graph.microsoft.us/v1.0/users"],
    ["another port", "https://graph.microsoft.com:8443/v1.0/users"],
    ["a host that begins like Graph's", "https://graph.microsoft.com.evil.example/v1.0/users"],
    ["an address with Graph's name as its user", "https://graph.microsoft.com:x@evil.example/v1.0/users"],
    ["an address with a user", "https://user@graph.microsoft.com/v1.0/users"],
  ])("doesn't go to %s, nor do the SDK's headers", async (_, address) => {
    await graphThatRefuses([]);
    const provider = countingProvider();
    // Native fetch refuses addresses with a user; others send them.
    await clientOf(provider)
      .api(address)
      .header("X-Mine", "1")
      .get()
      .catch(() => {});
    expect(provider.asked).toEqual([]);
    for (const { headers } of loopback.requests) {
      expect(Object.keys(headers)).toContain("x-mine");
      expect(Object.keys(headers)).not.toContain("authorization");
      expect(Object.keys(headers)).not.toContain("sdkversion");
      expect(Object.keys(headers)).not.toContain("client-request-id");
    }
  });

  it("goes to the Graph of the provider's cloud, port included, and to no other", async () => {
    await graphThatRefuses([]);
    const graphRoot = "https://graph.contoso.example:8443";
    const provider = Object.assign(countingProvider(), { cloud: { loginHost: "login.contoso.example", graphRoot } });
    const client = clientOf(provider);
    await client.api("/users").get();
    await client.api(`${graphRoot}/beta/users`).get();
    await client.api("https://graph.contoso.example/v1.0/users").get();
    await client.api("https://graph.microsoft.com/v1.0/users").get();
    expect(loopback.requests.map(({ host, headers }) => [host, headers.authorization])).toEqual([
      ["graph.contoso.example:8443", "Bearer token-1"],
      ["graph.contoso.example:8443", "Bearer token-1"],
      ["graph.contoso.example", undefined],
      ["graph.microsoft.com", undefined],
    ]);
    expect(loopback.requests[0]?.headers.sdkversion).toMatch(/^graph-js\//);
  });

  it("isn't asked for where the caller brings an Authorization header, which goes out as it is", async () => {
    await graphThatRefuses([]);
    const provider = countingProvider();
    await clientOf(provider).api("/users").header("authorization", "Bearer mine").get();
    expect(provider.asked).toEqual([]);
    expect(bearerOf(0)).toBe("Bearer mine");
  });

  it("comes from the provider, with the scopes, that a request names", async () => {
    await graphThatRefuses([]);
    const [usual, special] = [countingProvider(), countingProvider()];
    special.token = "special-1";
    await clientOf(usual)
      .api("/users")
      .middlewareOptions([new AuthenticationHandlerOptions(special, { scopes: ["api://x/.default"] })])
      .get();
    expect(usual.asked).toEqual([]);
    expect(special.asked).toMatchObject([{ scopes: ["api://x/.default"], enableCae: true }]);
    expect(bearerOf(0)).toBe("Bearer special-1");
  });
});

describe("a token that was sent", () => {
  it("is found in no client, error, or their JSON", async () => {
    await graphThatRefuses(["token-1", "token-2", "token-3"]);
    const client = clientOf(countingProvider());
    const failures: unknown[] = [await failureOf(client.api("/users").get())];
    await loopback.close();
    await graphThatRefuses(["token-1", "token-2", "token-3"], "Bearer", 403);
    const other = clientOf(countingProvider());
    failures.push(
      await other
        .api("/users")
        .get()
        .catch((error: unknown) => error),
    );
    await loopback.close();
    failures.push(await failureOf(other.api("/users").get()));
    for (const object of [client, other, traitsOf(other), ...failures]) {
      const shown = inspect(object, { depth: 20, showHidden: true, getters: true }) + JSON.stringify(object);
      expect(shown).not.toContain("token-");
    }
    expect(failures.map((error) => (error as { code: string }).code)).toEqual([
      "unauthorized",
      "InvalidAuthenticationToken",
      "network_error",
    ]);
    await graphThatRefuses([]);
  });
});

describe("a provider that fails", () => {
  const failing = (getAccessToken: () => Promise<unknown>) =>
    clientOf({ getAccessToken } as never)
      .api("/users")
      .get();

  it("with an AppIdentityError fails the request with that very error, once", async () => {
    await graphThatRefuses([]);
    const thrown = new AppIdentityError("expired_credential", "Expired.", { remedy: "Renew.", aadsts: 7000222 });
    let calls = 0;
    const failure = await failureOf(
      failing(async () => {
        calls++;
        throw thrown;
      }),
    );
    expect(failure).toBe(thrown);
    expect([calls, loopback.requests.length]).toEqual([1, 0]);
  });

  it("with anything else keeps it as the cause", async () => {
    await graphThatRefuses([]);
    const cause = new RangeError("out of tokens");
    const failure = await failureOf(failing(() => Promise.reject(cause)));
    expect(failure).toMatchObject({ code: "credential_callback_failed", cause });
    expect(failure.message).toContain("out of tokens");
  });

  it.each([undefined, null, "", " ", 42, "two\nlines"])(
    "by giving %j sends nothing, and repeats nothing of it",
    async (token) => {
      await graphThatRefuses([]);
      const failure = await failureOf(failing(async () => token));
      expect(failure.code).toBe("invalid_token_response");
      expect(loopback.requests).toHaveLength(0);
      if (typeof token === "string" && token.trim()) expect(failure.message).not.toContain("lines");
    },
  );

  it("by hanging is left at once on abort", async () => {
    await graphThatRefuses([]);
    const controller = new AbortController();
    const client = clientOf({ getAccessToken: () => new Promise<string>(() => {}) });
    const failure = failureOf(client.api("/users").option("signal", controller.signal).get());
    setTimeout(() => controller.abort("stop"), 10);
    expect(await failure).toMatchObject({ code: "aborted", cause: "stop" });
  });
});
