import { Readable } from "node:stream";
import { type Client, ResponseType, RetryHandlerOptions } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient, type GraphClientOptions, traitsOf } from "../../src/graph/client.js";
import { countingProvider } from "../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { SkippingClock } from "../support/skipping-clock.js";

type Answer = Parameters<typeof startLoopback>[0];

let loopback: Loopback | undefined;
afterEach(async () => {
  await loopback?.close();
  loopback = undefined;
});

async function clientFor(answer: Answer, options: Partial<GraphClientOptions> = {}): Promise<Client> {
  loopback = await startLoopback(answer);
  return createGraphClient({
    authProvider: countingProvider(),
    fetch: loopback.fetch,
    clock: new SkippingClock(),
    timeoutMs: Number.POSITIVE_INFINITY,
    ...options,
  });
}

const seen = () => loopback!.requests;

/** The given answers in turn, the last one for ever. */
const inTurn =
  (...answers: Answer[]): Answer =>
  (...wire) =>
    (answers.length > 1 ? answers.shift()! : answers[0]!)(...wire);
const ok: Answer = (_, response) => json(response, 200, { id: "1" });
const status =
  (code: number, headers?: Record<string, string>): Answer =>
  (_, response) =>
    json(response, code, { error: { code: "Trouble", message: `A ${code}.` } }, headers);
const text =
  (code: number, body: string, type?: string): Answer =>
  (_, response) => {
    response.writeHead(code, { ...(type && { "content-type": type }), "request-id": "0ff1ce" });
    response.end(body);
  };

describe("createGraphClient", () => {
  it("speaks to v1.0 of the public Graph, or to beta", async () => {
    const client = await clientFor(ok);
    await client.api("/users").query({ $top: 1 }).get();
    const beta = createGraphClient({ authProvider: countingProvider(), fetch: loopback!.fetch, version: "beta" });
    await beta.api("/users").get();
    expect(seen().map(({ host, path }) => `${host}${path}`)).toEqual([
      "graph.microsoft.com/v1.0/users?$top=1",
      "graph.microsoft.com/beta/users",
    ]);
  });

  it("takes cloud and fetch over from its provider", async () => {
    loopback = await startLoopback(ok);
    const cloud = { loginHost: "login.microsoftonline.us", graphRoot: "https://dod-graph.microsoft.us" };
    const authProvider = Object.assign(countingProvider(), { cloud, fetch: loopback.fetch });
    const client = createGraphClient({ authProvider });
    await client.api("/users").get();
    expect(seen()[0]).toMatchObject({ host: "dod-graph.microsoft.us", headers: { authorization: "Bearer token-1" } });
    expect(traitsOf(client).graphRoot).toBe("https://dod-graph.microsoft.us");
  });

  it("is told the cloud of a provider that names none", async () => {
    const client = await clientFor(ok, { cloud: "china" });
    await client.api("/users").get();
    expect(seen()[0]).toMatchObject({
      host: "microsoftgraph.chinacloudapi.cn",
      headers: { authorization: "Bearer token-1" },
    });
  });

  const authProvider = countingProvider();
  const inChina = Object.assign(countingProvider(), {
    cloud: { loginHost: "login.partner.microsoftonline.cn", graphRoot: "https://microsoftgraph.chinacloudapi.cn" },
  });
  it.each<[string, unknown, RegExp]>([
    ["no options", undefined, /options object/],
    ["no provider", {}, /"authProvider" is missing/],
    ["a provider without getAccessToken()", { authProvider: { getAccess() {} } }, /no getAccessToken/],
    ["an Azure credential as provider", { authProvider: { getToken() {} } }, /tokenCredential/],
    ["a misspelt option", { authProvider, timeoutMS: 5 }, /"timeoutMS".*Did you mean "timeoutMs"/s],
    ["a misspelt retry option", { authProvider, retry: { attemps: 5 } }, /"attemps".*Did you mean "attempts"/s],
    ["a version Graph hasn't", { authProvider, version: "v2.0" }, /"version" .* must be "v1.0" or "beta"/],
    ["a negative timeout", { authProvider, timeoutMs: -1 }, /"timeoutMs" .* at least 1, and is -1/],
    ["a timeout of zero", { authProvider, timeoutMs: 0 }, /"timeoutMs" .* and is 0/],
    ["a timeout that is a text", { authProvider, timeoutMs: "5000" }, /"timeoutMs" .* and is a string/],
    ["a timeout that is no number", { authProvider, timeoutMs: Number.NaN }, /"timeoutMs"/],
    ["no attempts", { authProvider, retry: { attempts: 0 } }, /"attempts" of retry .* and is 0/],
    ["endless attempts", { authProvider, retry: { attempts: Number.POSITIVE_INFINITY } }, /whole number.* is Infinity/],
    ["half an attempt", { authProvider, retry: { attempts: 1.5 } }, /"attempts" of retry .* and is 1.5/],
    ["a negative budget", { authProvider, retry: { budgetMs: -1 } }, /"budgetMs" of retry .* and is -1/],
    ["a retry that is no object", { authProvider, retry: 3 }, /options object/],
    ["a fetch that is no function", { authProvider, fetch: {} }, /"fetch" .* must be a function, and is an object/],
    ["an unknown cloud", { authProvider, cloud: "moon" }, /"moon"/],
    ["a cloud that isn't its provider's", { authProvider: inChina, cloud: "public" }, /"cloud" is not the cloud/],
  ])("refuses %s", (_, options, says) => {
    const error = (() => {
      try {
        return void createGraphClient(options as GraphClientOptions);
      } catch (thrown) {
        return thrown as Error & { remedy: string };
      }
    })();
    expect(error).toMatchObject({ code: "invalid_options", name: "AppIdentityError" });
    expect(`${error?.message} ${error?.remedy}`).toMatch(says);
  });
});

