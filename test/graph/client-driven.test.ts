import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as sdk from "@microsoft/microsoft-graph-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GraphTokenRequest } from "../../src/access-token.js";
import { AppIdentityError } from "../../src/errors.js";
import { createGraphClient, traitsOf } from "../../src/graph/client.js";
import { reviveError } from "../../src/graph/failures/revive-error.js";
import { requestText } from "../../src/graph/paging/request-page.js";
import { countingProvider } from "../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { SkippingClock } from "../support/skipping-clock.js";

type Sdk = typeof sdk;
type Answer = Parameters<typeof startLoopback>[0];

let loopback: Loopback;
afterEach(() => loopback.close());

/** A client as callers build it from the SDK alone: its default chain, with the last link on our socket. */
function callersClient({ Client, MiddlewareFactory }: Sdk, authProvider: sdk.AuthenticationProvider): sdk.Client {
  const chain = MiddlewareFactory.getDefaultMiddlewareChain(authProvider).slice(0, -1);
  const execute = async (context: sdk.Context) => {
    context.response = await loopback.fetch(context.request as string, context.options as RequestInit);
  };
  return Client.initWithMiddleware({ middleware: [...chain, { execute }] });
}

/** One request whose attempts are driven from outside the client, as listings do it. */
function drive(client: sdk.Client, signal?: AbortSignal): Promise<string> {
  const traits = { ...traitsOf(client), timeoutMs: Number.POSITIVE_INFINITY, clock: new SkippingClock() };
  const link = `${traits.graphRoot}/v1.0/users`;
  return requestText(client, link, {}, { ...traits, signal, idempotent: true }, (text) => text);
}

const clients: [string, (authProvider: sdk.AuthenticationProvider) => sdk.Client][] = [
  ["of ours", (authProvider) => createGraphClient({ authProvider, fetch: loopback.fetch })],
  ["that a caller built", (authProvider) => callersClient(sdk, authProvider)],
];

const claims = '{"access_token":{"nbf":{"essential":true, "value":"1"}}}';
const challenge = `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString("base64")}"`;

describe.each(clients)("attempts driven from outside a client %s", (_, clientWith) => {
  const answering = async (answer: Answer) => {
    loopback = await startLoopback(answer);
    return countingProvider();
  };

  it("don't multiply with the client's own", async () => {
    const provider = await answering((_, response) => json(response, 503, {}));
    expect(await failureOf(drive(clientWith(provider)))).toMatchObject({ code: "graph_unavailable" });
    expect(loopback.requests).toHaveLength(6);
  });

  it("survive lost connections", async () => {
    const provider = await answering((_, response) =>
      loopback.requests.length < 3 ? response.socket!.destroy() : json(response, 200, {}),
    );
    expect(await drive(clientWith(provider))).toBe("{}");
    expect(loopback.requests).toHaveLength(3);
  });

  it("answer claims challenges", async () => {
    const provider = await answering(({ headers }, response) =>
      headers.authorization === "Bearer token-1"
        ? json(response, 401, {}, { "www-authenticate": challenge })
        : json(response, 200, {}),
    );
    expect(await drive(clientWith(provider))).toBe("{}");
    expect(provider.asked).toMatchObject([{ enableCae: true }, { claims }]);
  });

  it("read errors themselves, in whatever form", async () => {
    const provider = await answering((_, response) =>
      response.writeHead(404, { "content-type": "text/html", "request-id": "0ff1ce" }).end("<title>Lost</title>"),
    );
    const failure = await failureOf(drive(clientWith(provider)));
    expect(failure).toMatchObject({ code: "not_found", requestId: "0ff1ce" });
    expect(failure.message).toContain("Lost");
  });

  it("follow no redirect", async () => {
    const provider = await answering((_, response) =>
      response.writeHead(302, { location: "https://graph.microsoft.com/v1.0/elsewhere" }).end(),
    );
    expect(await failureOf(drive(clientWith(provider)))).toMatchObject({ code: "unexpected_redirect" });
    expect(loopback.requests).toHaveLength(1);
  });

  it("close the connection behind the attempt that follows a 503", async () => {
    const provider = await answering((_, response) => json(response, loopback.requests.length < 2 ? 503 : 200, {}));
    await drive(clientWith(provider));
    expect(loopback.requests.map(({ headers }) => headers.connection)).toEqual(["keep-alive", "close"]);
  });

  it("end with what the provider threw, at once", async () => {
    await answering((_, response) => json(response, 200, {}));
    const thrown = new AppIdentityError("entra_unavailable", "No.", {
      remedy: "Wait.",
      retryable: true,
      host: "login",
    });
    const client = clientWith({ getAccessToken: () => Promise.reject(thrown) });
    expect(await failureOf(drive(client))).toBe(thrown);
  });

  it("end with a typed error also where the provider threw none", async () => {
    await answering((_, response) => json(response, 200, {}));
    const client = clientWith({ getAccessToken: () => Promise.reject(new RangeError("out of tokens")) });
    const failure = await failureOf(drive(client));
    expect([failure.code, failure.message.includes("out of tokens")]).toEqual(["credential_callback_failed", true]);
  });

  it("end at once on abort", async () => {
    const provider = await answering(() => {});
    const controller = new AbortController();
    const failure = failureOf(drive(clientWith(provider), controller.signal));
    setTimeout(() => controller.abort("stop"), 20);
    expect(await failure).toMatchObject({ code: "aborted", cause: "stop" });
  });
});

