import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientSecretCredential, getBearerTokenProvider, type TokenCredential } from "@azure/identity";
import { Agent, fetch as undiciFetch } from "undici";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AppIdentity, GraphTokenRequest } from "../../src/access-token.js";
import { AppIdentityError } from "../../src/errors.js";
import type { AppIdentityOptions } from "../../src/identity/configuration/options.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { LimitedClock } from "../support/limited-clock.js";
import { failureOf } from "../support/refusal.js";
import { until } from "../support/until.js";

let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ users: 3 });
});
afterEach(() => emulator.stop());

function provider(options: Partial<AppIdentityOptions> = {}) {
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  return new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch, ...options } as AppIdentityOptions);
}

const payload = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("a provider", () => {
  it("gives a token that Graph accepts", async () => {
    const token = await provider().getAccessToken();
    const response = await emulator.fetch("https://graph.microsoft.com/v1.0/users", {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    expect(payload(token)).toMatchObject({ aud: "https://graph.microsoft.com", appid: emulator.clientId });
  });

  it("sends nothing until it is asked for a token", async () => {
    provider();
    await new Promise(setImmediate);
    expect(emulator.requests).toHaveLength(0);
  });

  it("tells whoever asks who it speaks as", async () => {
    const told = vi.fn<(identity: AppIdentity) => void>();
    const asked: GraphTokenRequest = { onIdentity: told };
    await provider().getAccessToken(asked);
    const { tenantId, clientId } = emulator;
    expect(told).toHaveBeenCalledWith({ tenantId, clientId, loginHost: "login.microsoftonline.com" });
  });

  it("answers wrong scopes with a rejection, and asks nobody", async () => {
    const authProvider = provider();
    expect((await failureOf(authProvider.getAccessToken({ scopes: "User.Read.All" }))).code).toBe("invalid_scope");
    const two = ["https://graph.microsoft.com/.default", "api://orders/.default"];
    expect((await failureOf(authProvider.getAccessToken({ scopes: two }))).code).toBe("invalid_scope");
    expect(emulator.requests).toHaveLength(0);
  });

  it("names the option that was meant, rather than get a token for something else", async () => {
    const misspelt = { scope: ["api://orders/.default"] } as object;
    const error = await failureOf(provider().getAccessToken(misspelt));
    expect(error).toMatchObject({ code: "invalid_options", remedy: 'Did you mean "scopes"?' });
    expect((await failureOf(provider().getAccessToken("api://orders/.default" as never))).code).toBe("invalid_options");
  });

  it("refuses a signal that is none", async () => {
    for (const signal of [5, {}, null, new AbortController()] as AbortSignal[]) {
      expect((await failureOf(provider().getAccessToken({ signal }))).code).toBe("invalid_options");
    }
    const scope = "https://graph.microsoft.com/.default";
    expect((await failureOf(provider().getToken(scope, { abortSignal: {} as AbortSignal }))).code).toBe(
      "invalid_options",
    );
    expect(emulator.requests).toHaveLength(0);
  });

  it("passes on why a caller's signal aborted, where that is known", async () => {
    const reason = new AppIdentityError("timeout", "The page took too long.", { remedy: "Wait longer." });
    expect(await failureOf(provider().getAccessToken({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it("gets tokens for other APIs", async () => {
    const api = emulator.addApp({ identifierUris: ["api://orders"] });
    const authProvider = provider();
    const token = await authProvider.getAccessToken({ scopes: "api://orders/.default" });
    expect([api.clientId, "api://orders"]).toContain(payload(token).aud);
    const missing = await failureOf(authProvider.getAccessToken({ scopes: "api://nobody/.default" }));
    expect(missing).toMatchObject({ code: "resource_not_found", aadsts: 500011 });
  });

  it("reaches a private cloud by its two hosts, over TLS, without a rewritten address", async () => {
    await using cloud = await startEmulator({ users: 3, tls: true });
    const dispatcher = new Agent({ connect: { ca: cloud.ca ?? "" } });
    const fetch = ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as typeof globalThis.fetch;
    const { tenantId, clientId, clientSecret, origin: graphRoot } = cloud;
    const hosts = { loginHost: new URL(graphRoot).host, graphRoot };
    const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, cloud: hosts, fetch });
    const token = await authProvider.getAccessToken();
    const response = await fetch(`${graphRoot}/v1.0/users`, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    expect(cloud.requests.map(({ method, service }) => `${method} ${service}`)).toEqual(["POST entra", "GET graph"]);
    await dispatcher.close();
  });
});

describe("as an Azure TokenCredential", () => {
  it("gives the same token with its times", async () => {
    const authProvider = provider();
    const token = await authProvider.getAccessToken();
    const granted = await authProvider.getToken("https://graph.microsoft.com/.default");
    expect(granted.token).toBe(token);
    expect(granted.expiresOnTimestamp - Date.now()).toBeGreaterThan(3_500_000);
    expect(granted.refreshAfterTimestamp).toBeLessThan(granted.expiresOnTimestamp);
    expect(emulator.requests).toHaveLength(1);
  });

  it("heeds abortSignal, claims and enableCae", async () => {
    const authProvider = provider();
    const scope = ["https://graph.microsoft.com/.default"];
    const { token } = await authProvider.getToken(scope, { enableCae: true });
    expect(payload(token).xms_cc).toEqual(["cp1"]);
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1702682181"}}}';
    await authProvider.getToken(scope, { enableCae: true, claims });
    expect(emulator.requests).toHaveLength(2);
    expect((await failureOf(authProvider.getToken(scope, { abortSignal: AbortSignal.abort() }))).code).toBe("aborted");
  });

  it("is taken by Azure's own code", async () => {
    const authProvider: TokenCredential = provider();
    const scope = "https://graph.microsoft.com/.default";
    const bearer = getBearerTokenProvider(authProvider, scope);
    expect(payload(await bearer()).appid).toBe(emulator.clientId);
    // It is one of those that say they can answer challenges.
    expect((await authProvider.getToken(scope, { enableCae: true }))?.token).toBe(await bearer());
    expect(emulator.requests).toHaveLength(1);
  });

  it("gives no token of its own tenant to who asks for one of another", async () => {
    const authProvider = provider();
    const scope = "https://vault.azure.net/.default";
    const other = await failureOf(authProvider.getToken(scope, { tenantId: "11112222-3333-4444-5555-666677778888" }));
    expect(other).toMatchObject({ code: "invalid_options", remedy: expect.stringContaining("forTenant") });
    expect(emulator.requests).toHaveLength(0);
    const graph = "https://graph.microsoft.com/.default";
    expect((await authProvider.getToken(graph, { tenantId: emulator.tenantId.toUpperCase() })).token).toBeTruthy();
    expect((await authProvider.getToken(graph, null as never)).token).toBeTruthy();
  });

  it("is itself taken as another provider's tokenCredential", async () => {
    const { fetch } = emulator;
    const outer = new AppIdentityAuthProvider({ tokenCredential: provider(), fetch });
    expect(payload(await outer.getAccessToken()).appid).toBe(emulator.clientId);
    await outer.getAccessToken();
    expect(emulator.requests).toHaveLength(1);
  });
});

describe("a tokenCredential", () => {
  const minute = 60_000;

  it("may be one of @azure/identity, as the compiler agrees", () => {
    const { tenantId, clientId, clientSecret } = emulator;
    const tokenCredential = new ClientSecretCredential(tenantId, clientId, clientSecret);
    expect(new AppIdentityAuthProvider({ tokenCredential }).toJSON().credential).toBe("tokenCredential");
  });

  it("is asked once by many, before its token is over, and never by a warm call", async () => {
    const clock = new LimitedClock();
    let count = 0;
    const getToken = vi.fn(async () => ({
      token: `managed-${++count}`,
      expiresOnTimestamp: clock.now() + 60 * minute,
      refreshAfterTimestamp: clock.now() + 30 * minute,
    }));
    const authProvider = new AppIdentityAuthProvider({ tokenCredential: { getToken }, clock });
    const tokens = await Promise.all(Array.from({ length: 100 }, () => authProvider.getAccessToken()));
    expect(new Set(tokens)).toEqual(new Set(["managed-1"]));
    clock.advance(29 * minute);
    await authProvider.getAccessToken();
    expect(getToken).toHaveBeenCalledTimes(1);
    clock.advance(2 * minute);
    expect(await authProvider.getAccessToken()).toBe("managed-1");
    await until(async () => expect(await authProvider.getAccessToken()).toBe("managed-2"));
    expect(getToken).toHaveBeenCalledTimes(2);
    expect(getToken).toHaveBeenCalledWith(["https://graph.microsoft.com/.default"], {
      abortSignal: expect.any(AbortSignal),
    });
  });

  it("is handed claims and enableCae", async () => {
    const getToken = vi.fn(async () => ({ token: "managed", expiresOnTimestamp: Date.now() + 60 * minute }));
    const authProvider = new AppIdentityAuthProvider({ tokenCredential: { getToken } });
    await authProvider.getAccessToken({ claims: "{}", enableCae: true });
    expect(getToken).toHaveBeenCalledWith(["https://graph.microsoft.com/.default"], {
      abortSignal: expect.any(AbortSignal),
      claims: "{}",
      enableCae: true,
    });
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no identity here"))],
    ["gives nothing", () => Promise.resolve(null)],
    ["gives a token that is over", () => Promise.resolve({ token: "old", expiresOnTimestamp: Date.now() - 1 })],
    ["gives a token without an end", () => Promise.resolve({ token: "odd" } as never)],
    ["gives no text", () => Promise.resolve({ token: "", expiresOnTimestamp: Date.now() + minute })],
  ])("that %s is a typed failure", async (_how, getToken) => {
    const authProvider = new AppIdentityAuthProvider({ tokenCredential: { getToken } });
    const error = await failureOf(authProvider.getAccessToken());
    expect(error).toBeInstanceOf(AppIdentityError);
    expect(error.code).toBe("credential_callback_failed");
  });

  it("that hangs ends in a timeout", async () => {
    const clock = new LimitedClock();
    const getToken = () => new Promise<never>(() => {});
    const waiting = failureOf(new AppIdentityAuthProvider({ tokenCredential: { getToken }, clock }).getAccessToken());
    await until(() => expect(clock.running).toEqual([60_000]));
    clock.exceedLimits();
    expect((await waiting).code).toBe("timeout");
  });
});

describe("made from what is there", () => {
  it("from the environment", async () => {
    const { tenantId, clientId, clientSecret, fetch } = emulator;
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret };
    const token = await AppIdentityAuthProvider.fromEnvironment(env, { fetch }).getAccessToken();
    expect(payload(token).appid).toBe(clientId);
  });

  it("from the quickstart's parameters.json", async () => {
    const folder = await mkdtemp(join(tmpdir(), "parameters-"));
    const file = join(folder, "parameters.json");
    const parameters = {
      authority: `https://login.microsoftonline.com/${emulator.tenantId}`,
      client_id: emulator.clientId,
      scope: ["https://graph.microsoft.com/.default"],
      secret: emulator.clientSecret,
      endpoint: "https://graph.microsoft.com/v1.0/users",
    };
    await writeFile(file, JSON.stringify(parameters));
    const authProvider = AppIdentityAuthProvider.fromParameters(file, { fetch: emulator.fetch });
    expect(payload(await authProvider.getAccessToken()).appid).toBe(emulator.clientId);
    await rm(folder, { recursive: true });
  });
});
