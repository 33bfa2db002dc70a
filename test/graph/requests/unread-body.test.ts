import type { ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { ResponseType } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient, type GraphClientOptions } from "../../../src/graph/client.js";
import { listAll } from "../../../src/graph/list-all.js";
import { countingProvider } from "../../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { ManualClock } from "../../support/manual-clock.js";
import { failureOf } from "../../support/refusal.js";
import { sampled } from "../../support/thorough.js";

let loopback: Loopback;
afterEach(() => loopback.close());

async function clientFor(answer: Parameters<typeof startLoopback>[0], options: Partial<GraphClientOptions> = {}) {
  loopback = await startLoopback(answer);
  return createGraphClient({
    authProvider: countingProvider(),
    fetch: loopback.fetch,
    retry: { attempts: 2, delayMs: 0 },
    ...options,
  });
}

const typed = (response: ServerResponse, type: string) => response.writeHead(200, { "content-type": type });
const stalls = (type: string) => (_: unknown, response: ServerResponse) => void typed(response, type).write("first");
const breaks = (type: string) => (_: unknown, response: ServerResponse) => {
  response.writeHead(200, { "content-type": type, "content-length": "1000" }).write("first");
  setTimeout(() => response.socket!.destroy(), 20);
};

describe("a body that is handed over unread", () => {
  it.each([
    ["image/jpeg", "/users/1/photo/$value"],
    ["text/plain", "/users/$count"],
    ["application/octet-stream", "/drives/1/items/2/content"],
    ["application/json", "/drives/1/items/2/content"],
    ["text/csv", "https://reports.example/download/1"],
  ])("of %s at %s is given up when nothing comes any more", async (type, path) => {
    const client = await clientFor(stalls(type), { timeoutMs: 60 });
    const read = client.api(path).responseType(ResponseType.ARRAYBUFFER).get();
    expect(await failureOf(read)).toMatchObject({ code: "timeout", retryable: true });
  });

  it("is given up as a stream too, but not while nobody reads", async () => {
    const clock = new ManualClock();
    const client = await clientFor(stalls("image/jpeg"), { timeoutMs: 60, clock } as object);
    const stream: ReadableStream = await client.api("/users/1/photo/$value").getStream();
    const reader = stream.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).toBe("first");
    clock.advance(150);
    const next = failureOf(reader.read());
    await turn();
    clock.advance(60);
    expect(await next).toMatchObject({ code: "timeout" });
  });

  it("may take any time as long as something comes", async () => {
    const clock = new ManualClock();
    let sending: ServerResponse | undefined;
    const client = await clientFor(
      (_, response) => {
        sending = typed(response, "image/jpeg");
        sending.flushHeaders();
      },
      { timeoutMs: 200, clock } as object,
    );
    const stream: ReadableStream = await client.api("/a/photo/$value").getStream();
    const reader = stream.getReader();
    for (let part = 0; part < 6; part++) {
      const next = reader.read();
      await turn();
      clock.advance(150);
      sending!.write("x");
      expect((await next).value).toHaveLength(1);
    }
    sending!.end();
    expect((await reader.read()).done).toBe(true);
  });

  it.each([
    ["image/jpeg", ResponseType.BLOB],
    ["text/plain", ResponseType.TEXT],
    ["text/plain", ResponseType.JSON],
    ["application/octet-stream", ResponseType.ARRAYBUFFER],
  ])("of %s, taken as %s, that breaks off fails as a lost connection", async (type, as) => {
    const client = await clientFor(breaks(type));
    const read = client.api("/a/content").responseType(as).get();
    expect(await failureOf(read)).toMatchObject({ code: "network_error", host: "graph.microsoft.com" });
  });

  it("comes byte for byte, to readers with a buffer of their own too", async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7) % 256));
    const client = await clientFor((_, response) => typed(response, "image/png").end(bytes));
    const stream: ReadableStream<Uint8Array> = await client.api("/a/photo/$value").getStream();
    const reader = stream.getReader({ mode: "byob" });
    const parts: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(10_000));
      if (done) break;
      parts.push(value);
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
  });

  it("says so where it isn't the JSON that was asked for", async () => {
    const client = await clientFor((_, response) => typed(response, "text/plain").end("plain"));
    const read = client.api("/a/content").responseType(ResponseType.JSON).get();
    expect(await failureOf(read)).toMatchObject({ code: "invalid_response", retryable: false });
  });
});