it("A client of ours leaves an attempt that is driven from outside to whoever drives it", async () => {
  loopback = await startLoopback((_, response) => response.writeHead(503, { "content-type": "text/html" }).end("<p>"));
  const client = createGraphClient({ authProvider: countingProvider(), fetch: loopback.fetch });
  const tokenRequest: object = { attempt: 1 };
  const response: Response = await client
    .api("/users")
    .responseType(sdk.ResponseType.RAW)
    .middlewareOptions([new sdk.AuthenticationHandlerOptions(undefined, tokenRequest)])
    .get();
  expect([response.status, await response.text()]).toEqual([503, "<p>"]);
  expect(loopback.requests).toHaveLength(1);
});

describe("a second copy of the Graph SDK in the tree", () => {
  const require = createRequire(import.meta.url);
  let folder: string;
  let second: Sdk;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "second-sdk-"));
    const modules = join(folder, "node_modules");
    const home = dirname(require.resolve("@microsoft/microsoft-graph-client/package.json"));
    cpSync(home, join(modules, "@microsoft/microsoft-graph-client"), { recursive: true });
    mkdirSync(join(modules, "@babel"));
    for (const name of ["tslib", "@babel/runtime"]) {
      symlinkSync(dirname(require.resolve(`${name}/package.json`)), join(modules, name), "dir");
    }
    second = createRequire(join(folder, "index.js"))("@microsoft/microsoft-graph-client");
    expect(second.GraphClientError).not.toBe(sdk.GraphClientError);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const thrown = new AppIdentityError("expired_credential", "The secret expired.", {
    remedy: "Make a new one.",
    aadsts: 7000222,
    correlationId: "c0ffee",
    host: "login.microsoftonline.com",
    requestId: "0ff1ce",
  });
  const failing = { getAccessToken: (_?: GraphTokenRequest) => Promise.reject(thrown) } as sdk.AuthenticationProvider;

  it("keeps code and message of our errors, and their fields for reviveError()", async () => {
    loopback = await startLoopback((_, response) => json(response, 200, {}));
    const error: unknown = await callersClient(second, failing)
      .api("/users")
      .get()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(second.GraphError);
    expect(error).toMatchObject({ code: "expired_credential", message: "The secret expired.", requestId: "0ff1ce" });
    const revived = reviveError(error) as AppIdentityError;
    expect(revived).toBeInstanceOf(AppIdentityError);
    expect(revived.toJSON()).toEqual(thrown.toJSON());
    expect(revived.cause).toBe(error);
  });

  it("doesn't hide them from a listing", async () => {
    loopback = await startLoopback((_, response) => json(response, 200, {}));
    const failure = await failureOf(drive(callersClient(second, failing)));
    expect(failure.toJSON()).toEqual(thrown.toJSON());
  });

  it("is served by the same attempts", async () => {
    loopback = await startLoopback((_, response) =>
      loopback.requests.length < 3 ? response.socket!.destroy() : json(response, 200, {}),
    );
    expect(await drive(callersClient(second, countingProvider()))).toBe("{}");
  });

  it("leaves errors alone that aren't ours", () => {
    for (const error of [
      new Error("x"),
      undefined,
      null,
      "text",
      Object.assign(new Error("x"), { body: '{"name":"AppIdentityError' }),
    ]) {
      expect(reviveError(error)).toBe(error);
    }
  });
});
