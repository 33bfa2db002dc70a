import { Client, type Context, MiddlewareFactory } from "@microsoft/microsoft-graph-client";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createGraphClient, traitsOf } from "../../src/graph/client.js";
import { requestText } from "../../src/graph/paging/request-page.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { HastyClock } from "../support/hasty-clock.js";
import { runText } from "../support/run-program.js";

const emulator: Emulator = await startEmulator({ users: 3 });
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

function signIn() {
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  return new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
}

const asked = (service: "entra" | "graph") =>
  emulator.requests.filter((request) => request.service === service).map(({ status }) => status);

describe("a client that reads a tenant as an app", () => {
  it("takes everything from its provider", async () => {
    const client = createGraphClient({ authProvider: signIn() });
    const { value } = await client.api("/users").select("displayName").get();
    expect(value).toHaveLength(3);
    expect([asked("entra"), asked("graph")]).toEqual([[200], [200]]);
  });

  it("goes on when its token is revoked", async () => {
    const client = createGraphClient({ authProvider: signIn() });
    await client.api("/users").get();
    emulator.revoke();
    await client.api("/users").get();
    await client.api("/users").get();
    expect([asked("entra"), asked("graph")]).toEqual([
      [200, 200],
      [200, 401, 200, 200],
    ]);
  });

  it("asks Entra once when a hundred requests meet a revoked token together", async () => {
    const client = createGraphClient({ authProvider: signIn() });
    await client.api("/users").get();
    emulator.revoke();
    await Promise.all(Array.from({ length: 100 }, () => client.api("/users").get()));
    expect(asked("entra")).toEqual([200, 200]);
  });

  it("asks Entra once also where a caller built the client, and listings meet the revoked token", async () => {
    const authProvider = signIn();
    const chain = MiddlewareFactory.getDefaultMiddlewareChain(authProvider).slice(0, -1);
    const execute = async (context: Context) => {
      context.response = await emulator.fetch(context.request as string, context.options as RequestInit);
    };
    const client = Client.initWithMiddleware({ middleware: [...chain, { execute }] });
    const list = () =>
      requestText(
        client,
        "https://graph.microsoft.com/v1.0/users",
        {},
        { ...traitsOf(client), idempotent: true },
        (text) => text,
      );
    await list();
    emulator.revoke();
    await Promise.all(Array.from({ length: 50 }, list));
    expect(asked("entra")).toEqual([200, 200]);
  });

  it("notices a permission that was granted after its token was issued", async () => {
    const authProvider = signIn();
    const { roles } = emulator.app();
    emulator.app().roles = [];
    await authProvider.getAccessToken({ enableCae: true });
    emulator.app().roles = roles;
    await createGraphClient({ authProvider }).api("/users").get();
    expect([asked("entra"), asked("graph")]).toEqual([
      [200, 200],
      [403, 200],
    ]);
  });

  it("rides out what Graph does on a bad day", async () => {
    const clock = new HastyClock();
    const client = createGraphClient({ authProvider: signIn(), clock, timeoutMs: 1_000, retry: { delayMs: 0 } });
    for (const trouble of [
      { status: 503 },
      { reset: true },
      { resetInBody: true },
      { truncate: true },
      { html: true },
      { hang: true },
      { status: 429, retryAfter: "1" },
    ]) {
      emulator.faults.add({ service: "graph", ...trouble });
      expect((await client.api("/users").get()).value, JSON.stringify(trouble)).toHaveLength(3);
    }
  });

  it("has a gate of its own", () => {
    const authProvider = signIn();
    expect(traitsOf(createGraphClient({ authProvider })).gates).not.toBe(
      traitsOf(createGraphClient({ authProvider })).gates,
    );
  });
});

describe("a process with such a client", () => {
  it("ends by itself after a request, an abort and a failure", async () => {
    // One of the timers it uses runs for a minute, another for two: longer than this test may take.
    const ran = await runText(`
        const { createGraphClient } = await import("./src/graph/client.ts");
        const authProvider = { getAccessToken: async () => "token" };
        const fetch = async (url) => url.endsWith("/ok") ? Response.json({ ok: true }) : new Response("", { status: 429, headers: { "retry-after": "120" } });
        const client = createGraphClient({ authProvider, fetch });
        await client.api("/ok").get();
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 50);
        for (const path of ["/slow", "/slower"]) await client.api(path).option("signal", controller.signal).get().catch(({ code }) => console.log(code));`);
    expect(ran).toEqual({ stdout: "aborted\naborted\n", stderr: "", code: 0 });
  });
});
