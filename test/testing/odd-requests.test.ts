import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../src/testing/index.js";
import { sampled } from "../support/thorough.js";
import { byAssertion, requestToken } from "./entra/token-request.js";
import { eventual, type GraphCaller, graphCaller } from "./graph/graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
let id: unknown;
beforeAll(async () => {
  emulator = await startEmulator({ users: 30, roles: ["Directory.Read.All"] });
  graph = graphCaller(emulator);
  id = (await graph.get("/users?$top=1")).json.value[0]?.id;
});
beforeEach(() => {
  emulator.requests.length = 0;
});
afterAll(() => emulator.stop());

const inherited = ["toString", "__proto__", "constructor", "hasOwnProperty", "valueOf", "__lookupGetter__"];
const places: ((name: string) => string)[] = [
  (name) => `/${name}`,
  (name) => `/users/${name}`,
  (name) => `/users/${id}/${name}`,
  (name) => `/users('${name}')/${name}`,
  (name) => `/organization/${name}`,
  (name) => `/users?$select=${name}`,
  (name) => `/users?$expand=${name}`,
  (name) => `/users?$expand=manager($select=${name})`,
  (name) => `/users?$orderby=${name}`,
  (name) => `/users?$filter=${name} eq 'x'`,
  (name) => `/users?$filter=${name}(displayName,'x')`,
  (name) => `/users?$filter=displayName ${name} 'x'`,
  (name) => `/users?$filter=onPremisesExtensionAttributes/${name} eq 'x'&$count=true`,
  (name) => `/users?$filter=identities/any(${name}:${name}/${name} eq 'x')`,
  (name) => `/users?$search="${name}:x"`,
  (name) => `/users?$${name}=1`,
  (name) => `/users?$skiptoken=${name}`,
  (name) => `/users/delta?$deltatoken=${name}`,
];

describe("names that every object inherits", () => {
  it.each(sampled(inherited, 3))("mean nothing to Graph, wherever %s stands", async (name) => {
    for (const place of places) {
      const { status, json } = await graph.get(place(name), eventual);
      expect([place(name), status]).toEqual([place(name), expect.toBeOneOf([400, 404])]);
      expect(json.error?.code).toEqual(expect.any(String));
    }
    const unknownFunction = await graph.get(`/users?$filter=${name}(displayName,'x')`);
    expect(unknownFunction.json.error?.message).toContain(`unknown function with name '${name}'`);
  });

  it.each(sampled(inherited, 3))("mean nothing to Entra: %s", async (name) => {
    const asked = [
      { tenant: name },
      ...["client_id", "client_secret", "scope", "grant_type", "claims"].map((field) => ({ form: { [field]: name } })),
      { form: { scope: `${name}/.default` } },
    ];
    for (const request of asked) {
      const { status, body } = await requestToken(emulator, request);
      expect([request, status]).toEqual([request, expect.toBeOneOf([400, 401])]);
      expect(body.error).toEqual(expect.any(String));
    }
  });
});

