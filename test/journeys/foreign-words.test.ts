import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { listUsers } from "../../src/users/list-users.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { SkippingClock } from "../support/skipping-clock.js";
import { clientId, tenantId } from "../support/token-endpoint.js";

const secret = `x/y+z=${"only-the-service-knows-it"}`;
const token = "an-opaque-token-that-is-no-jwt.at+all/";

let loopback: Loopback | undefined;
afterEach(() => loopback?.close());

const lines: string[] = [];
const say = (line: string) => void lines.push(line);
const logger = { debug: say, info: say, warn: say, error: say };

function provider(options: object): AppIdentityAuthProvider {
  lines.length = 0;
  return new AppIdentityAuthProvider({
    tenantId,
    clientId,
    logger,
    clock: new SkippingClock(),
    ...options,
  } as unknown as AppIdentityOptions);
}

function leaks(...values: unknown[]): string[] {
  const printed = values.map((value) => {
    const { message, stack, cause } = value as Error;
    const shown = inspect(value, { depth: null, showHidden: true, getters: true });
    return [shown, JSON.stringify(value), message, stack, inspect(cause, { depth: null, showHidden: true })].join("\n");
  });
  const text = [...printed, ...lines].join("\n");
  const pieces = [secret, token].flatMap((value) => [value, encodeURIComponent(value), value.slice(3, 25)]);
  return pieces.filter((piece) => text.includes(piece) || text.includes(Buffer.from(piece).toString("base64url")));
}

const echoes: Record<string, (body: string) => object> = {
  error_description: (body) => ({ error: "invalid_client", error_description: `AADSTS7000215: you sent ${body}` }),
  error: (body) => ({ error: body, error_description: "no" }),
  trace_id: (body) => ({ error: "invalid_client", trace_id: body, correlation_id: body }),
  "an answer with no sense": (body) => ({ [body]: body }),
};

describe("Entra's side", () => {
  it.each(Object.entries(echoes))("tells nothing that comes back in %s", async (_, echo) => {
    loopback = await startLoopback(({ body }, response) => {
      const sent = new URLSearchParams(body).get("client_secret") ?? "";
      return json(response, 400, echo(`${body} ${JSON.stringify({ sent })} ${sent}`));
    });
    const error = await failureOf(provider({ clientSecret: secret, fetch: loopback.fetch }).getAccessToken());
    expect(leaks(error)).toEqual([]);
    expect(error.message.length + error.remedy.length).toBeLessThan(5_000);
  });

  it("bounds what it quotes", async () => {
    loopback = await startLoopback((_, response) => json(response, 400, { error: "e".repeat(900_000) }));
    const error = await failureOf(provider({ clientSecret: secret, fetch: loopback.fetch }).getAccessToken());
    expect(JSON.stringify(error).length).toBeLessThan(6_000);
  });

  it.each([
    ["in its message", (body: string) => new Error(`can't send ${body}`)],
    ["in a cause", (body: string) => new Error("failed", { cause: new Error(body) })],
    ["in its fields", (body: string) => Object.assign(new Error("failed"), { request: { body } })],
    ["as a text", (body: string) => `can't send ${body}`],
  ])("tells nothing of a fetch's error that has the request %s", async (_, errorOf) => {
    const fetch = async (_url: unknown, init?: RequestInit) => {
      throw errorOf(String(init?.body));
    };
    const error = await failureOf(provider({ clientSecret: secret, fetch }).getAccessToken());
    expect(error.code).toBe("network_error");
    expect(leaks(error)).toEqual([]);
  });

  it("tells nothing of an assertion either", async () => {
    const assertion = ["e30", Buffer.from("{}").toString("base64url"), "c2lnbmF0dXJlLW5vYm9keS1tYXktc2Vl"].join(".");
    const fetch = async (_url: unknown, init?: RequestInit) => {
      throw new Error(`can't send ${init?.body}`);
    };
    const error = await failureOf(provider({ clientAssertion: async () => assertion, fetch }).getAccessToken());
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(assertion.slice(-20));
  });

  const down = () => Object.assign(new Error("vault is down"), { config: { headers: { "X-Vault-Token": secret } } });
  const rejects = async () => {
    throw down();
  };
  it.each<[string, object]>([
    ["clientSecret", { clientSecret: rejects }],
    ["clientAssertion", { clientAssertion: rejects }],
    ["tokenCredential", { tokenCredential: { getToken: rejects } }],
  ])("keeps the words of the function given as %s, and nothing that hangs on its error", async (_, options) => {
    const error = await failureOf(provider(options).getAccessToken());
    expect(error).toMatchObject({ code: "credential_callback_failed", cause: { message: "vault is down" } });
    expect(error.message).toContain("vault is down");
    expect(leaks(error)).toEqual([]);
  });
});

