import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { createGraphClient } from "../../../src/graph/client.js";
import type { AssertionContext } from "../../../src/identity/credentials/credential.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { TokenManager } from "../../../src/identity/tokens/token-manager.js";
import { startEmulator } from "../../../src/testing/index.js";
import { listUsers } from "../../../src/users/list-users.js";
import { makeCertificate } from "../../support/certificates.js";
import { clock, endpoint, provider, useTokenEndpoint } from "../../support/identity.js";
import { LimitedClock } from "../../support/limited-clock.js";
import { json } from "../../support/loopback.js";
import { collect } from "../../support/paged-server.js";
import { refusal } from "../../support/refusal.js";
import { thorough } from "../../support/thorough.js";
import { clientId, clientSecret, entraError, tenantId, tokenAnswer } from "../../support/token-endpoint.js";
import { until } from "../../support/until.js";

useTokenEndpoint();

/** Which tenants were asked for, in order. */
const asked = () => endpoint.requests.map(({ path }) => path.split("/")[1]);
const customer = (number: number) => `customer${number}.onmicrosoft.com`;

describe("a provider for another tenant", () => {
  it("asks that tenant, as the same app with the same credential", async () => {
    const authProvider = provider().forTenant(" Fabrikam.onmicrosoft.com ");
    expect(authProvider).toBeInstanceOf(AppIdentityAuthProvider);
    expect(authProvider).toMatchObject({ tenantId: "fabrikam.onmicrosoft.com", clientId });
    await authProvider.getAccessToken();
    expect(asked()).toEqual(["fabrikam.onmicrosoft.com"]);
    expect(endpoint.posts()[0]?.get("client_secret")).toBe(clientSecret);
    expect(authProvider.toJSON()).toEqual({ tenantId: "fabrikam.onmicrosoft.com", clientId, credential: "secret" });
  });

  it("has tokens of its own, which every provider for that tenant shares", async () => {
    const first = provider();
    const other = first.forTenant(customer(1));
    const tokens = await Promise.all([first, other].map((one) => one.getAccessToken()));
    expect(new Set(tokens).size).toBe(2);
    const again = [first.forTenant(customer(1)), other.forTenant(customer(1)), other.forTenant(tenantId)];
    expect(await Promise.all(again.map((one) => one.getAccessToken()))).toEqual([tokens[1], tokens[1], tokens[0]]);
    expect(endpoint.requests).toHaveLength(2);
  });

  it("made anew for each of a thousand cold callers, makes one request", async () => {
    const first = provider();
    await Promise.all(Array.from({ length: 1000 }, () => first.forTenant(customer(1)).getAccessToken()));
    expect(endpoint.requests).toHaveLength(1);
  });

  it("asks a secret's function no second time", async () => {
    const secretOf = vi.fn(async () => clientSecret);
    const first = provider({ clientSecret: secretOf });
    await first.getAccessToken();
    await first.forTenant(customer(1)).getAccessToken();
    expect(secretOf).toHaveBeenCalledTimes(1);
  });

  it("parses no certificate, watches no second file, and takes over a renewed one with all the others", async () => {
    const folder = await mkdtemp(join(tmpdir(), "for-tenant-"));
    const path = join(folder, "app.pem");
    const dayMs = 86_400_000;
    const [ending, renewed] = await Promise.all([makeCertificate({ to: 10 }), makeCertificate({ to: 300 })]);
    await writeFile(path, ending.pem);
    const warnings: string[] = [];
    const logger = { warn: (line: string) => warnings.push(line) };
    const passphrase = vi.fn(() => "");
    const first = provider({ clientCertificate: { path, passphrase }, logger });
    for (const number of [1, 2, 3]) await first.forTenant(customer(number)).getAccessToken();
    expect(warnings).toEqual([expect.stringMatching(/expires on/)]);
    await writeFile(path, renewed.pem);
    clock.advance(11 * dayMs);
    for (const number of [1, 2, 3]) await first.forTenant(customer(number)).getAccessToken();
    expect(endpoint.requests).toHaveLength(6);
    const audiences = endpoint.posts().map((post) => {
      const [, payload = ""] = (post.get("client_assertion") ?? "").split(".");
      return JSON.parse(Buffer.from(payload, "base64url").toString()).aud.split("/")[3];
    });
    expect(audiences).toEqual(asked());
    await rm(folder, { recursive: true });
  });

  it("tells an assertion callback which tenant it is for", async () => {
    const contexts: AssertionContext[] = [];
    const part = Buffer.from("{}").toString("base64url");
    const clientAssertion = async (context: AssertionContext) => {
      contexts.push(context);
      return `${part}.${part}.c2ln`;
    };
    const first = provider({ clientAssertion });
    await first.getAccessToken();
    await first.forTenant(customer(1)).getAccessToken();
    expect(contexts.map((context) => context.tenantId)).toEqual([tenantId, customer(1)]);
    expect(contexts[1]?.tokenEndpoint).toBe(`https://login.microsoftonline.com/${customer(1)}/oauth2/v2.0/token`);
  });

  it("shares tokens with other processes by the same store, each tenant's under a key of its own", async () => {
    const values = new Map<string, string>();
    const tokenStore = {
      get: async (key: string) => values.get(key),
      set: async (key: string, value: string) => void values.set(key, value),
    };
    const here = provider({ clientSecret, tokenStore });
    const tokens = await Promise.all([1, 2].map((number) => here.forTenant(customer(number)).getAccessToken()));
    await until(() => expect(values.size).toBe(2));
    const there = provider({ clientSecret, tokenStore });
    const stored = await Promise.all([1, 2].map((number) => there.forTenant(customer(number)).getAccessToken()));
    expect(stored).toEqual(tokens);
    expect(endpoint.requests).toHaveLength(2);
  });

  it("isn't held up by another tenant that is told to wait", async () => {
    const first = provider();
    endpoint.next(entraError(429, 90055, "temporarily_unavailable", { "retry-after": "300" }));
    expect(await refusal(() => first.forTenant(customer(1)).getAccessToken())).toMatchObject({ code: "throttled" });
    await first.forTenant(customer(2)).getAccessToken();
    await refusal(() => first.forTenant(customer(1)).getAccessToken());
    expect(asked()).toEqual([customer(1), customer(2)]);
  });

  it.each([
    ["common", "for signing in people"],
    ["organizations", "for signing in people"],
    ["", "is empty"],
    [undefined, "is empty"],
    ["not a tenant", "names no tenant"],
    ["https://login.microsoftonline.com/contoso.com", "names no tenant"],
    ["your_tenant_id", "names no tenant"],
  ])("is refused for %j", async (given, problem) => {
    const error = await refusal(() => provider().forTenant(given as string));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(problem) });
    expect(endpoint.requests).toHaveLength(0);
  });

  it("is refused where a tokenCredential decides the tenant, which would read the wrong directory", async () => {
    const tokenCredential = { getToken: async () => null };
    const error = await refusal(() => provider({ tokenCredential }).forTenant(customer(1)));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("decides itself") });
    expect(error.remedy).toContain("tokenCredential for that tenant");
  });

  it.each([
    { oidcAuthority: `https://login.contoso.com/${tenantId}/v2.0` },
    { authority: `https://contoso.ciamlogin.com/${tenantId}` },
  ])("is refused where the login host belongs to one tenant: %j", async (where) => {
    const first = provider({ ...where, clientSecret });
    const error = await refusal(() => first.forTenant(customer(1)));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("of one tenant") });
    expect(first.forTenant(tenantId.toUpperCase()).tenantId).toBe(tenantId);
  });

  it("stays in its cloud", async () => {
    const authProvider = provider({ clientSecret, cloud: "usGovernment" }).forTenant(customer(1));
    await authProvider.getAccessToken();
    expect(endpoint.requests[0]?.host).toBe("login.microsoftonline.us");
    expect(endpoint.posts()[0]?.get("scope")).toBe("https://graph.microsoft.us/.default");
  });
});

