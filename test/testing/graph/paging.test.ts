import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { thorough } from "../../support/thorough.js";
import { requestToken } from "../entra/token-request.js";
import { eventual, type GraphCaller, graphCaller, type Page, query } from "./graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 1234, roles: ["User.Read.All", "AuditLog.Read.All"] });
});
beforeEach(() => {
  emulator.reset();
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

const idsOf = (pages: Page[]) => pages.flatMap(({ value }) => value.map(({ id }) => String(id)));
const skipToken = (page: Page) => new URL(page["@odata.nextLink"]!).searchParams.get("$skiptoken");

describe("pages of /users", () => {
  it("hold 100 users by default and 999 at most", async () => {
    expect((await graph.pages("/users")).map(({ value }) => value.length)).toEqual([...Array(12).fill(100), 34]);
    expect((await graph.pages("/users?$top=999")).map(({ value }) => value.length)).toEqual([999, 235]);
  });

  it.each(["1000", "0", "-1"])("can't hold %s", async (top) => {
    const { status, json } = await graph.get(`/users?$top=${top}`);
    expect([status, json.error?.code, json.error?.message]).toEqual([
      400,
      "Request_UnsupportedQuery",
      `Invalid page size specified: '${top}'. Must be between 1 and 999 inclusive.`,
    ]);
  });

  it("hold 500 at most with signInActivity, whatever was asked for", async () => {
    const { status, json } = await graph.get("/users?$top=999&$select=signInActivity");
    expect([status, json.value.length <= 500]).toEqual([200, true]);
    expect(Object.keys(json.value[0] ?? {})).toEqual(["signInActivity", "id"]);
    expect((await graph.get("/users?$top=1000&$select=signInActivity")).status).toBe(400);
  });

  it("come with a context, and an absolute link that repeats the options before its token", async () => {
    const { json } = await graph.get("/users?$select=id,displayName&$top=2");
    expect(Object.keys(json)).toEqual(["@odata.context", "@odata.nextLink", "value"]);
    expect(json["@odata.nextLink"]).toMatch(
      /^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?\$select=id,displayName&\$top=2&\$skiptoken=[\w-]+$/,
    );
    expect((await graph.get("/users")).json["@odata.context"]).toBe("https://graph.microsoft.com/v1.0/$metadata#users");
  });

  it("are linked on the host that was asked", async () => {
    const usGovernment = {
      loginHost: "login.microsoftonline.us",
      form: { scope: "https://graph.microsoft.us/.default" },
    };
    const { body } = await requestToken(emulator, usGovernment);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const response = await emulator.fetch("https://graph.microsoft.us/beta/users?$top=5", { headers });
    const page = (await response.json()) as Page;
    expect(page["@odata.nextLink"]).toMatch(/^https:\/\/graph\.microsoft\.us\/beta\/users\?/);
  });

  it("link differently each time, to the same users", async () => {
    const [first, second] = [await graph.get("/users?$top=3"), await graph.get("/users?$top=3")];
    expect(skipToken(first.json)).not.toBe(skipToken(second.json));
    const next = await Promise.all([first, second].map(({ json }) => graph.get(json["@odata.nextLink"]!)));
    expect(next[0]!.json.value).toEqual(next[1]!.json.value);
  });

  it("hold every user who was there throughout exactly once, whatever changes meanwhile", async () => {
    const change = fc.record({
      kind: fc.constantFrom("add", "remove", "rename"),
      who: fc.nat({ max: 59 }),
    });
    const settings = fc.record({
      top: fc.integer({ min: 1, max: 20 }),
      shortPages: fc.constantFrom(0, 0.5),
      shuffle: fc.boolean(),
      filtered: fc.boolean(),
      sorted: fc.boolean(),
      changes: fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 12 }),
    });
    await using small = await startEmulator({ users: 60 });
    const before = idsOf(await graphCaller(small).pages("/users?$select=id"));
    await fc.assert(
      fc.asyncProperty(settings, async ({ top, shortPages, shuffle, filtered, sorted, changes }) => {
        small.reset();
        Object.assign(small.graph, { shortPages, shuffle });
        const removed = new Set<string>();
        const added = new Set<string>();
        const rounds = [...changes];
        const options = {
          $select: "id",
          $top: top,
          $count: "true",
          $filter: filtered ? "userType ne 'Robot'" : undefined,
          $orderby: sorted ? "displayName desc" : undefined,
        };
        const pages = await graphCaller(small).pages(`/users${query(options)}`, eventual, () => {
          for (const { kind, who } of rounds.shift() ?? []) {
            const id = before[who]!;
            if (kind === "add") added.add(small.users.add().id);
            else if (removed.has(id)) continue;
            else if (kind === "rename") small.users.update(id, { displayName: `Renamed ${who}` });
            else if (small.users.remove(id)) removed.add(id);
          }
        });
        const listed = idsOf(pages);
        expect(new Set(listed).size).toBe(listed.length);
        expect(before.filter((id) => !removed.has(id) && !listed.includes(id))).toEqual([]);
        expect(listed.filter((id) => !before.includes(id) && !added.has(id))).toEqual([]);
      }),
      { numRuns: thorough ? 15 : 3, seed: 20261120 },
    );
  });

  it("come short and empty where that is switched on, and still complete", async () => {
    const users = thorough ? 1234 : 234;
    await using own = await startEmulator({ users, shortPages: 0.6 });
    const pages = await graphCaller(own).pages("/users?$top=5&$select=id");
    const sizes = new Set(pages.slice(0, -1).map(({ value }) => value.length));
    expect(sizes).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(new Set(idsOf(pages)).size).toBe(users);
    expect(new Set(pages.map((page) => page["@odata.nextLink"])).size).toBe(pages.length);
  });

  it("come in another order in each listing where that is switched on", async () => {
    const plain = idsOf(await graph.pages("/users?$top=999&$select=id"));
    emulator.graph.shuffle = true;
    const orders = [
      await graph.pages("/users?$top=400&$select=id"),
      await graph.pages("/users?$top=400&$select=id"),
    ].map(idsOf);
    expect(new Set([plain, ...orders].map(String)).size).toBe(3);
    for (const order of orders) expect(order.toSorted()).toEqual(plain.toSorted());
  });
});

