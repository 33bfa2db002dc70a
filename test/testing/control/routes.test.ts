import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClientCertificate, type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
let certificate: Awaited<ReturnType<typeof createClientCertificate>>;
let stopped = 0;
beforeAll(async () => {
  certificate = await createClientCertificate();
  emulator = await startEmulator({
    users: 60,
    groups: 4,
    tls: true,
    control: { onStop: () => stopped++, version: "1.2.3" },
  });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

const asked = new Set<string>();

/** Calls the API as curl would, and remembers which routes were asked with success. */
async function call(line: string, body?: unknown, init: { headers?: Record<string, string>; raw?: string } = {}) {
  const [method = "", path = ""] = line.split(" ");
  const response = await fetch(emulator.console + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...init.headers },
    ...((body !== undefined || init.raw !== undefined) && { body: init.raw ?? JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text.startsWith("{") ? JSON.parse(text) : undefined;
  if (response.ok) asked.add(`${method} ${path.split("?")[0]}`);
  return { status: response.status, headers: response.headers, text, json };
}
const app = () => `api/apps/${emulator.clientId}`;
const someone = () => [...emulator.users.ids()][0]!;
const somegroup = () => [...emulator.groups.ids()][0]!;

describe("apps", () => {
  it("are listed, found, and shown without their secrets", async () => {
    const { json, text } = await call("GET api/apps?search=READER");
    expect(json).toMatchObject({
      count: 1,
      value: [{ clientId: emulator.clientId, roles: ["User.Read.All"], disabled: false }],
    });
    expect(json.value[0].secrets).toEqual([
      { id: expect.any(String), hint: emulator.clientSecret.slice(-3), expiresAt: null },
    ]);
    expect(text).not.toContain(emulator.clientSecret);
    expect((await call(`GET ${app()}`)).json).toEqual(json.value[0]);
  });

  it("are registered with nothing granted, changed, and taken away, in code's sight", async () => {
    const made = await call("POST api/apps", { name: "Sync", asksFor: ["Group.Read.All"] });
    expect(made).toMatchObject({
      status: 201,
      json: { name: "Sync", roles: [], asksFor: ["Group.Read.All"], secrets: [] },
    });
    const { clientId } = made.json;
    expect(emulator.app(clientId).displayName).toBe("Sync");
    const changes = {
      name: "Sync 2",
      roles: ["User.Read.All"],
      disabled: true,
      identifierUris: ["api://sync"],
      asksFor: [],
    };
    expect((await call(`PATCH api/apps/${clientId}`, changes)).json).toMatchObject(changes);
    expect(emulator.app(clientId)).toMatchObject({ displayName: "Sync 2", disabled: true });
    expect((await call(`DELETE api/apps/${clientId}`)).status).toBe(204);
    expect((await call(`GET api/apps/${clientId}`)).status).toBe(404);
  });

  it("are granted permissions and relieved of them, from the next token on", async () => {
    const roles = async () => (await requestToken(emulator)).claims.roles;
    expect((await call(`POST ${app()}/roles`, { roles: ["Group.Read.All", "User.Read.All"] })).status).toBe(200);
    expect(await roles()).toEqual(["User.Read.All", "Group.Read.All"]);
    expect((await call(`DELETE ${app()}/roles/User.Read.All`)).status).toBe(200);
    expect(await roles()).toEqual(["Group.Read.All"]);
  });

  it("get secrets, whose value is told once, and lose them", async () => {
    const made = await call(`POST ${app()}/secrets`, { expiresAt: "2090-01-01T00:00:00Z" });
    const { id, value, hint } = made.json;
    expect(made).toMatchObject({ status: 201, json: { hint: value.slice(-3), expiresAt: "2090-01-01T00:00:00.000Z" } });
    const status = async () => (await requestToken(emulator, { form: { client_secret: value } })).status;
    expect(await status()).toBe(200);
    expect((await call(`GET ${app()}`)).text).toContain(`"hint":"${hint}"`);
    expect((await call(`DELETE ${app()}/secrets/${id}`)).status).toBe(204);
    expect(await status()).toBe(401);
  });

  it("get certificates and lose them", async () => {
    const made = await call(`POST ${app()}/certificates`, { pem: certificate.certificate });
    expect(made).toMatchObject({ status: 201, json: { sha256: certificate.thumbprintSha256 } });
    expect((await call(`DELETE ${app()}/certificates/${certificate.thumbprintSha256.toLowerCase()}`)).status).toBe(204);
    expect(emulator.app().registration.certificates).toEqual([]);
  });

  it("lose their tokens", async () => {
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const { body } = await requestToken(emulator, { form: { claims } });
    expect((await call(`POST ${app()}/revoke`, {})).status).toBe(204);
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await emulator.fetch("https://graph.microsoft.com/v1.0/users", { headers })).status).toBe(401);
  });
});

describe("people and groups", () => {
  it("are listed by page, and found by what they are called", async () => {
    const all = (await call("GET api/users?top=7&skip=3")).json;
    expect(all).toMatchObject({ count: 60 });
    expect(all.value.map(({ id }: { id: string }) => id)).toEqual([...emulator.users.ids()].slice(3, 10));
    const { userPrincipalName } = all.value[0];
    expect((await call(`GET api/users?search=${userPrincipalName.toUpperCase()}`)).json).toMatchObject({ count: 1 });
    expect((await call("GET api/groups")).json.count).toBe(emulator.groups.count);
  });

  it("are added, changed and deleted, with Graph's names", async () => {
    const upn = `ada@${emulator.domain}`;
    const made = await call("POST api/users", { displayName: "Ada", userPrincipalName: upn, manager: someone() });
    expect(made).toMatchObject({ status: 201, json: { displayName: "Ada", id: expect.any(String) } });
    expect((await call(`PATCH api/users/${encodeURIComponent(upn)}`, { department: "R&D" })).json.department).toBe(
      "R&D",
    );
    expect((await call(`GET api/users/${upn}`)).json).toMatchObject({ department: "R&D" });
    expect((await call(`DELETE api/users/${upn}`)).status).toBe(204);
    expect(emulator.users.get(upn)).toBeUndefined();
    expect((await call(`DELETE api/users/${made.json.id}?permanently=true`)).status).toBe(204);
    const group = await call("POST api/groups", { displayName: "Sales" });
    expect((await call(`PATCH api/groups/${group.json.id}`, { description: "x" })).json.description).toBe("x");
    expect((await call(`GET api/groups/${group.json.id}`)).json.displayName).toBe("Sales");
    expect((await call(`DELETE api/groups/${group.json.id}`)).status).toBe(204);
  });

  it.each(["members", "owners"] as const)("belong together as %s, once however often it is said", async (relation) => {
    const group = (await call("POST api/groups", { displayName: "Sales" })).json.id;
    const { id, userPrincipalName } = emulator.users.get(someone())!;
    const path = `api/groups/${group}/${relation}`;
    expect((await call(`PUT ${path}/${userPrincipalName}`)).json).toEqual({ added: true });
    expect((await call(`PUT ${path}/${id}`)).json).toEqual({ added: false });
    expect((await call(`GET ${path}`)).json).toMatchObject({ count: 1, value: [{ id, userPrincipalName }] });
    for (const _ of [1, 2]) expect((await call(`DELETE ${path}/${id}`)).status).toBe(204);
    expect([...emulator.groups[relation](group)]).toEqual([]);
  });

  it("are those of a further tenant where it is named", async () => {
    const further = emulator.addTenant({ users: 3 });
    expect((await call(`GET api/users?tenant=${further.domain}`)).json.count).toBe(3);
    expect((await call("GET api/users?tenant=nobody.example")).status).toBe(404);
  });
});

describe("what goes wrong, and when", () => {
  it("is armed, counted, and taken away", async () => {
    const made = await call("POST api/faults", {
      service: "entra",
      status: 503,
      times: 2,
      path: { pattern: "TOKEN", flags: "i" },
    });
    expect(made).toMatchObject({
      status: 201,
      json: { status: 503, struck: 0, left: 2, path: { pattern: "TOKEN", flags: "i" } },
    });
    expect((await requestToken(emulator)).status).toBe(503);
    expect((await call("GET api/faults")).json).toMatchObject({
      count: 1,
      value: [{ id: made.json.id, struck: 1, left: 1 }],
    });
    expect((await call(`DELETE api/faults/${made.json.id}`)).status).toBe(204);
    await call("POST api/faults", { chance: 0.5, html: true, path: "/users" });
    expect((await call("GET api/faults")).json).toMatchObject({ value: [{ left: null }] });
    expect((await call("DELETE api/faults")).status).toBe(204);
    expect((await requestToken(emulator)).status).toBe(200);
  });

  it("is a matter of time", async () => {
    expect((await call("PATCH api/clock", { advanceMs: 86_400_000 })).json.offsetMs).toBe(86_400_000);
    expect((await call("PATCH api/clock", { now: "2030-01-01T00:00:00Z" })).json.now).toMatch(/^2030-01-01T00:00:0/);
    expect((await call("GET api/clock")).json.now).toMatch(/^2030/);
    expect((await call("DELETE api/clock")).status).toBe(204);
    expect(Math.abs(emulator.clock.now() - Date.now())).toBeLessThan(60_000);
  });

  it("is Graph's behaviour", async () => {
    expect((await call("PATCH api/graph", { throttle: true, shortPages: 0.5 })).json).toMatchObject({ throttle: true });
    expect(emulator.graph).toMatchObject({ throttle: true, shortPages: 0.5 });
    expect((await call("GET api/graph")).json).toEqual({ ...emulator.graph });
  });
});

describe("the log", () => {
  it("tells what was asked and answered, why it was refused, and what helps", async () => {
    const reader = emulator.addApp({ displayName: "Nobody", roles: [] });
    const form = { client_id: reader.clientId, client_secret: reader.clientSecret };
    const { body } = await requestToken(emulator, { form });
    const headers = { authorization: `Bearer ${body.access_token}` };
    await emulator.fetch("https://graph.microsoft.com/v1.0/groups", { headers });
    const { json } = await call("GET api/requests?service=graph&status=403&path=/groups");
    const consent = `${emulator.console!.replace("/_emulator/", "")}/${emulator.tenantId}/adminconsent?client_id=${reader.clientId}`;
    expect(json).toMatchObject({
      count: 1,
      value: [
        {
          method: "GET",
          status: 403,
          app: reader.clientId,
          error: { code: "Authorization_RequestDenied" },
          n: expect.any(Number),
          ms: expect.any(Number),
          bytes: expect.any(Number),
          advice: { lacks: ["GroupMember.Read.All"], consent },
        },
      ],
    });
    expect(emulator.requests.at(-1)).toEqual(json.value[0]);
    const { n } = json.value[0];
    expect((await call(`GET api/requests?after=${n}`)).json.count).toBe(0);
    expect((await call(`GET api/requests?app=${reader.clientId}&method=post&limit=1`)).json).toMatchObject({
      count: 1,
      value: [{ n: n - 1 }],
    });
    expect((await call("DELETE api/requests")).status).toBe(204);
    expect(emulator.requests).toEqual([]);
  });

  it("is read on from a number without losing any, oldest first, however many came", async () => {
    const { latest } = (await fetch(`${emulator.console}api/requests/events`).then(async ({ body }) => {
      const [text] = [await body!.getReader().read()];
      return JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(text.value))![1]!);
    })) as { latest: number };
    for (const path of ["a", "b", "c", "d", "e"]) await emulator.fetch(`https://graph.microsoft.com/v1.0/${path}`);
    const seen: string[] = [];
    for (let after = latest, rest = 1; rest > 0; ) {
      const { value, count } = (await call(`GET api/requests?after=${after}&limit=2`)).json;
      seen.push(...value.map(({ path }: { path: string }) => path.at(-1)));
      after = value.at(-1)?.n ?? after;
      rest = count - value.length;
    }
    expect(seen.join("")).toBe("abcde");
    expect(
      (await call("GET api/requests?limit=2")).json.value.map(({ path }: { path: string }) => path.at(-1)),
    ).toEqual(["d", "e"]);
    asked.add("GET api/requests/events");
  });

  it("misses no answer that came later than that of a younger request", async () => {
    emulator.faults.add({ path: "/slow", hang: true });
    const gone = new AbortController();
    const slow = emulator.fetch("https://graph.microsoft.com/v1.0/slow", { signal: gone.signal }).catch(() => {});
    await emulator.fetch("https://graph.microsoft.com/v1.0/quick");
    const all = (await call("GET api/requests")).json.value;
    const numbers = all.map(({ n }: { n: number }) => n);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(all.map(({ path }: { path: string }) => path).sort()).toEqual(["/v1.0/quick", "/v1.0/slow"]);
    gone.abort();
    await slow;
  });

  it("answers a waiting test as soon as what it waits for has come", async () => {
    const waiting = call("GET api/requests?service=entra&wait=20");
    await requestToken(emulator);
    expect((await waiting).json.count).toBe(1);
    expect((await call("GET api/requests?after=99999999&wait=0.05")).json.count).toBe(0);
  });

  it("knows nothing of what is asked here", async () => {
    await call("GET api");
    expect(emulator.requests).toEqual([]);
    await expect(emulator.fetch(`${emulator.console}api`)).rejects.toThrow(/emulator\.console/);
  });
});

