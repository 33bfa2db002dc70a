import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, type Fault, type RecordedRequest, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
let authorization: string;

beforeAll(async () => {
  emulator = await startEmulator({ users: 250 });
});
beforeEach(async () => {
  emulator.reset();
  authorization = `Bearer ${(await requestToken(emulator)).body.access_token}`;
});
afterAll(() => emulator.stop());

const list = (query = "", init: RequestInit = {}) =>
  emulator.fetch(`https://graph.microsoft.com/v1.0/users${query}`, { ...init, headers: { authorization } });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error: Error) => error.name,
  );

describe("a fault", () => {
  it("strikes once, and then everything is as before", async () => {
    emulator.faults.add({ service: "graph", status: 503, retryAfter: 7 });
    const struck = await list();
    expect([struck.status, struck.headers.get("retry-after")]).toEqual([503, "7"]);
    const { error } = (await struck.json()) as { error: { code: string; innerError: Record<string, string> } };
    expect(error.code).toBe("ServiceUnavailable");
    expect(error.innerError["request-id"]).toBe(struck.headers.get("request-id"));
    expect((await list()).status).toBe(200);
  });

  it("can be meant for one tenant, at Entra and at Graph", async () => {
    const { tenantId } = emulator.addTenant({ users: 3 });
    const only = { times: Number.POSITIVE_INFINITY, where: ({ tenant }: RecordedRequest) => tenant === tenantId };
    const { body } = await requestToken(emulator, { tenant: tenantId });
    emulator.faults.add({ ...only, status: 503 });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const there = await emulator.fetch("https://graph.microsoft.com/v1.0/users", { headers });
    expect([there.status, (await requestToken(emulator, { tenant: tenantId })).status]).toEqual([503, 503]);
    expect([(await list()).status, (await requestToken(emulator)).status]).toEqual([200, 200]);
  });

  it("strikes as often as it is told to, and is taken away by what add() returns", async () => {
    emulator.faults.add({ status: 500, service: "graph", times: 2 });
    const remove = emulator.faults.add({ status: 502, service: "graph", times: Number.POSITIVE_INFINITY });
    const statuses: number[] = [];
    for (let round = 0; round < 4; round++) statuses.push((await list()).status);
    remove();
    expect([...statuses, (await list()).status]).toEqual([500, 500, 502, 502, 200]);
  });

  it.each<[string, Fault]>([
    ["service", { service: "graph" }],
    ["part of the path", { path: "skiptoken" }],
    ["pattern", { path: /users\?.*\$skiptoken=/g }],
    ["position", { path: "/users", nth: 2 }],
    ["anything else", { where: ({ headers }) => headers["x-mine"] === "yes" }],
  ])("finds its request by %s", async (_, match) => {
    emulator.faults.add({ ...match, status: 418 });
    const first = await emulator.fetch("https://graph.microsoft.com/v1.0/users?$top=5", { headers: { authorization } });
    const link = first.ok ? ((await first.json()) as Record<string, string>)["@odata.nextLink"] : undefined;
    const second = link && (await emulator.fetch(link, { headers: { authorization, "x-mine": "yes" } }));
    expect(second ? second.status : first.status).toBe(418);
  });

  it("comes by chance in an order that the seed decides", async () => {
    const draw = async () => {
      emulator.faults.add({ service: "graph", chance: 0.5, status: 503 });
      const statuses: number[] = [];
      for (let round = 0; round < 20; round++) statuses.push((await list("?$top=1")).status);
      emulator.reset();
      return statuses;
    };
    const statuses = await draw();
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(await draw()).toEqual(statuses);
  });

  it("answers Entra's requests in Entra's words", async () => {
    emulator.faults.add({ service: "entra", status: 429, retryAfter: 3 });
    emulator.faults.add({ service: "entra", aadsts: 50196 });
    const [throttled, looping] = [await requestToken(emulator), await requestToken(emulator)];
    expect(throttled).toMatchObject({ status: 429, body: { error: "temporarily_unavailable" } });
    expect(throttled.headers.get("retry-after")).toBe("3");
    expect(looping).toMatchObject({ status: 400, body: { error: "invalid_grant", error_codes: [50196] } });
  });

  it("gives Retry-After as seconds, as a date, or as nonsense", async () => {
    const date = new Date(Date.now() + 60_000);
    for (const retryAfter of [1, date, "soon"]) emulator.faults.add({ service: "graph", status: 429, retryAfter });
    const said = [await list(), await list(), await list()].map(({ headers }) => headers.get("retry-after"));
    expect(said).toEqual(["1", date.toUTCString(), "soon"]);
  });

  it("cuts the connection before the answer, or in the middle of its body", async () => {
    emulator.faults.add({ service: "graph", reset: true });
    expect(await failure(list())).toBe("TypeError");
    expect(emulator.requests.at(-1)?.status).toBeUndefined();
    emulator.faults.add({ service: "graph", resetInBody: true });
    const cut = await list();
    expect(cut.status).toBe(200);
    expect(await failure(cut.text())).toBe("TypeError");
  });

  it("truncates JSON in an answer that HTTP finds complete", async () => {
    emulator.faults.add({ service: "graph", truncate: true });
    const text = await (await list()).text();
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it("answers with HTML, with status 200 as gateways do", async () => {
    emulator.faults.add({ service: "graph", html: true });
    const answer = await list();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it.each<[string, Fault, (asked: string) => string | RegExp]>([
    ["to the page itself", { loop: true }, (asked) => asked],
    [
      "to a host that isn't Microsoft's",
      { foreignLink: true },
      () => /^https:\/\/graph\.microsoft\.com\.evil\.example\/v1\.0\/users\?/,
    ],
    [
      "where a function says",
      { nextLink: () => "https://graph.microsoft.com/v1.0/me" },
      () => "https://graph.microsoft.com/v1.0/me",
    ],
    ["where it is told to", { foreignLink: "http://127.0.0.1:9" }, () => /^http:\/\/127\.0\.0\.1:9\/v1\.0\/users\?/],
  ])("leads the nextLink %s", async (_, fault, expected) => {
    emulator.faults.add({ service: "graph", ...fault });
    const page = (await (await list("?$top=5")).json()) as Record<string, string>;
    expect(page["@odata.nextLink"]).toMatch(expected("https://graph.microsoft.com/v1.0/users?$top=5"));
  });

  it("expires a page token", async () => {
    const page = (await (await list("?$top=5")).json()) as Record<string, string>;
    emulator.faults.add({ path: "skiptoken", expiredPageToken: true });
    const next = () => emulator.fetch(page["@odata.nextLink"]!, { headers: { authorization } });
    const expired = await next();
    expect(expired.status).toBe(400);
    expect(await expired.json()).toMatchObject({ error: { code: "Directory_ExpiredPageToken" } });
    expect((await next()).status).toBe(200);
  });

  it("puts headers and bodies in the place of the answer's own", async () => {
    emulator.faults.add({ service: "entra", status: 500, body: {} });
    emulator.faults.add({ service: "entra", body: "", headers: { "X-Extra": "1" } });
    const empty = await requestToken(emulator);
    expect([empty.status, empty.body]).toEqual([500, {}]);
    const login = `https://login.microsoftonline.com/${emulator.tenantId}/v2.0/.well-known/openid-configuration`;
    const answer = await emulator.fetch(login);
    expect([answer.status, answer.headers.get("x-extra"), await answer.text()]).toEqual([200, "1", ""]);
  });

  it("leaves a picture's bytes as they are where it has no link to spoil, and says of what takes its place that it is JSON", async () => {
    emulator.app().roles = ["ProfilePhoto.Read.All"];
    const token = (await requestToken(emulator)).body.access_token;
    const photoOf = (id: string) =>
      emulator.fetch(`https://graph.microsoft.com/v1.0/users/${id}/photos/48x48/$value`, {
        headers: { authorization: `Bearer ${token}` },
      });
    const ids = [...emulator.users.ids()].slice(0, 20);
    const withPhoto = ids[(await Promise.all(ids.map(photoOf))).findIndex(({ status }) => status === 200)]!;
    const photo = () => photoOf(withPhoto);
    const whole = new Uint8Array(await (await photo()).arrayBuffer());
    for (const fault of [{ loop: true }, { foreignLink: true }, { delayMs: 1 }] satisfies Fault[]) {
      emulator.faults.add({ service: "graph", ...fault });
      expect(new Uint8Array(await (await photo()).arrayBuffer())).toEqual(whole);
    }
    emulator.faults.add({ service: "graph", body: { value: [] } });
    const { headers } = await photo();
    expect(headers.get("content-type")).toMatch(/^application\/json/);
  });

  it("redirects, and nothing follows out of the emulator", async () => {
    const headers = { location: "https://evil.example/" };
    emulator.faults.add({ service: "graph", status: 302, headers, times: 2 });
    expect((await list("", { redirect: "manual" })).status).toBe(302);
    await expect(list()).rejects.toThrow("carries nothing to https://evil.example");
  });

  it("is refused when it says nothing that is understood", () => {
    expect(() => emulator.faults.add({ statsu: 503 } as Fault)).toThrow(/no option "statsu".*status/);
    expect(() => emulator.faults.add({ chance: 50 })).toThrow(/from 0 to 1/);
    expect(() => emulator.faults.add({ status: 42 })).toThrow(/from 200 to 599/);
    expect(() => emulator.faults.add({ service: "grph" as "graph", status: 503 })).toThrow(/one of entra, graph/);
    expect(() => emulator.faults.add({ status: 503, nth: 0 })).toThrow(/nth must be a whole number/);
    expect(() => emulator.faults.add({ status: 503, times: 0.5 })).toThrow(/times must be a whole number/);
    expect(() => emulator.faults.add({ delayMs: Number.NaN })).toThrow(/delayMs must be/);
    expect(() => emulator.faults.add({ service: "graph", nth: 2 })).toThrow(/does something: delayMs/);
  });

  it("delays an answer or never gives one, and an abort ends the waiting", async () => {
    emulator.faults.add({ service: "graph", delayMs: 50 });
    const asked = performance.now();
    expect((await list()).status).toBe(200);
    expect(performance.now() - asked).toBeGreaterThan(45);
    for (const fault of [{ delayMs: 60_000 }, { hang: true }]) {
      emulator.faults.add({ service: "graph", ...fault });
      expect(await failure(list("", { signal: AbortSignal.timeout(20) }))).toBe("TimeoutError");
    }
  });
});