describe("maxBodyBytes", () => {
  const page = (bytes: number) => JSON.stringify({ value: [{ id: "1", note: "x".repeat(bytes) }] });
  const packed = (response: ServerResponse, type: string, text: string) =>
    response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).end(gzipSync(text));

  it.each([
    ["JSON of client.api()", "application/json", undefined],
    ["text", "text/plain", undefined],
    ["what is taken as text", "application/octet-stream", ResponseType.TEXT],
  ])("bounds %s as it is unpacked, and nothing is asked again", async (_, type, as) => {
    const client = await clientFor((_, response) => packed(response, type, page(3_000_000)), {
      maxBodyBytes: 1_000_000,
    });
    const request = client.api("/reports/1");
    const failure = await failureOf((as === undefined ? request : request.responseType(as)).get());
    expect(failure).toMatchObject({ code: "invalid_response", retryable: false });
    expect(failure.message).toContain("1000000 bytes");
    expect(failure.remedy).toContain("maxBodyBytes");
    expect(loopback.requests).toHaveLength(1);
  });

  it("bounds the pages of a listing", async () => {
    const client = await clientFor((_, response) => packed(response, "application/json", page(3_000_000)), {
      maxBodyBytes: 1_000_000,
    });
    const failure = await failureOf(listAll(client, "/groups")[Symbol.asyncIterator]().next());
    expect(failure).toMatchObject({ code: "invalid_response", retryable: false });
    expect(loopback.requests).toHaveLength(1);
  });

  it.each([ResponseType.STREAM, ResponseType.BLOB, ResponseType.ARRAYBUFFER])(
    "doesn't bound what is taken as %s, JSON or not",
    async (as) => {
      const body = page(3_000_000);
      const client = await clientFor(
        ({ path }, response) =>
          typed(response, path.endsWith("photo") ? "image/png" : "application/json").end(body) as never,
        { maxBodyBytes: 1_000_000 },
      );
      for (const path of ["/a/photo", "/a/report"]) {
        const taken = await client.api(path).responseType(as).get();
        expect(await new Response(taken).text()).toBe(body);
      }
    },
  );

  it("takes what fits exactly, and a byte order mark is no part of the JSON", async () => {
    const body = `\ufeff${page(100)}`;
    const client = await clientFor((_, response) => typed(response, "application/json").end(body) as never, {
      maxBodyBytes: Buffer.byteLength(body),
    });
    expect(await client.api("/a").get()).toMatchObject({ value: [{ id: "1" }] });
  });
});

describe("an error's body", () => {
  it("is read in its beginning only, however much there is", async () => {
    let sent = 0;
    const client = await clientFor((_, response) => {
      response.writeHead(503, { "content-type": "text/plain" });
      const more = () => {
        if (response.destroyed || sent > 200_000_000) return;
        sent += 1_000_000;
        response.write("x".repeat(1_000_000), () => setImmediate(more));
      };
      more();
    });
    const failure = await failureOf(client.api("/a").get());
    expect(failure).toMatchObject({ code: "graph_unavailable", statusCode: 503 });
    expect(failure.message.length).toBeLessThan(3_000);
    expect(sent).toBeLessThan(60_000_000);
  });

  it.each(sampled([503, 400, 404], 3))("of status %i that is 300,000 levels deep can be handled", async (status) => {
    const deep = `{"error":{"code":"Odd","message":"Deep.","more":${'{"a":'.repeat(300_000)}1${"}".repeat(300_000)}}}`;
    const client = await clientFor((_, response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(deep),
    );
    const error = await client
      .api("/a")
      .get()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ statusCode: status });
    expect((error as Error).message).toContain("Deep.");
    expect(JSON.stringify(error).length).toBeLessThan(5_000);
    const listed = await failureOf(listAll(client, "/groups")[Symbol.asyncIterator]().next());
    expect(listed.message).toContain("Deep.");
  });

  it("has a message of a few thousand characters at most", async () => {
    const client = await clientFor((_, response) =>
      json(response, 400, { error: { code: "C".repeat(9_000), message: "M".repeat(900_000) } }),
    );
    const error: Error = await client
      .api("/a")
      .get()
      .catch((thrown: unknown) => thrown as never);
    expect(error.message.length).toBeLessThan(3_000);
    const listed = await failureOf(listAll(client, "/groups")[Symbol.asyncIterator]().next());
    expect(listed.message.length).toBeLessThan(3_000);
  });
});

describe("whatever a fetch does", () => {
  const foreign = (code: string) =>
    runInContext(
      `Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("no"), { code: "${code}" }) })`,
      createContext({}),
    );
  it.each<[string, () => unknown, object]>([
    ["come back with nothing", async () => undefined, { code: "invalid_response" }],
    ["come back with null", async () => null, { code: "invalid_response" }],
    ["come back with a text", async () => "ok", { code: "invalid_response" }],
    ["throw a text", () => Promise.reject("boom"), { code: "network_error" }],
    ["throw nothing", () => Promise.reject(undefined), { code: "network_error" }],
    [
      "throw at once",
      () => {
        throw new RangeError("now");
      },
      { code: "network_error" },
    ],
    ["throw another realm's error", () => Promise.reject(foreign("ECONNREFUSED")), { message: /ECONNREFUSED/ }],
    [
      "throw another realm's certificate error",
      () => Promise.reject(foreign("CERT_HAS_EXPIRED")),
      { retryable: false },
    ],
  ])("such as to %s, callers get a failure of ours", async (_, fetch, expected) => {
    const client = await clientFor(() => {}, { fetch: fetch as never });
    const { message, ...fields } = expected as { message?: RegExp };
    for (const call of [
      () => client.api("/a").get(),
      () => listAll(client, "/groups")[Symbol.asyncIterator]().next(),
    ]) {
      const failure = await failureOf(call());
      expect(failure).toMatchObject(fields);
      if (message) expect(failure.message).toMatch(message);
    }
  });

  it("such as to break a body once with another realm's error, it is asked again", async () => {
    let asked = 0;
    const client = await clientFor(() => {}, {
      fetch: (async () => {
        if (asked++ > 0) return Response.json({ value: [{ id: "1" }] });
        const body = new ReadableStream({
          pull: (controller) => controller.error(runInContext('new TypeError("terminated")', createContext({}))),
        });
        return new Response(body, { headers: { "content-type": "application/json" } });
      }) as never,
    });
    expect(await client.api("/a").get()).toEqual({ value: [{ id: "1" }] });
    expect(asked).toBe(2);
  });
});
