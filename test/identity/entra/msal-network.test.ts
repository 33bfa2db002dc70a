import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { AppIdentityError } from "../../../src/errors.js";
import { clock, endpoint, provider, restartEndpoint, useTokenEndpoint } from "../../support/identity.js";
import { json, type SeenRequest, startLoopback } from "../../support/loopback.js";
import { clientSecret, entraError, plainMsal, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

useTokenEndpoint();

type Answer = (response: ServerResponse, request: SeenRequest) => unknown;
type Failure = AppIdentityError & { errorCode?: string; errorNo?: number | string; status?: number };

type MsalShape = Record<string, unknown> & { status?: number | undefined };

const failure = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    (token) => expect.fail(`expected a failure, got ${inspect(token)}`),
    (error) => error,
  );

function text(status: number, body: string, type = "text/html"): Answer {
  return (response) => response.writeHead(status, { "content-type": type }).end(body);
}

const always = (answer: Answer) => endpoint.next(...Array.from({ length: 10 }, () => answer));

describe("error answers, beside what msal-node makes of them", () => {
  const rows: { name: string; answer: Answer; ours: object; requests: number; msal: MsalShape }[] = [
    {
      name: "a wrong secret",
      answer: entraError(401, 7000215, "invalid_client"),
      ours: { code: "invalid_credential", aadsts: 7000215, statusCode: 401, retryable: false },
      requests: 1,
      msal: { name: "ServerError", errorNo: 7000215, errorCode: "invalid_client" },
    },
    {
      name: "an expired secret, which msal-node tells from a wrong one by number only",
      answer: entraError(401, 7000222, "invalid_client"),
      ours: { code: "expired_credential", aadsts: 7000222 },
      requests: 1,
      msal: { name: "ServerError", errorNo: 7000222, errorCode: "invalid_client" },
    },
    {
      name: "an unknown app",
      answer: entraError(400, 700016, "unauthorized_client"),
      ours: { code: "app_not_found", aadsts: 700016 },
      requests: 1,
      msal: { name: "ServerError", errorCode: "unauthorized_client" },
    },
    {
      name: "an unknown tenant",
      answer: entraError(400, 90002, "invalid_request"),
      ours: { code: "tenant_not_found", aadsts: 90002 },
      requests: 1,
      msal: { name: "ServerError", errorCode: "invalid_request" },
    },
    {
      name: "a certificate that isn't registered",
      answer: entraError(401, 700027, "invalid_client"),
      ours: { code: "invalid_credential", aadsts: 700027 },
      requests: 1,
      msal: { name: "ServerError", errorCode: "invalid_client" },
    },
    {
      name: "a Conditional Access block, which msal-node calls a need for interaction",
      answer: entraError(400, 53003, "interaction_required"),
      ours: { code: "blocked_by_policy", aadsts: 53003, statusCode: 400 },
      requests: 1,
      msal: { name: "InteractionRequiredAuthError", status: undefined },
    },
    {
      name: "a directory that is away",
      answer: entraError(500, 90033, "server_error"),
      ours: { code: "entra_unavailable", aadsts: 90033, statusCode: 500, retryable: true },
      requests: 3,
      msal: { name: "ServerError", status: 500 },
    },
    {
      name: "HTML from a gateway, whose status msal-node loses",
      answer: text(502, "<html>Bad Gateway</html>"),
      ours: { code: "entra_unavailable", statusCode: 502, retryable: true },
      requests: 3,
      msal: { errorCode: "token_parsing_error", status: undefined },
    },
    {
      name: "HTML that claims success, as from a captive portal",
      answer: text(200, "<html>Please sign in</html>"),
      ours: { code: "invalid_token_response", statusCode: 200 },
      requests: 3,
      msal: { errorCode: "token_parsing_error" },
    },
    {
      name: "an empty answer",
      answer: text(200, "", "application/json"),
      ours: { code: "invalid_token_response" },
      requests: 3,
      msal: { errorCode: "token_parsing_error" },
    },
    {
      name: "null",
      answer: text(200, "null", "application/json"),
      ours: { code: "invalid_token_response" },
      requests: 3,
      msal: { errorCode: "network_error" },
    },
    {
      name: "truncated JSON",
      answer: text(200, '{"access_token":"eyJ', "application/json"),
      ours: { code: "invalid_token_response" },
      requests: 3,
      msal: { errorCode: "token_parsing_error" },
    },
    {
      name: "an answer that breaks off",
      answer: (response) => {
        response.writeHead(200, { "content-length": "500" });
        response.write('{"access_token":');
        setImmediate(() => response.destroy());
      },
      ours: { code: "network_error", retryable: true, host: "login.microsoftonline.com" },
      requests: 3,
      msal: { errorCode: "token_parsing_error" },
    },
    {
      name: "a connection that is reset",
      answer: (response) => response.socket?.destroy(),
      ours: { code: "network_error", retryable: true, host: "login.microsoftonline.com" },
      requests: 3,
      msal: { errorCode: "network_error" },
    },
  ];

  it.each(rows.map((row) => [row.name, row] as const))("%s", async (_name, { answer, ours, requests, msal }) => {
    always(answer);
    const error = await failure(provider().getAccessToken());
    expect(error).toBeInstanceOf(AppIdentityError);
    expect(error).toMatchObject(ours);
    expect(error.remedy).toMatch(/^[A-Z].+\.$/);
    expect(endpoint.requests).toHaveLength(requests);
    const { status, ...shape } = msal;
    const plain = await failure(plainMsal(endpoint)());
    expect(plain).toMatchObject(shape);
    if ("status" in msal) expect(plain.status).toBe(status);
  });

  it("Entra's own ids stay fields, where msal-node overwrites the one and hides the other in text", async () => {
    always(entraError(401, 7000215, "invalid_client"));
    const ids = {
      traceId: expect.stringMatching(/000000000001$/),
      correlationId: expect.stringMatching(/000000000002$/),
    };
    expect(await failure(provider().getAccessToken())).toMatchObject(ids);
    expect((await failure(plainMsal(endpoint)())).correlationId).not.toMatch(/000000000002$/);
  });

  it.each([
    [200, {}],
    [200, { access_token: "" }],
    [200, { access_token: 7 }],
    [200, { access_token: "two\r\nlines" }],
    [500, {}],
  ])("HTTP %i with %j is a failure, where msal-node hands out an empty bearer", async (status, body) => {
    always((response) => json(response, status, body));
    const error = await failure(provider().getAccessToken());
    expect(error.code).toBe(status === 200 ? "invalid_token_response" : "entra_unavailable");
    expect(endpoint.requests).toHaveLength(3);
    if (!("access_token" in body && body.access_token)) expect(await plainMsal(endpoint)()).toBe("");
  });
});