describe("Graph's side", () => {
  const authProvider = { getAccessToken: async () => token };
  const retry = { attempts: 1 };
  const echo = (status: number) =>
    startLoopback(({ headers }, response) => {
      const sent = headers.authorization;
      return json(response, status, {
        error: { code: "Bad", message: `You sent ${sent}.`, details: [{ sent }], innerError: { sent } },
      });
    });

  it.each([400, 401, 403, 404, 410, 429, 500, 503])("tells nothing that comes back with a %i", async (status) => {
    loopback = await echo(status);
    const client = createGraphClient({ authProvider, fetch: loopback.fetch, retry, clock: new SkippingClock() });
    const thrown = await client
      .api("/me")
      .get()
      .catch((error: unknown) => error);
    const error = await failureOf(listUsers(client)[Symbol.asyncIterator]().next());
    expect(leaks(thrown, error)).toEqual([]);
    expect((thrown as Error).message).toContain("You sent ");
  });

  it("tells nothing of what isn't JSON", async () => {
    loopback = await startLoopback(({ headers }, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(`{"sent":${headers.authorization}`);
    });
    const client = createGraphClient({ authProvider, fetch: loopback.fetch, retry, clock: new SkippingClock() });
    const error = await failureOf(client.api("/me").get());
    const listed = await failureOf(listUsers(client)[Symbol.asyncIterator]().next());
    expect(leaks(error, listed)).toEqual([]);
  });

  it.each([
    ["the provider's token", {}],
    ["a token of the caller's own", { authorization: `Bearer ${secret}` }],
  ])("tells nothing of a fetch's error that has %s", async (_, headers) => {
    const fetch = async (_url: unknown, init?: RequestInit) => {
      throw new TypeError(`can't send ${JSON.stringify([...new Headers(init?.headers)])}`);
    };
    const client = createGraphClient({ authProvider, fetch, retry });
    const error = await failureOf(client.api("/me").headers(headers).get());
    expect(error.code).toBe("network_error");
    expect(leaks(error)).toEqual([]);
  });

  it("keeps the words of a provider that fails, and nothing that hangs on its error", async () => {
    const failing = {
      getAccessToken: async () => {
        throw Object.assign(new Error("vault is down"), { config: secret });
      },
    };
    const error = await failureOf(createGraphClient({ authProvider: failing, retry }).api("/me").get());
    expect(error).toMatchObject({ code: "credential_callback_failed", cause: { message: "vault is down" } });
    expect(leaks(error)).toEqual([]);
  });

  it("bounds what it quotes", async () => {
    loopback = await startLoopback((_, response) =>
      json(response, 400, { error: { code: "C", message: "m".repeat(5e6) } }),
    );
    const client = createGraphClient({ authProvider, fetch: loopback.fetch, retry, clock: new SkippingClock() });
    const thrown = await client
      .api("/me")
      .get()
      .catch((error: unknown) => error);
    const listed = await failureOf(listUsers(client)[Symbol.asyncIterator]().next());
    expect((thrown as Error).message.length).toBeLessThan(5_000);
    expect(listed.message.length).toBeLessThan(5_000);
  });
});
