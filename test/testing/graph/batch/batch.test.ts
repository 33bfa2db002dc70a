import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../../src/testing/index.js";
import { requestToken } from "../../entra/token-request.js";
import { type GraphCaller, graphCaller } from "../graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 40 });
});
beforeEach(() => {
  emulator.reset();
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

interface Response {
  id: string;
  status: number;
  headers: Record<string, string>;
  body: Record<string, unknown> & { value: { id: string }[] };
}
type Step = Record<string, unknown>;

const get = (id: string, url: string, more: Step = {}): Step => ({ id, method: "GET", url, ...more });

async function responsesTo(requests: Step[], path = "/$batch", headers: Record<string, string> = {}) {
  const { status, json } = await graph.post(path, { requests }, headers);
  expect(status).toBe(200);
  const { responses } = json as object as { responses: Response[] };
  expect(responses).toHaveLength(requests.length);
  return responses;
}

/** The responses by the ids of their steps. */
async function batch(...requests: Step[]): Promise<Record<string, Response>> {
  return Object.fromEntries((await responsesTo(requests)).map((response) => [response.id, response]));
}

describe("a batch", () => {
  it("answers each step as if it had come alone, and keeps no order", async () => {
    const alone = await graph.get("/users?$top=3&$select=id");
    const requests = [
      get("a", "/users?$top=3&$select=id"),
      get("b", "users/nobody"),
      get("c", "/users?$select=no such"),
    ];
    expect((await responsesTo(requests)).map(({ id }) => id)).not.toEqual(["a", "b", "c"]);
    const { a, b, c } = await batch(...requests);
    expect(a).toMatchObject({ status: 200, headers: { "OData-Version": "4.0", "x-ms-resource-unit": "1" } });
    expect(a?.headers["Content-Type"]).toMatch(/^application\/json/);
    const { "@odata.nextLink": _, ...page } = alone.json;
    expect(a?.body).toMatchObject(page);
    expect(b).toMatchObject({ status: 404, body: { error: { code: "Request_ResourceNotFound" } } });
    expect(c).toMatchObject({ status: 400, body: { error: { code: "BadRequest" } } });
  });

  it("gives links that lead on, inside a batch and outside of it", async () => {
    const { a } = await batch(get("a", "/users?$top=20"));
    const link = String(a?.body["@odata.nextLink"]);
    const outside = await graph.get(link);
    const { b } = await batch(get("b", link.replace("https://graph.microsoft.com/v1.0", "")));
    expect(b?.body.value).toEqual(outside.json.value);
  });

  it("has one version for all its steps", async () => {
    const [response] = await responsesTo([get("1", "/users?$top=1")], "https://graph.microsoft.com/beta/$batch");
    expect(response?.body["@odata.context"]).toBe("https://graph.microsoft.com/beta/$metadata#users");
  });

  it("hands its steps none of its own headers", async () => {
    const own = get("own", "/users/$count", { headers: { consistencylevel: "eventual" } });
    const requests = [own, get("none", "/users/$count")];
    const responses = await responsesTo(requests, "/$batch", { ConsistencyLevel: "eventual" });
    expect(responses.find(({ id }) => id === "own")).toMatchObject({ status: 200, body: "40" });
    expect(responses.find(({ id }) => id === "none")).toMatchObject({ status: 400 });
  });

  it("needs a token, which its steps share, with the roles that are in it", async () => {
    const stranger = emulator.addApp({ roles: [] });
    const form = { client_id: stranger.clientId, client_secret: stranger.clientSecret };
    const { body: token } = await requestToken(emulator, { form });
    const ask = (headers: Record<string, string>) =>
      emulator.fetch("https://graph.microsoft.com/v1.0/$batch", {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ requests: [get("1", "/users")] }),
      });
    expect((await ask({})).status).toBe(401);
    const answer = await ask({ authorization: `Bearer ${token.access_token}` });
    const { responses } = (await answer.json()) as { responses: Response[] };
    expect(responses[0]).toMatchObject({ status: 403, body: { error: { code: "Authorization_RequestDenied" } } });
  });

  it("is sent by POST", async () => {
    expect((await graph.get("/$batch")).status).toBe(405);
  });
});