describe("nesting", () => {
  it.each<[string, (times: number) => string]>([
    ["an open search", (times) => `$search=${"(".repeat(times)}`],
    ["a closed search", (times) => `$search=${"(".repeat(times)}"displayName:a"${")".repeat(times)}`],
    ["a filter", (times) => `$filter=${"(".repeat(times)}id eq 'x'${")".repeat(times)}`],
    ["not", (times) => `$filter=${"not ".repeat(times)}id eq 'x'`],
    ["any", (times) => `$filter=${"a/any(x:".repeat(Math.min(times, 1000))}`],
  ])("of %s, however deep, is answered 400", async (_, nested) => {
    for (const times of sampled([101, 500, 1500], 2)) {
      const { status, json } = await graph.get(`/users?${nested(times)}`, eventual);
      expect([times, status, json.error?.code]).toEqual([times, 400, "BadRequest"]);
    }
  });

  const parts: [option: string, part: string][] = [
    ["$expand", ","],
    ["$expand", "("],
    ["$expand", "manager($select=id),"],
    ["$select", "id,"],
    ["$search", '"'],
    ["$filter", "id eq 'x' or "],
    ["$orderby", "id "],
  ];
  it.each(sampled(parts, 3))(
    "of a %s of hundreds of kilobytes of %j, which a batch can hold, is answered like any other",
    async (option, part) => {
      const url = `/users?${option}=${part.repeat(300_000 / part.length)}`;
      const { status, json } = await graph.post("/$batch", { requests: [{ id: "1", method: "GET", url }] });
      expect(status).toBe(200);
      const [response] = (json as object as { responses: { status: number }[] }).responses;
      expect(response?.status).toBe(400);
    },
  );

  it("of a search and a filter is fine as deep as people write", async () => {
    for (const asked of ['$search=(((("displayName:a"))))', "$filter=((((accountEnabled eq true))))"]) {
      expect((await graph.get(`/users?${asked}`, eventual)).status).toBe(200);
    }
  });
});

describe("a token with odd values", () => {
  const encode = (text: string) => Buffer.from(text).toString("base64url");
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

  it.each([
    ["an object", '{"toString":1}'],
    ["nested lists", nested(200)],
    ["nothing", "null"],
    ["a number", "5"],
    ["a list", '["RS256"]'],
    ["a prototype", '{"__proto__":null}'],
  ])("such as %s is refused", async (_, odd) => {
    const header = encode(`{"alg":${odd},"kid":${odd},"x5t":${odd}}`);
    const claims = encode(`{"iss":${odd},"sub":${odd},"aud":${odd},"exp":${odd},"tid":${odd},"appid":${odd}}`);
    const token = `${header}.${claims}.AAAA`;
    const authorization = `Bearer ${token}`;
    const response = await emulator.fetch("https://graph.microsoft.com/v1.0/users", { headers: { authorization } });
    expect(response.status).toBe(401);
    const named = emulator.requests.at(-1)?.tenant;
    expect(["string", "undefined"]).toContain(typeof named);
    const { status, body } = await requestToken(emulator, { form: byAssertion(token) });
    expect([status, body.error]).toEqual([401, "invalid_client"]);
  });

  it("nested a hundred thousand times is refused", async () => {
    const token = `${encode(`{"alg":${nested(100_000)}}`)}.${encode("{}")}.AAAA`;
    expect((await requestToken(emulator, { form: byAssertion(token) })).body.error).toBe("invalid_client");
  });
});

describe("a body", () => {
  it.each(["https://login.microsoftonline.com/x/oauth2/v2.0/token", "https://graph.microsoft.com/v1.0/users"])(
    "of 6 MB is refused by %s, and the log keeps its beginning",
    async (url) => {
      const response = await emulator.fetch(url, { method: "POST", body: "x".repeat(6_000_000) });
      expect([response.status, await response.text()]).toEqual([413, "The emulator takes bodies of up to 4 MiB."]);
      expect(emulator.requests).toHaveLength(1);
      expect(emulator.requests[0]).toMatchObject({ status: 413, body: "x".repeat(65_536) });
    },
  );
});

describe("GET /", () => {
  it("says what it is, and isn't a request to a service", async () => {
    const response = await fetch(`${emulator.origin}/`);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^graph-app-identity emulator.*not Microsoft/i);
    expect(emulator.requests).toEqual([]);
  });

  it("belongs to the services on their own hosts", async () => {
    expect((await emulator.fetch("https://login.microsoftonline.com/")).status).toBe(404);
    expect((await emulator.fetch("https://graph.microsoft.com/")).status).toBe(401);
  });
});

describe("the clock", () => {
  it.each([1e17, -1e17, Number.POSITIVE_INFINITY])("isn't moved by %s, where there are no dates", async (ms) => {
    expect(() => emulator.clock.advance(ms)).toThrow("advance()");
    expect((await graph.get("/users?$top=1")).status).toBe(200);
  });
});