describe("a client of ours", () => {
  it("asks again for an answer that breaks off, isn't JSON, or is a sign-in page", async () => {
    const client = await clientFor(
      inTurn(
        (_, response) => {
          response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
          response.write('{"id":');
          setTimeout(() => response.socket!.destroy(), 10);
        },
        text(200, '{"id":', "application/json"),
        text(200, "", "application/json"),
        text(200, "<html><title>Hotel Wi-Fi</title>", "text/html; charset=utf-8"),
        ok,
      ),
    );
    expect(await client.api("/users/1").get()).toEqual({ id: "1" });
    expect(seen()).toHaveLength(5);
  });

  it("says what came in place of an answer", async () => {
    const client = await clientFor(text(200, "<html>", "text/html"), { retry: { attempts: 2 } });
    expect(await failureOf(client.api("/users/1").get())).toMatchObject({
      code: "invalid_response",
      statusCode: 200,
      requestId: "0ff1ce",
      retryable: true,
    });
    expect(seen()).toHaveLength(2);
  });

  it("hands over what may be HTML, and text, images and streams, as they are", async () => {
    const client = await clientFor(({ path }, response) =>
      path.endsWith("/content")
        ? text(200, "<p>A note</p>", "text/html")(undefined as never, response, undefined as never)
        : text(200, "893", "text/plain")(undefined as never, response, undefined as never),
    );
    const stream: ReadableStream = await client.api("/me/onenote/pages/1/content").getStream();
    expect(await new Response(stream).text()).toBe("<p>A note</p>");
    expect(await client.api("/users/$count").get()).toBe("893");
  });

  it("leaves a 204 and a 202 without a body alone", async () => {
    const client = await clientFor(
      inTurn(
        (_, response) => response.writeHead(204).end(),
        (_, response) => response.writeHead(202).end(),
      ),
    );
    expect(await client.api("/users/1").delete()).toBeUndefined();
    const raw: Response = await client.api("/users/1/sendMail").responseType(ResponseType.RAW).post({});
    expect(raw.status).toBe(202);
  });

  it("gives RAW responses with status, headers, address and body", async () => {
    const client = await clientFor(inTurn(ok, status(404)));
    const raw = () => client.api("/users/1").responseType(ResponseType.RAW).get() as Promise<Response>;
    const found = await raw();
    expect([found.status, found.ok, await found.json()]).toEqual([200, true, { id: "1" }]);
    expect(found.url).toMatch(/\/v1.0\/users\/1$/);
    expect((await raw()).status).toBe(404);
  });

  it.each<[string, Answer, object]>([
    [
      "JSON",
      (_, r) => json(r, 404, { error: { code: "C", message: "M", innerError: { "request-id": "0ff1ce", extra: 1 } } }),
      { code: "C", message: "M" },
    ],
    [
      "JSON with innererror in lower case",
      (_, r) => json(r, 404, { error: { code: "C", message: "M", innererror: { "request-id": "0ff1ce" } } }),
      { code: "C", message: "M" },
    ],
    [
      "JSON with its id only in the header",
      (_, r) => json(r, 404, { error: { code: "C", message: "M" } }, { "request-id": "0ff1ce" }),
      { code: "C", message: "M" },
    ],
    [
      "problem+json",
      text(404, '{"title":"Not here","status":404}', "application/problem+json"),
      { message: "Not here" },
    ],
    ["text", text(404, "Nothing here.", "text/plain"), { message: "Nothing here." }],
    ["HTML", text(404, "<html><head><title>Lost</title></head></html>", "text/html"), { message: "Lost" }],
    ["JSON that breaks off", text(404, '{"error":{"co', "application/json"), { message: '{"error":{"co' }],
    ["nothing", text(404, ""), { message: "Graph answered 404 without saying why." }],
  ])("gives an error that came as %s as the SDK's GraphError with its fields", async (_, answer, fields) => {
    const client = await clientFor(answer);
    const error = await client
      .api("/users/1")
      .get()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...fields, statusCode: 404, requestId: "0ff1ce" });
    expect((error as { headers: Headers }).headers.get("content-type")).toContain("json");
    expect(seen()).toHaveLength(1);
  });

  it("carries POST bodies and their headers unchanged through a repetition", async () => {
    const client = await clientFor(inTurn(status(429, { "retry-after": "1" }), ok));
    await client.api("/users").header("Prefer", "x").post({ displayName: "Zoë & Søn" });
    const sent = seen().map(({ method, body, headers }) => [method, body, headers["content-type"], headers.prefer]);
    expect(sent).toEqual(Array(2).fill(["POST", '{"displayName":"Zoë & Søn"}', "application/json", "x"]));
  });

  it.each(["post", "patch", "put", "delete"] as const)(
    "doesn't repeat a %s that Graph may have carried out",
    async (method) => {
      const client = await clientFor(inTurn(status(500), ok));
      expect(await failureOf(client.api("/users/1")[method]({}))).toMatchObject({ code: "graph_unavailable" });
      expect(seen()).toHaveLength(1);
    },
  );

  it("sends a stream once, as it can't be sent twice", async () => {
    const client = await clientFor(inTurn(ok, status(429, { "retry-after": "1" })));
    const upload = () =>
      client.api("/me/photo/$value").putStream(Readable.from([Buffer.from("ab"), Buffer.from("cd")]));
    await upload();
    expect(seen()[0]?.body).toBe("abcd");
    expect(await failureOf(upload())).toMatchObject({ code: "throttled", retryAfterMs: 1_000 });
    expect(seen()).toHaveLength(2);
  });

  it("obeys the SDK's RetryHandlerOptions of one request", async () => {
    const client = await clientFor(status(503));
    const attempt = (...options: ConstructorParameters<typeof RetryHandlerOptions>) =>
      failureOf(
        client
          .api("/users")
          .middlewareOptions([new RetryHandlerOptions(...options)])
          .get(),
      );
    await attempt(0, 0);
    expect(seen()).toHaveLength(1);
    await attempt(0, 2);
    expect(seen()).toHaveLength(4);
    await attempt(0, 2, () => false);
    expect(seen()).toHaveLength(5);
  });

  it("closes the connection of a 503 behind the next attempt, so that the one after has another", async () => {
    const sockets = new Set<unknown>();
    const client = await clientFor(
      (_, response) => {
        sockets.add(response.socket);
        return status(503)(_, response, undefined as never);
      },
      { retry: { attempts: 4 } },
    );
    await failureOf(client.api("/users").get());
    expect(seen().map(({ headers }) => headers.connection)).toEqual(["keep-alive", "close", "close", "close"]);
    expect(sockets.size).toBe(3);
  });

  it("gives each attempt the SDK's headers once, and keeps a caller's client-request-id", async () => {
    const client = await clientFor(inTurn(status(503), ok, ok));
    await client.api("/users").get();
    await client.api("/users").header("client-request-id", "mine").get();
    const ids = seen().map(({ headers }) => headers["client-request-id"]);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[2]).toBe("mine");
    for (const { headers } of seen()) expect(headers.sdkversion).toMatch(/^graph-js\/[\d.]+$/);
  });

  it("ends an attempt after timeoutMs, the whole body included", async () => {
    const client = await clientFor(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{");
      },
      { timeoutMs: 50, retry: { attempts: 1 }, clock: undefined },
    );
    expect(await failureOf(client.api("/users").get())).toMatchObject({ code: "timeout", host: "graph.microsoft.com" });
  });

  it("has no fetch follow a redirect with its token", async () => {
    const redirects: unknown[] = [];
    const client = await clientFor(status(302, { location: "https://elsewhere.example/" }), {
      fetch: (input, init) => {
        redirects.push(init?.redirect);
        return loopback!.fetch(input, init);
      },
    });
    expect(await failureOf(client.api("/users").get())).toMatchObject({ code: "unexpected_redirect" });
    expect(redirects).toEqual(Array(6).fill("manual"));
    expect(seen().map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", ...Array(5).fill(undefined)]);
  });

  it.each(["/me/photo/$value", "https://files.example/v1.0/photo"])(
    "lets an abort end the body of %s, handed over unread, long after the request",
    async (address) => {
      const client = await clientFor((_, response) => {
        response.writeHead(200, { "content-type": "image/jpeg" });
        response.write("first");
      });
      const controller = new AbortController();
      const stream: ReadableStream = await client.api(address).option("signal", controller.signal).getStream();
      const reader = stream.getReader();
      expect(Buffer.from((await reader.read()).value).toString()).toBe("first");
      controller.abort();
      await expect(reader.read()).rejects.toThrow();
    },
  );

  it("doesn't judge or repeat what other hosts answer", async () => {
    const client = await clientFor(inTurn(status(429, { "retry-after": "60" }), ok));
    await expect(client.api("https://files.example/v1/upload").put("x")).rejects.toMatchObject({
      statusCode: 429,
      code: "Trouble",
    });
    expect(await client.api("/users/1").get()).toEqual({ id: "1" });
    expect(seen().map(({ host }) => host)).toEqual(["files.example", "graph.microsoft.com"]);
  });

  it("names the host and the cause where there is no connection", async () => {
    const client = createGraphClient({
      authProvider: countingProvider(),
      fetch: () =>
        Promise.reject(
          new TypeError("fetch failed", { cause: Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }) }),
        ),
      retry: { delayMs: 0 },
    });
    const failure = await failureOf(client.api("/users").get());
    expect(failure).toMatchObject({ code: "network_error", host: "graph.microsoft.com", retryable: true });
    expect(failure.message).toContain("ENOTFOUND");
  });

  it("doesn't ask again where a certificate is the trouble", async () => {
    let calls = 0;
    const client = createGraphClient({
      authProvider: countingProvider(),
      fetch: () => {
        calls++;
        return Promise.reject(
          new TypeError("fetch failed", {
            cause: Object.assign(new Error("no"), { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
          }),
        );
      },
    });
    const failure = await failureOf(client.api("/users").get());
    expect([failure.code, failure.retryable, calls]).toEqual(["network_error", false, 1]);
    expect(failure.remedy).toContain("NODE_EXTRA_CA_CERTS");
  });
});

describe("the traits of a client that a caller built", () => {
  it("are the defaults, at the client's own Graph, and stay the same", async () => {
    const { Client } = await import("@microsoft/microsoft-graph-client");
    const own = Client.init({ baseUrl: "https://graph.microsoft.us/", authProvider: (done) => done(null, "x") });
    expect(traitsOf(own)).toMatchObject({
      graphRoot: "https://graph.microsoft.us",
      timeoutMs: 60_000,
      retry: { attempts: 6 },
    });
    expect(traitsOf(own)).toBe(traitsOf(own));
  });
});