describe("a client of another tenant", () => {
  it("lists the people of that tenant and no other, and asks its administrator for consent", async () => {
    await using emulator = await startEmulator({ users: 3 });
    const { clientId, clientSecret, fetch } = emulator;
    const first = new AppIdentityAuthProvider({ tenantId: emulator.tenantId, clientId, clientSecret, fetch });
    const fabrikam = emulator.addTenant({ users: 5 });
    const strict = emulator.addTenant({ users: 7, roles: [] });
    const clientOf = (tenant: string) => createGraphClient({ authProvider: first.forTenant(tenant) });
    expect(await collect(listUsers(clientOf(emulator.tenantId)))).toHaveLength(3);
    expect(await collect(listUsers(clientOf(fabrikam.tenantId)))).toHaveLength(5);
    const error = await refusal(() => collect(listUsers(clientOf(strict.tenantId))));
    expect(error.adminConsentUrl).toBe(
      `https://login.microsoftonline.com/${strict.tenantId}/adminconsent?client_id=${clientId}`,
    );
  });
});

describe("more tenants than tokens are kept", () => {
  it("those least recently used ask again, the others don't", async () => {
    const first = provider({ clientSecret, maxTokens: 3 });
    const token = (number: number) => first.forTenant(customer(number)).getAccessToken();
    for (const number of [1, 2, 3]) await token(number);
    await token(1);
    await token(4);
    for (const number of [1, 3, 4]) await token(number);
    expect(endpoint.requests).toHaveLength(4);
    await token(2);
    expect(asked().map((name) => name?.at(8))).toEqual(["1", "2", "3", "4", "2"]);
  });

  it("a request under way is never forgotten, however many tenants come meanwhile", async () => {
    let answer = () => {};
    endpoint.next((response) => {
      answer = () => json(response, 200, tokenAnswer("late"));
    });
    const first = provider({ clientSecret, maxTokens: 1 });
    const early = first.forTenant(customer(1)).getAccessToken();
    await until(() => expect(endpoint.requests).toHaveLength(1));
    for (const number of [2, 3, 4]) await first.forTenant(customer(number)).getAccessToken();
    const late = first.forTenant(customer(1)).getAccessToken();
    answer();
    expect(await Promise.all([early, late])).toEqual(["token-late", "token-late"]);
    expect(asked().filter((name) => name === customer(1))).toHaveLength(1);
    // And it counts as used just now.
    await first.forTenant(customer(1)).getAccessToken();
    expect(endpoint.requests).toHaveLength(4);
  });

  it.each([0, -1, 1.5, "many", Number.NaN])("the bound isn't %j", async (maxTokens) => {
    const error = await refusal(() => provider({ clientSecret, maxTokens }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("maxTokens") });
  });
});