describe("a batch that can't be read", () => {
  const step = get("1", "/users");
  const many = (count: number) => Array.from({ length: count }, (_, index) => get(String(index), "/users?$top=1"));
  const write = { id: "1", method: "POST", url: "/users" };
  const malformed = "Invalid batch payload format.";
  const unwritten = "Write request id : 1 does not contain Content-Type header or body.";

  it.each<[string, unknown, string]>([
    ["no JSON", "{", malformed],
    ["another JSON", "[]", malformed],
    ["nothing", "null", malformed],
    ["no steps", { requests: [] }, malformed],
    ["steps that are none", { requests: [null] }, malformed],
    ["a step without an id", { requests: [{ method: "GET", url: "/users" }] }, malformed],
    ["a step without a method", { requests: [{ id: "1", url: "/users" }] }, malformed],
    ["a step without a url", { requests: [{ id: "1", method: "GET" }] }, malformed],
    ["headers that are none", { requests: [{ ...step, headers: { a: {} } }] }, malformed],
    ["a dependency of another type", { requests: [{ ...step, dependsOn: "0" }] }, malformed],
    ["a dependency on nobody", { requests: [{ ...step, dependsOn: ["2"] }] }, malformed],
    ["a dependency on itself", { requests: [{ ...step, dependsOn: ["1"] }] }, malformed],
    [
      "a circle",
      { requests: [get("1", "/users", { dependsOn: ["2"] }), get("2", "/users", { dependsOn: ["1"] })] },
      malformed,
    ],
    [
      "two dependencies",
      { requests: [step, get("2", "/users"), get("3", "/users", { dependsOn: ["1", "2"] })] },
      malformed,
    ],
    [
      "an id twice, but for its case",
      { requests: [get("A", "/users"), get("a", "/users")] },
      "Request Id a has to be unique in a batch.",
    ],
    ["twenty-one steps", { requests: many(21) }, "Number of requests inside batch exceed the limit"],
    ["a write without a body", { requests: [write] }, unwritten],
    ["a write without a type", { requests: [{ ...write, body: {} }] }, unwritten],
  ])("for it holds %s is refused as a whole", async (_, body, message) => {
    const { status, json } = await graph.post("/$batch", body);
    expect([status, json.error?.code, json.error?.message]).toEqual([400, "BadRequest", message]);
    expect(emulator.requests.at(-1)).not.toHaveProperty("steps");
  });

  it("has more than the twenty steps that are taken", async () => {
    expect(Object.keys(await batch(...many(20)))).toHaveLength(20);
  });
});

describe("a step that leads nowhere", () => {
  it.each([
    "https://graph.microsoft.com/v1.0/users",
    "//graph.microsoft.com/v1.0/users",
    "/../beta/users",
    "/%2e%2e/beta/users",
    "/\\..\\..\\beta/users",
    "/$batch",
    "%24batch",
  ])("as %s is answered 404 by itself", async (url) => {
    const { odd, good } = await batch(get("odd", url), get("good", "/users?$top=1"));
    expect(odd).toMatchObject({ status: 404, body: { error: { code: "UnknownError", message: "" } } });
    expect(good?.status).toBe(200);
  });

  it("to a method that isn't there is answered 405", async () => {
    const { odd } = await batch({ id: "odd", method: "delete", url: "/users" });
    expect(odd).toMatchObject({ status: 405, body: { error: { code: "Request_BadRequest" } } });
  });
});