describe("a page token", () => {
  it("expires, an hour after its page unless switched otherwise", async () => {
    const link = (await graph.get("/users")).json["@odata.nextLink"]!;
    emulator.clock.advance(3_599_000);
    graph.renewToken();
    expect((await graph.get(link)).status).toBe(200);
    emulator.clock.advance(2_000);
    graph.renewToken();
    const { status, json } = await graph.get(link);
    expect([status, json.error?.code]).toEqual([400, "Directory_ExpiredPageToken"]);
  });

  it("of a query made with ConsistencyLevel is refused as expired without it", async () => {
    const link = (await graph.get("/users?$count=true&$top=5", eventual)).json["@odata.nextLink"]!;
    expect((await graph.get(link)).json.error?.code).toBe("Directory_ExpiredPageToken");
    expect((await graph.get(link, eventual)).status).toBe(200);
  });

  it("is good for its own query only, and for none when it was tampered with", async () => {
    const page = (await graph.get("/users?$top=5")).json;
    const token = skipToken(page)!;
    const other = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    for (const options of [
      `$top=6&$skiptoken=${token}`,
      `$top=5&$skiptoken=${other}`,
      "$top=5&$skiptoken=x",
      "$top=5&$skiptoken=",
    ]) {
      const { status, json } = await graph.get(`/users?${options}`);
      expect([options, status, json.error?.code]).toEqual([options, 400, "DirectoryPageTokenNotFoundException"]);
    }
    emulator.reset();
    expect((await graph.get(page["@odata.nextLink"]!)).status).toBe(400);
  });
});

it.each([
  { shortPages: 1 },
  { shortPages: Number.NaN },
  { replays: -1 },
  { deltaPageSize: 0 },
  { pageTokenLifetimeMs: "1h" },
  { throttle: 1 },
  { users: -1 },
])("an emulator can't be started with %j", async (options) => {
  const [name] = Object.keys(options);
  await expect(startEmulator(options as object)).rejects.toThrow(new RegExp(`${name} must be`));
});
