import { describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../../../src/clock.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import type { TokenStore } from "../../../src/identity/tokens/token-store.js";
import { clock, endpoint, lines, provider, useTokenEndpoint } from "../../support/identity.js";
import { json } from "../../support/loopback.js";
import { clientId, clientSecret, entraError, tenantId, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

const minute = 60_000;

useTokenEndpoint();

/** A store in memory that counts what is asked of it. */
class CountingStore implements TokenStore {
  readonly values = new Map<string, { value: string; ttlMs: number }>();
  readonly calls: string[] = [];
  async get(key: string) {
    this.calls.push("get");
    return this.values.get(key)?.value;
  }
  async set(key: string, value: string, ttlMs: number) {
    this.calls.push("set");
    this.values.set(key, { value, ttlMs });
  }
}

/** The same with a lock. */
class LockingStore extends CountingStore {
  owned = false;
  async lock() {
    this.calls.push("lock");
    if (this.owned) return undefined;
    this.owned = true;
    return async () => {
      this.owned = false;
    };
  }
}

/** One process, as far as tokens are concerned. */
function processWith(tokenStore: TokenStore, time: Clock = clock): AppIdentityAuthProvider {
  const said = lines;
  const say = (line: string) => void (line.includes("store") && said.push(line));
  const logger = { info: say, warn: say };
  return provider({ clock: time, logger, tokenStore });
}

const stored = (store: CountingStore) => until(() => expect(store.calls).toContain("set"));

describe("a shared token", () => {
  it("serves the next process without a request, and expires with itself", async () => {
    const store = new CountingStore();
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    await stored(store);
    clock.advance(10 * minute);
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    expect(endpoint.requests).toHaveLength(1);
    const [[key, { value, ttlMs }] = ["", { value: "", ttlMs: 0 }]] = store.values;
    expect(ttlMs).toBe(60 * minute);
    expect(JSON.parse(value)).toEqual({
      value: "token-1",
      expiresAt: expect.any(Number),
      refreshAt: expect.any(Number),
      storedAt: expect.any(Number),
    });
    expect(key).not.toContain(clientSecret);
    // The store's own clock may be wrong: a token that is over is not taken.
    clock.advance(51 * minute);
    expect(await processWith(store).getAccessToken()).toBe("token-2");
  });

  it("is asked for on a miss in memory, never by a warm call", async () => {
    const store = new CountingStore();
    const authProvider = processWith(store);
    for (let call = 0; call < 10; call++) await authProvider.getAccessToken();
    await stored(store);
    expect(store.calls).toEqual(["get", "set"]);
  });

  it("that another process refreshed already spares this one the request", async () => {
    const store = new CountingStore();
    const [one, two] = [processWith(store), processWith(store)];
    await one.getAccessToken();
    await stored(store);
    await two.getAccessToken();
    clock.advance(50 * minute);
    await one.getAccessToken();
    await until(() => expect(store.calls.filter((call) => call === "set")).toHaveLength(2));
    expect(await two.getAccessToken()).toBe("token-1");
    await until(async () => expect(await two.getAccessToken()).toBe("token-2"));
    expect(endpoint.requests).toHaveLength(2);
  });

  it("is replaced by the one that answered a claims challenge", async () => {
    const store = new CountingStore();
    const authProvider = processWith(store);
    await authProvider.getAccessToken();
    await stored(store);
    const challenged = { claims: '{"access_token":{}}', refusedToken: "token-1" };
    await authProvider.getAccessToken(challenged);
    await until(() => expect([...store.values.values()][0]?.value).toContain("token-2"));
    expect(await processWith(store).getAccessToken()).toBe("token-2");
    // A challenged process goes past the store: what is in there may be what was revoked.
    expect(store.calls.filter((call) => call === "get")).toHaveLength(2);
  });

  it("that was refused isn't handed to a caller who says so, though another is just being served it", async () => {
    const store = new CountingStore();
    await processWith(store).getAccessToken();
    await stored(store);
    const authProvider = processWith(store);
    const refused = { forceRefresh: true, refusedToken: "token-1" };
    const both = [authProvider.getAccessToken(), authProvider.getAccessToken(refused)];
    expect(await Promise.all(both)).toEqual([expect.any(String), "token-2"]);
    expect(await authProvider.getAccessToken()).toBe("token-2");
  });

  it("isn't brought back by a request that was under way when the challenge came", async () => {
    const store = new CountingStore();
    const authProvider = processWith(store);
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    endpoint.next(
      async (response) => {
        await opened;
        json(response, 200, tokenAnswer("revoked"));
      },
      (response) => json(response, 200, tokenAnswer("good")),
    );
    const early = authProvider.getAccessToken();
    await until(() => expect(endpoint.requests).toHaveLength(1));
    await authProvider.getAccessToken({ claims: '{"access_token":{}}' });
    open();
    expect(await early).toBe("token-good");
    await new Promise(setImmediate);
    expect([...store.values.values()].map(({ value }) => JSON.parse(value).value)).toEqual(["token-good"]);
  });

  it("of a credential that doesn't say who it is isn't shared", async () => {
    const store = new CountingStore();
    const getToken = async () => ({ token: "whose", expiresOnTimestamp: clock.now() + 60 * minute });
    await new AppIdentityAuthProvider({ tokenCredential: { getToken }, tokenStore: store, clock }).getAccessToken();
    expect(store.calls).toEqual([]);
  });
});

describe("the lock", () => {
  it("lets one of a thousand cold processes ask, and the others have its answer", async () => {
    const store = new LockingStore();
    const tokens = await Promise.all(
      Array.from({ length: 1000 }, () => processWith(store, systemClock).getAccessToken()),
    );
    expect(new Set(tokens)).toEqual(new Set(["token-1"]));
    expect(endpoint.requests).toHaveLength(1);
    await until(() => expect(store.owned).toBe(false));
  });

  it("is given back when the request fails, so that the next one may try", async () => {
    const store = new LockingStore();
    endpoint.next(entraError(401, 7000215, "invalid_client"));
    await expect(processWith(store).getAccessToken()).rejects.toMatchObject({ code: "invalid_credential" });
    await until(() => expect(store.owned).toBe(false));
    expect(await processWith(store).getAccessToken()).toBe("token-1");
  });

  it("of a process that died holds nobody longer than five seconds", async () => {
    const store = new LockingStore();
    store.owned = true;
    const before = clock.now();
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    expect(clock.now() - before).toBeLessThan(6_000);
  });
});

describe("a store in trouble costs a warning and a moment, never a token", () => {
  const failing = async () => {
    throw new Error("connection refused");
  };

  it("when it is dead", async () => {
    const store = { get: vi.fn(failing), set: vi.fn(failing), lock: vi.fn(failing) };
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    expect(lines).toEqual(["The token store failed (get: connection refused); doing without it."]);
    expect(store.get).toHaveBeenCalledTimes(1);
    expect(store.lock).not.toHaveBeenCalled();
    expect(store.set).not.toHaveBeenCalled();
  });

  it("when it hangs: 200 ms, once, and then it is left alone for a while", async () => {
    const hanging = () => new Promise<never>(() => {});
    const store = { get: vi.fn(hanging), set: vi.fn(hanging), lock: vi.fn(hanging) };
    const authProvider = processWith(store);
    const waiting = authProvider.getAccessToken();
    await until(() => expect(clock.running).toEqual([200]));
    clock.exceedLimits();
    expect(await waiting).toBe("token-1");
    await authProvider.getAccessToken({ scopes: "api://orders/.default" });
    expect(store.get).toHaveBeenCalledTimes(1);
    expect(lines).toHaveLength(1);
  });

  it("when it comes back, it is used again, and that is said once", async () => {
    const store = new CountingStore();
    const get = vi.spyOn(store, "get").mockRejectedValueOnce(new Error("loading"));
    const authProvider = processWith(store);
    await authProvider.getAccessToken();
    clock.advance(11_000);
    await authProvider.getAccessToken({ scopes: "api://orders/.default" });
    await stored(store);
    expect(get).toHaveBeenCalledTimes(2);
    expect(lines).toEqual([
      "The token store failed (get: loading); doing without it.",
      "The token store answers again.",
    ]);
  });

  it.each([
    "garbage",
    "{}",
    "[]",
    "null",
    '{"value":"","expiresAt":1,"refreshAt":1}',
    '{"value":"x","expiresAt":"soon"}',
  ])("when it holds %s, which is replaced", async (rubbish) => {
    const store = new CountingStore();
    vi.spyOn(store, "get").mockResolvedValueOnce(rubbish);
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    await stored(store);
    expect(lines).toEqual(["The token store holds something that is no token, or was encrypted with another key."]);
  });

  it("when setting fails after the token came", async () => {
    const store = new CountingStore();
    vi.spyOn(store, "set").mockRejectedValue(new Error("read only"));
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    await until(() => expect(lines).toEqual(["The token store failed (set: read only); doing without it."]));
  });

  it("when its lock comes too late, which is given back at once for the others", async () => {
    const store = new LockingStore();
    let grant = () => {};
    const granted = new Promise<void>((resolve) => {
      grant = resolve;
    });
    const { lock } = store;
    vi.spyOn(store, "lock").mockImplementationOnce(() => granted.then(() => lock.call(store)));
    const waiting = processWith(store).getAccessToken();
    await until(() => expect(store.lock).toHaveBeenCalled());
    clock.exceedLimits();
    expect(await waiting).toBe("token-1");
    grant();
    await until(() => expect(store.calls).toContain("lock"));
    await until(() => expect(store.owned).toBe(false));
  });

  it("when its lock fails", async () => {
    const store = new LockingStore();
    vi.spyOn(store, "lock").mockRejectedValue(new Error("no scripts"));
    expect(await processWith(store).getAccessToken()).toBe("token-1");
    expect(lines).toEqual(["The token store failed (lock: no scripts); doing without it."]);
  });
});

it("beside it, msal-node with its cache plug-in fails when the store does, though it has the token", async () => {
  const { ConfidentialClientApplication } = await import("@azure/msal-node");
  const authority = `https://login.microsoftonline.com/${tenantId}`;
  const metadata = {
    token_endpoint: `${endpoint.origin}/token`,
    authorization_endpoint: `${authority}/a`,
    issuer: `${authority}/v2.0`,
    jwks_uri: `${authority}/k`,
  };
  const cachePlugin = {
    beforeCacheAccess: async () => {},
    afterCacheAccess: async () => {
      throw new Error("connection refused");
    },
  };
  const msal = new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority, authorityMetadata: JSON.stringify(metadata) },
    cache: { cachePlugin },
  });
  const asked = msal.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
  await expect(asked).rejects.toThrow("connection refused");
});