describe("the emulator", () => {
  it("tells who it is, whom to trust, and what can be asked", async () => {
    const { json, headers } = await call("GET health");
    expect(json).toMatchObject({
      status: "ready",
      version: "1.2.3",
      pid: process.pid,
      origin: emulator.origin,
      tenantId: emulator.tenantId,
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect((await call("GET ca.pem")).text).toBe(emulator.ca);
    const bundle = (await call("GET bundle.pem")).text;
    expect(bundle).toContain(emulator.ca!.trim());
    expect(bundle.match(/BEGIN CERTIFICATE/g)!.length).toBeGreaterThan(50);
    expect((await call("GET api")).json.value).toContainEqual({
      method: "GET",
      path: "/_emulator/api/users",
      does: "the users",
      query: ["search", "top", "skip", "tenant"],
    });
  });

  it("goes back to its start, and is told when it is to stop", async () => {
    emulator.users.remove(someone());
    expect((await call("POST api/reset", {})).status).toBe(204);
    expect(emulator.users.count).toBe(60);
    expect((await call("POST api/stop", {})).status).toBe(202);
    await expect.poll(() => stopped).toBe(1);
  });

  it("stops by itself where nobody is told, with its answer given", async () => {
    const own = await startEmulator({ users: 0, control: true });
    expect((await fetch(`${own.console}api/stop`, { method: "POST" })).status).toBe(202);
    await expect
      .poll(() =>
        fetch(own.origin).then(
          () => "up",
          () => "down",
        ),
      )
      .toBe("down");
  });
});

describe("what can't be done", () => {
  it.each<[string, unknown, number, string]>([
    ["GET api/app", undefined, 404, "GET /_emulator/api lists them"],
    ["PUT api/apps", {}, 405, "GET, POST"],
    ["POST api/apps", { nmae: "x" }, 400, 'no field "nmae". Did you mean "name"?'],
    ["POST api/apps", { name: "" }, 400, '"name" must be a text'],
    ["POST api/apps", [], 400, "must be a JSON object"],
    ["GET api/apps/none", undefined, 404, "no app none"],
    ["PATCH api/apps/APP", { roles: "User.Read.All" }, 400, '"roles" must be a list of texts'],
    ["DELETE api/apps/none", undefined, 404, "no app none"],
    ["POST api/apps/APP/roles", {}, 400, '"roles" is missing'],
    ["DELETE api/apps/APP/roles/No.Such", undefined, 404, "permission No.Such"],
    ["POST api/apps/APP/secrets", { expiresAt: "soon" }, 400, '"expiresAt" must be a date and time'],
    ["DELETE api/apps/APP/secrets/none", undefined, 404, "secret none"],
    ["POST api/apps/APP/certificates", { pem: "x" }, 400, "holds no certificate"],
    ["DELETE api/apps/APP/certificates/00", undefined, 404, "certificate 00"],
    ["POST api/apps/none/revoke", {}, 404, "no app none"],
    ["GET api/users/nobody@nowhere", undefined, 404, 'user "nobody@nowhere"'],
    ["POST api/users", { dispalyName: "x" }, 400, "dispalyName"],
    ["PATCH api/users/none", {}, 404, 'user "none"'],
    ["DELETE api/users/none", undefined, 404, 'user "none"'],
    ["DELETE api/users/none?permanently=true", undefined, 404, 'user "none"'],
    ["POST api/groups", { member: [] }, 400, "member"],
    ["GET api/groups/none/members", undefined, 404, 'group "none"'],
    ["PUT api/groups/none/owners/x", undefined, 404, 'group "none"'],
    ["PUT api/groups/GROUP/members/nobody", undefined, 400, "nobody"],
    ["POST api/faults", { status: 503, pth: "/" }, 400, "pth"],
    ["POST api/faults", { service: "graph" }, 400, "A fault does something"],
    ["POST api/faults", { status: 500, path: { pattern: "(" } }, 400, '"path" must be'],
    ["POST api/faults", { status: 500, where: "x" }, 400, "only in code"],
    ["DELETE api/faults/77", undefined, 404, "fault 77"],
    ["PATCH api/clock", {}, 400, "advanceMs or now"],
    ["PATCH api/clock", { advanceMs: 1e300 }, 400, "end of time"],
    ["PATCH api/graph", { shortPages: 2 }, 400, "shortPages"],
    ["PATCH api/graph", { throtle: true }, 400, 'Did you mean "throttle"?'],
    ["POST api/reset", { all: true }, 400, 'no field "all"'],
    ["POST api/stop", { now: true }, 400, 'no field "now"'],
    ["GET api/users?serach=x", undefined, 400, 'no "serach" here. Did you mean "search"?'],
    ["GET api/users?top=-5", undefined, 400, '"top" must be a whole number from 0'],
    ["GET api/users?top=1&top=2", undefined, 400, "2 times"],
    ["DELETE api/users/none?permanently=yes", undefined, 400, '"permanently" must be true or false'],
    ["GET api/requests?after=x", undefined, 400, '"after" must be a whole number'],
    ["GET api/requests?limit=-5", undefined, 400, '"limit" must be a whole number from 1'],
    ["GET api/requests?limit=0", undefined, 400, '"limit" must be a whole number from 1'],
    ["GET api/requests?wait=60", undefined, 400, '"wait" must be seconds, 30 at most'],
    ["GET api/requests?status=40", undefined, 400, '"status" must be'],
    ["GET api/requests?service=grpah", undefined, 400, '"service" must be entra or graph'],
    ["GET api/requests?tenant=x", undefined, 400, 'no "tenant" here'],
    ["GET api/requests/events?after=x", undefined, 400, '"after" must be'],
    ["GET health?a=b", undefined, 400, "Known are none"],
    ["DELETE api/requests?all=true", undefined, 400, 'no "all" here'],
    ["GET api/users/%ff", undefined, 400, "isn't encoded"],
    ["GET api/__proto__", undefined, 404, "no route"],
  ])("is told: %s with %j → %i", async (line, body, status, said) => {
    const path = line.replace("APP", emulator.clientId).replace("GROUP", somegroup());
    const { json, ...answer } = await call(path, body);
    expect([answer.status, json.error.message]).toEqual([status, expect.stringContaining(said)]);
    expect(Object.keys(json)).toEqual(["error"]);
    expect(answer.text).not.toMatch(/\n\s+at /);
    if (status === 405) expect(answer.headers.get("allow")).toBe("GET, POST");
  });

  it("names a conflict", async () => {
    const { userPrincipalName } = emulator.users.get(someone())!;
    expect((await call("POST api/users", { userPrincipalName })).status).toBe(409);
    expect((await call("POST api/apps", { clientId: emulator.clientId.toUpperCase() })).status).toBe(409);
  });

  it.each([
    [{ raw: "{", headers: { "content-type": "application/json" } }, 400],
    [{ raw: "name=x", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415],
    [{ raw: "{}", headers: { "content-type": "text/plain" } }, 415],
    [{ raw: `{"name":"${"x".repeat(1_100_000)}"}`, headers: { "content-type": "application/json" } }, 413],
  ])("a body that is no JSON, or too long", async (init, status) => {
    expect((await call("POST api/apps", undefined, init)).status).toBe(status);
  });
});

describe("the state as a whole", () => {
  it("goes out and in as a snapshot, and people come in from elsewhere", async () => {
    const { text } = await call("GET api/snapshot?full=false");
    expect(await call("PUT api/snapshot", undefined, { raw: text, headers })).toMatchObject({ status: 204, text: "" });
    const raw = JSON.stringify([{ displayName: "Ada Lovelace" }]);
    expect((await call("POST api/import", undefined, { raw, headers })).json).toEqual({ added: 1, updated: 0 });
    expect((await call("GET api/users?search=lovelace")).json.count).toBe(1);
  });
  const headers = { "content-type": "application/json" };
});

it("every route was asked with success", async () => {
  const { json } = await call("GET api");
  const left = json.value.filter(({ method, path }: { method: string; path: string }) => {
    const pattern = new RegExp(`^${method} ${path.replace("/_emulator/", "").replace(/\{\w+\}/g, "[^/]+")}$`);
    return ![...asked].some((line) => pattern.test(line));
  });
  expect(left).toEqual([]);
});