describe("trying again", () => {
  const passing: [string, Answer][] = [
    ["a reset connection", (response) => response.socket?.destroy()],
    ["408", text(408, "")],
    ["429", entraError(429, 90055, "temporarily_unavailable")],
    ["500", text(500, "")],
    ["503", entraError(503, 90033, "temporarily_unavailable")],
    ["HTML", text(200, "<html>")],
  ];

  it.each(passing)("one %s costs a moment, where msal-node fails", async (_name, answer) => {
    endpoint.next(answer, answer);
    expect(await provider().getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(3);
    const [first = 0, second = 0] = clock.pauses;
    expect(first).toBeLessThanOrEqual(500);
    expect(second).toBeLessThanOrEqual(1000);
    endpoint.next(answer);
    await failure(plainMsal(endpoint)());
    expect(endpoint.requests).toHaveLength(4);
  });

  it("a 503 at the start costs msal-node a minute of failures without a request, us nothing", async () => {
    const authProvider = provider();
    always(entraError(503, 90033, "temporarily_unavailable"));
    await failure(authProvider.getAccessToken());
    await restartEndpoint();
    const later = provider();
    endpoint.next(...Array.from({ length: 3 }, () => entraError(503, 90033, "temporarily_unavailable")));
    await failure(later.getAccessToken());
    expect(await later.getAccessToken()).toBe("token-1");

    const msal = plainMsal(endpoint);
    endpoint.next(entraError(503, 90033, "temporarily_unavailable"));
    expect(await failure(msal())).toMatchObject({ errorCode: "temporarily_unavailable", status: 503 });
    const before = endpoint.requests.length;
    // A different error, without a status, and no request.
    expect(await failure(msal())).toMatchObject({ errorCode: "90033", status: undefined });
    expect(endpoint.requests).toHaveLength(before);
  });

  it("a date in Retry-After is understood, where msal-node takes it for a minute", async () => {
    endpoint.next((response) => {
      const header = { "retry-after": new Date(Date.now() + 8_000).toUTCString() };
      return entraError(429, 90055, "temporarily_unavailable", header)(response);
    });
    expect(await provider().getAccessToken()).toBe("token-1");
    expect(clock.pauses[0]).toBeGreaterThan(6_000);
    expect(clock.pauses[0]).toBeLessThan(10_000);

    vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
    const msal = plainMsal(endpoint);
    endpoint.next(
      entraError(429, 90055, "temporarily_unavailable", { "retry-after": new Date(Date.now() + 2_000).toUTCString() }),
    );
    await failure(msal());
    vi.setSystemTime(Date.now() + 10_000);
    const before = endpoint.requests.length;
    await failure(msal());
    expect(endpoint.requests).toHaveLength(before);
    vi.useRealTimers();
  });

  it("a 400 with Retry-After is answered by an error, and doesn't keep the next caller away", async () => {
    endpoint.next(entraError(400, 700016, "unauthorized_client", { "retry-after": "300" }));
    const authProvider = provider();
    await failure(authProvider.getAccessToken());
    expect(await authProvider.getAccessToken()).toBe("token-1");
    const msal = plainMsal(endpoint);
    endpoint.next(entraError(400, 700016, "unauthorized_client", { "retry-after": "300" }));
    await failure(msal());
    await failure(msal());
    expect(endpoint.requests).toHaveLength(3);
  });
});

describe("time and size", () => {
  it("a server that never answers costs 10 s an attempt and is then a timeout", async () => {
    always(() => {});
    const waiting = failure(provider().getAccessToken());
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => expect(endpoint.requests).toHaveLength(attempt));
      await until(() => expect(clock.running).toContain(10_000));
      clock.exceedLimits();
    }
    expect(await waiting).toMatchObject({ code: "timeout", retryable: true, host: "login.microsoftonline.com" });
  });

  it("so is one that stops in the middle of its answer", async () => {
    always((response) => response.writeHead(200).write('{"access_token":'));
    const waiting = failure(provider().getAccessToken());
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => expect(endpoint.requests).toHaveLength(attempt));
      await until(() => expect(clock.running).toContain(10_000));
      clock.exceedLimits();
    }
    expect((await waiting).code).toBe("timeout");
  });

  it("a fetch that is deaf to its signal can't hold a caller", async () => {
    const waiting = failure(provider({ fetch: () => new Promise(() => {}) }).getAccessToken());
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(() => expect(clock.running).toContain(10_000));
      clock.exceedLimits();
    }
    expect((await waiting).code).toBe("timeout");
  });

  it("an answer without end isn't read to its end", async () => {
    let closed = false;
    always((response) => {
      response.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-type": "application/json" });
      const more = () => closed || response.write("x".repeat(100_000), more);
      response.write('{"access_token":"', more);
    });
    const error = await failure(provider().getAccessToken());
    expect(error).toMatchObject({ code: "invalid_token_response", retryable: false });
    await until(() => expect(closed).toBe(true));
    expect(endpoint.requests).toHaveLength(1);
  });

  it("an error that holds the request, as axios makes them, is told without it", async () => {
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const cause = Object.assign(new Error("connect ECONNREFUSED"), {
        code: "ECONNREFUSED",
        request: new URL(`${url}`),
      });
      throw Object.assign(new TypeError("Network Error", { cause }), { code: "ERR_NETWORK", config: { ...init } });
    };
    const error = await failure(provider({ fetch }).getAccessToken());
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(encodeURIComponent(clientSecret));
    expect(error).toMatchObject({ code: "network_error", host: "login.microsoftonline.com" });
    expect(error.cause).toMatchObject({ name: "TypeError", message: "Network Error", code: "ERR_NETWORK" });
    expect(error.cause).toMatchObject({
      cause: { code: "ECONNREFUSED" },
      stack: expect.stringContaining("Network Error"),
    });
  });

  it.each([undefined, {}, "text", { status: 200 }])(
    "a fetch that comes back with %j is told from an answer",
    async (given) => {
      const error = await failure(provider({ fetch: (async () => given) as never }).getAccessToken());
      expect(error).toMatchObject({ code: "invalid_token_response", message: expect.stringContaining('"fetch"') });
      expect(clock.pauses).toEqual([]);
    },
  );

  it("a name that doesn't resolve says so", async () => {
    const cause = Object.assign(new Error("getaddrinfo ENOTFOUND login.microsoftonline.com"), { code: "ENOTFOUND" });
    const fetch = async () => {
      throw new TypeError("fetch failed", { cause });
    };
    const error = await failure(provider({ fetch }).getAccessToken());
    expect(error).toMatchObject({ code: "network_error", cause: { cause }, host: "login.microsoftonline.com" });
    expect(error.message).toContain("ENOTFOUND");
    expect(error.remedy).toContain("DNS");
  });

  it("a name that nobody has, asked of the real DNS", async () => {
    const cloud = { loginHost: "login.nowhere.invalid", graphRoot: "https://graph.microsoft.com" };
    const error = await failure(provider({ cloud, fetch: globalThis.fetch }).getAccessToken());
    expect(error).toMatchObject({ code: "network_error", host: "login.nowhere.invalid" });
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it("a closed port is told from a broken connection, which msal-node reports in the same words", async () => {
    const { origin } = endpoint;
    always((response) => response.socket?.destroy());
    const [broken, plainBroken] = [await failure(provider().getAccessToken()), await failure(plainMsal(endpoint)())];
    await endpoint.close();
    const [closed, plainClosed] = [await failure(provider().getAccessToken()), await failure(plainMsal({ origin })())];
    expect(closed.message).toContain("ECONNREFUSED");
    expect(broken.message).not.toBe(closed.message);
    expect(broken.cause).toBeInstanceOf(Error);
    const told = ({ name, errorCode, message, cause }: Failure) => ({ name, errorCode, message, cause });
    expect(told(plainClosed)).toEqual(told(plainBroken));
  });

  it("a proxy's own certificate gets the advice that helps", async () => {
    const cause = Object.assign(new Error("self-signed certificate"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    const fetch = async () => {
      throw new TypeError("fetch failed", { cause });
    };
    expect((await failure(provider({ fetch }).getAccessToken())).remedy).toContain("NODE_EXTRA_CA_CERTS");
  });
});

describe("what a token answer says about its token", () => {
  it.each([
    ["a number", 3600, 59, 60],
    ["a string", "3600", 59, 60],
    ["nothing, which counts as five minutes", undefined, 4, 5],
  ])("expires_in as %s", async (_form, expiresIn, good, over) => {
    endpoint.next((response) => json(response, 200, tokenAnswer("first", { expires_in: expiresIn })));
    const authProvider = provider();
    expect(await authProvider.getAccessToken()).toBe("token-first");
    clock.advance(good * 60_000);
    expect(await authProvider.getAccessToken()).toBe("token-first");
    await until(() => expect(endpoint.requests).toHaveLength(2));
    clock.advance((over - good) * 60_000);
    expect(await authProvider.getAccessToken()).toBe("token-1");
  });

  it.each([0, -5, "soon", "-5", Number.MAX_VALUE, {}, true])("expires_in %j is no token's life", async (expiresIn) => {
    always((response) => json(response, 200, tokenAnswer("odd", { expires_in: expiresIn })));
    expect(await failure(provider().getAccessToken())).toMatchObject({ code: "invalid_token_response" });
    expect(endpoint.requests).toHaveLength(3);
  });

  it.each([9e12, 1e11, "99999999999", 86_400 * 31])(
    "expires_in %j is cut to a month, after which another is asked for",
    async (expiresIn) => {
      endpoint.next((response) => json(response, 200, tokenAnswer("long", { expires_in: expiresIn })));
      const authProvider = provider();
      const { expiresOnTimestamp } = await authProvider.getToken("https://graph.microsoft.com/.default");
      expect(expiresOnTimestamp).toBe(clock.now() + 30 * 86_400_000);
      endpoint.next((response) => json(response, 200, tokenAnswer("long", { expires_in: expiresIn })));
      const { token } = await authProvider.verify();
      expect(token.expiresOn.getTime()).toBe(clock.now() + 30 * 86_400_000);
      clock.advance(30 * 86_400_000);
      expect(await authProvider.getAccessToken()).toBe("token-1");
    },
  );

  it.each([0, -1, "x", 7200, null])("refresh_in %j is ignored", async (refreshIn) => {
    endpoint.next((response) => json(response, 200, tokenAnswer("first", { expires_in: 3600, refresh_in: refreshIn })));
    const authProvider = provider();
    await authProvider.getAccessToken();
    clock.advance(40 * 60_000);
    await authProvider.getAccessToken();
    expect(endpoint.requests).toHaveLength(1);
    clock.advance(10 * 60_000);
    expect(await authProvider.getAccessToken()).toBe("token-first");
    await until(() => expect(endpoint.requests).toHaveLength(2));
  });
});

describe("where credentials go", () => {
  /** Follows redirects unless told otherwise, as the runtime's fetch does. */
  const plainFetch: typeof globalThis.fetch = (input, init) =>
    globalThis.fetch(String(input).replace("https://login.microsoftonline.com", endpoint.origin), init);

  it("a redirect isn't followed", async () => {
    const elsewhere = await startLoopback((_request, response) => json(response, 200, tokenAnswer("stolen")));
    always((response) => response.writeHead(307, { location: `${elsewhere.origin}/token` }).end());
    expect((await failure(provider({ fetch: plainFetch }).getAccessToken())).code).toBe("unexpected_redirect");
    expect(elsewhere.requests).toHaveLength(0);
    expect(endpoint.requests).toHaveLength(1);
    await elsewhere.close();
  });
});