describe("very many tenants", () => {
  const manager = (maxTokens?: number) => new TokenManager({ clock: new LimitedClock(), maxTokens });
  const subject = (number: number) => ({
    key: `login.microsoftonline.com|${customer(number)}|${clientId}`,
    about: { tenantId: customer(number), clientId, scopes: [], enableCae: false },
    acquire: async () => {
      const ends = Date.now() + 3_600_000;
      return { value: Buffer.alloc(10_000, `${number} `).toString("latin1"), expiresAt: ends, refreshAt: ends };
    },
  });

  it("cost the memory of those that are kept", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const heldBytes = async (kept: TokenManager, from: number, to: number) => {
      for (let number = from; number < to; number++) await kept.get(subject(number));
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const kept = manager(1_000);
    const few = await heldBytes(kept, 0, 1_000);
    const all = thorough ? 15_000 : 3_000;
    const many = await heldBytes(kept, 1_000, all);
    // All of them would be 140 MB more, or 20.
    expect(many - few).toBeLessThan(thorough ? 40e6 : 12e6);
    expect(await kept.get(subject(all - 1))).toBeDefined();
  });

  it("make no call slower: thousands beside ten", async () => {
    const fastest = async (tenants: number) => {
      const kept = manager();
      const subjects = Array.from({ length: tenants }, (_, number) => subject(number));
      for (const each of subjects) await kept.get(each);
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < (thorough ? 20 : 5); round++) {
        const startedAt = performance.now();
        for (let call = 0; call < 5_000; call++) kept.inHand(subjects[(call * 7919) % tenants]!);
        best = Math.min(best, performance.now() - startedAt);
      }
      return best;
    };
    const ten = await fastest(10);
    // A search through all of them would take hundreds of times as long.
    expect((await fastest(thorough ? 10_000 : 2_000)) / ten).toBeLessThan(100);
  });
});