describe("steps that depend on others", () => {
  const good = (id: string, ...dependsOn: string[]) => get(id, "/users?$top=1", { dependsOn });
  const bad = (id: string, ...dependsOn: string[]) => get(id, "/users/nobody", { dependsOn });

  it.each<[string, Step[], Record<string, number>]>([
    ["one after another", [good("1"), good("2", "1"), good("3", "2")], { 1: 200, 2: 200, 3: 200 }],
    ["one after another, the first failing", [bad("1"), good("2", "1"), good("3", "2")], { 1: 404, 2: 424, 3: 424 }],
    ["one after another, the second failing", [good("1"), bad("2", "1"), good("3", "2")], { 1: 200, 2: 404, 3: 424 }],
    ["all on the same, which comes last", [good("2", "1"), bad("3", "1"), good("1")], { 1: 200, 2: 200, 3: 404 }],
    ["all on the same, which fails", [good("2", "a"), bad("A"), good("3", "A")], { A: 404, 2: 424, 3: 424 }],
  ])("run %s", async (_, steps, statuses) => {
    const responses = await batch(...steps);
    expect(Object.fromEntries(Object.values(responses).map(({ id, status }) => [id, status]))).toEqual(statuses);
    const asked = emulator.requests.at(-1)?.steps?.map(({ step }) => step) ?? [];
    const expected = Object.keys(statuses).filter((id) => statuses[id] !== 424);
    expect(asked.toSorted()).toEqual(expected.toSorted());
    if ("1" in statuses) expect(asked[0]).toBe("1");
  });
});

describe("faults and throttling", () => {
  it("strike steps one by one, and are in the log with them", async () => {
    emulator.faults.add({ path: "/v1.0/users?$top=2", status: 429, retryAfter: 7 });
    emulator.faults.add({ path: "/v1.0/users?$top=3", body: { value: [] }, delayMs: 5 });
    const responses = await batch(get("1", "/users?$top=1"), get("2", "/users?$top=2"), get("3", "/users?$top=3"));
    expect(responses["1"]?.status).toBe(200);
    expect(responses["2"]).toMatchObject({ status: 429, headers: { "Retry-After": "7" } });
    expect(responses["3"]).toMatchObject({ status: 200, body: { value: [] } });
    expect(emulator.requests).toHaveLength(2);
    const [, entry] = emulator.requests;
    expect(entry).toMatchObject({ status: 200, path: "/v1.0/$batch" });
    expect(entry?.steps?.map(({ step, path, status, tenant }) => [step, path, status, tenant]).sort()).toEqual([
      ["1", "/v1.0/users?$top=1", 200, emulator.tenantId],
      ["2", "/v1.0/users?$top=2", 429, emulator.tenantId],
      ["3", "/v1.0/users?$top=3", 200, emulator.tenantId],
    ]);
    expect(JSON.stringify(entry)).not.toMatch(/ey[\w-]+\.ey/);
  });

  it("that need a connection wait for a whole request", async () => {
    emulator.faults.add({ path: "/users", reset: true });
    const { a } = await batch(get("a", "/users?$top=1"));
    expect(a?.status).toBe(200);
    await expect(graph.get("/users?$top=1")).rejects.toThrow();
  });

  it("of the batch itself strike it whole", async () => {
    emulator.faults.add({ path: "/$batch", status: 503 });
    expect((await graph.post("/$batch", { requests: [get("1", "/users")] })).status).toBe(503);
    expect(emulator.requests.at(-1)).not.toHaveProperty("steps");
  });

  it("throttle each step by its own units, while the batch succeeds", async () => {
    emulator.graph.throttle = true;
    const steps = Array.from({ length: 20 }, (_, index) =>
      get(String(index), "/users?$expand=manager&$filter=id eq 'x'"),
    );
    let refused: Response | undefined;
    for (let sent = 0; sent < 300 && !refused; sent += 1) {
      refused = (await responsesTo(steps)).find(({ status }) => status === 429);
    }
    expect(refused?.headers).toMatchObject({ "Retry-After": expect.any(String), "x-ms-resource-unit": "3" });
    expect(refused?.body).toMatchObject({ error: { code: "TooManyRequests" } });
  });
});
