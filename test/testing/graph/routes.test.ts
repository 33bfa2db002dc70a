import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";
import { eventual, type GraphCaller, graphCaller, query } from "./graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 120, roles: ["Directory.Read.All"] });
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

const guid = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/;

describe("every answer of Graph", () => {
  it("carries the documented headers", async () => {
    const { headers } = await graph.get("/users?$top=1");
    expect(headers.get("content-type")).toContain("application/json");
    expect(headers.get("odata-version")).toBe("4.0");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("request-id")).toMatch(guid);
    expect(headers.get("client-request-id")).toBe(headers.get("request-id"));
    expect(JSON.parse(String(headers.get("x-ms-ags-diagnostic")))).toHaveProperty("ServerInfo.DataCenter");
    expect(Math.abs(Date.parse(String(headers.get("date"))) - emulator.clock.now())).toBeLessThan(5000);
  });

  it("echoes client-request-id, and has the ids of its headers in an error's body", async () => {
    const sent = "0a53c1c4-7a36-4a0b-8a8b-5f0b3e2f9a10";
    const { headers, json } = await graph.get("/users/nobody", { "client-request-id": sent });
    expect(headers.get("client-request-id")).toBe(sent);
    expect(json.error?.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      "request-id": headers.get("request-id"),
      "client-request-id": sent,
    });
  });

  it.each([
    ["/users", 2],
    ["/users?$select=id", 1],
    ["/users?$top=5", 1],
    ["/users?$top=5&$select=id", 1],
    ["/users?$expand=manager", 3],
    ["/users?$expand=manager&$select=id", 2],
    ["/users/nobody", 1],
    ["/users/delta", 2],
    ["/users/$count", 2],
  ])("to %s costs %i resource units", async (path, units) => {
    expect((await graph.get(path)).headers.get("x-ms-resource-unit")).toBe(String(units));
  });
});

describe("a single user", () => {
  const first = async () => (await graph.get("/users?$top=1")).json.value[0] as Record<string, string>;

  it("is found by id and user principal name, in both spellings of a key", async () => {
    const user = await first();
    for (const key of [user.id!, user.userPrincipalName!.toUpperCase()]) {
      for (const path of [`/users/${encodeURIComponent(key)}`, `/users('${key}')`]) {
        const { "@odata.context": context, ...found } = (await graph.get(path)).json as object as Record<
          string,
          unknown
        >;
        expect(context).toBe("https://graph.microsoft.com/v1.0/$metadata#users/$entity");
        expect(found).toEqual(user);
      }
    }
  });

  it("has guests under their # and quotes under two", async () => {
    const guests = await graph.get(`/users${query({ $filter: "userType eq 'Guest'", $top: 1 })}`);
    const { userPrincipalName, id } = guests.json.value[0] as Record<string, string>;
    expect(userPrincipalName).toContain("#EXT#");
    expect((await graph.get(`/users/${encodeURIComponent(userPrincipalName!)}?$select=id`)).json).toMatchObject({ id });
    const odd = emulator.users.add({ userPrincipalName: "$o'brien@contoso.onmicrosoft.com" });
    expect((await graph.get("/users('$o''brien@contoso.onmicrosoft.com')")).json).toMatchObject({ id: odd.id });
    emulator.users.remove(odd.id);
  });

  it("may have what a list can't", async () => {
    const { id } = await first();
    expect((await graph.get(`/users/${id}?$select=id,skills`)).json).toMatchObject({ id, skills: null });
  });

  it.each(["nobody", "00000000-0000-4000-8000-000000000000", "no@body.example"])("is missing as %s", async (key) => {
    const { status, json } = await graph.get(`/users/${key}`);
    expect([status, json.error?.code, json.error?.message]).toEqual([
      404,
      "Request_ResourceNotFound",
      `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
    ]);
  });

  it("has a manager, whose reports it is among", async () => {
    const { value } = (await graph.get("/users?$select=id&$expand=manager($select=id,displayName)&$top=50")).json;
    const led = value.filter(({ manager }) => manager);
    expect(led.length).toBeGreaterThan(30);
    expect(led.length).toBeLessThan(50);
    const { id, manager } = led[7] as { id: string; manager: Record<string, string> };
    expect(manager).toEqual({
      "@odata.type": "#microsoft.graph.user",
      id: manager.id,
      displayName: expect.any(String),
    });
    expect((await graph.get(`/users/${id}/manager?$select=id`)).json).toMatchObject({ id: manager.id });
    const reports = (await graph.get(`/users/${manager.id}/directReports?$select=id`)).json.value;
    expect(reports.map((report) => report.id)).toContain(id);
    const boss = (await graph.get("/users?$top=1&$select=id")).json.value[0]!.id;
    expect((await graph.get(`/users/${boss}/manager`)).status).toBe(404);
  });
});

describe("query options", () => {
  it("$select takes names without case, and answers in its own order with what it asks for only", async () => {
    const { value } = (await graph.get("/users?$top=1&$select=MAIL,displayname,mail")).json;
    expect(Object.keys(value[0]!)).toEqual(["mail", "displayName"]);
  });

  it("without $select the documented properties come in the documented order", async () => {
    const { value } = (await graph.get("/users?$top=1")).json;
    expect(Object.keys(value[0]!).join(" ")).toBe(
      "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id",
    );
  });

  it("directory extensions can be set and selected", async () => {
    const name = "extension_7f0c1d526a1e4b0e9d6f0a9f6c0f9a11_badge" as const;
    const { id } = emulator.users.add({ [name]: "42" });
    const { value } = (await graph.get(`/users${query({ $filter: `id eq '${id}'`, $select: `id,${name}` })}`)).json;
    expect(value).toEqual([{ id, [name]: "42" }]);
    emulator.users.remove(id);
  });

  it("$count=true counts what the filter finds, on the first page only, and is ignored without the header", async () => {
    const path = `/users${query({ $filter: "userType eq 'Member'", $count: "true", $top: 50, $select: "userType" })}`;
    const pages = await graph.pages(path, eventual);
    const members = pages.flatMap(({ value }) => value).length;
    expect(pages.map((page) => page["@odata.count"])).toEqual([members, undefined, undefined]);
    expect((await graph.get(path)).json).not.toHaveProperty("@odata.count");
    expect((await graph.get("/users?$count=true", eventual)).json["@odata.count"]).toBe(120);
  });

  it("/users/$count answers a number as text, and needs the header", async () => {
    const { text, headers } = await graph.get("/users/$count", eventual);
    expect([text, headers.get("content-type")]).toEqual(["120", "text/plain"]);
    const guests = await graph.get(`/users/$count${query({ $filter: "userType ne 'Member'" })}`, eventual);
    expect(Number(guests.text)).toBeGreaterThan(0);
    const { status, json } = await graph.get("/users/$count");
    expect([status, json.error?.code, json.error?.message]).toEqual([
      400,
      "Request_BadRequest",
      "$count is not currently supported.",
    ]);
  });

  it("$orderby sorts by name in both directions, page after page", async () => {
    for (const property of ["displayName", "userPrincipalName"]) {
      const sorted = async (direction: string) =>
        (await graph.pages(`/users${query({ $orderby: `${property} ${direction}`, $top: 37 })}`)).flatMap(({ value }) =>
          value.map((user) => String(user[property]).toLowerCase()),
        );
      const ascending = await sorted("asc");
      expect(ascending).toHaveLength(120);
      expect(ascending).toEqual(ascending.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(await sorted("desc")).toEqual(ascending.toReversed());
    }
  });

  it("$orderby of dates, and together with $filter, is an advanced query", async () => {
    const unsupported = [400, "Request_UnsupportedQuery"];
    for (const options of [
      { $orderby: "createdDateTime desc" },
      { $orderby: "displayName", $filter: "accountEnabled eq true" },
    ]) {
      const { status, json } = await graph.get(`/users${query(options)}`);
      expect([status, json.error?.code]).toEqual(unsupported);
      const advanced = await graph.get(
        `/users${query({ ...options, $count: "true", $select: "createdDateTime" })}`,
        eventual,
      );
      expect(advanced.status).toBe(200);
      expect(advanced.json.value.length).toBeGreaterThan(50);
    }
    const { status, json } = await graph.get("/users?$orderby=jobTitle&$count=true", eventual);
    expect([status, json.error?.code]).toEqual(unsupported);
  });

  it("$search finds the beginnings of words in names, and of other values", async () => {
    const found = async ($search: string) => {
      const pages = await graph.pages(
        `/users${query({ $search, $select: "id,displayName,userPrincipalName" })}`,
        eventual,
      );
      return pages.flatMap(({ value }) => value as { id: string; displayName: string; userPrincipalName: string }[]);
    };
    const ids = [
      emulator.users.add({ displayName: "Quentin Xavier-Zander" }).id,
      emulator.users.add({ displayName: "Xenia QuickBrown42" }).id,
    ];
    const names = async (search: string) => (await found(search)).map(({ displayName }) => displayName.split(" ")[0]);
    expect(await names('"displayName:zan"')).toEqual(["Quentin"]);
    expect(await names('"displayName:brown"')).toEqual(["Xenia"]);
    expect(await names('"displayName:42"')).toEqual(["Xenia"]);
    expect(await names('"displayName:rown"')).toEqual([]);
    expect(await names('"displayName:quentin xav"')).toEqual(["Quentin"]);
    expect(await names('"userPrincipalName:quentin" OR "userPrincipalName:xenia"')).toEqual(["Quentin", "Xenia"]);
    expect(await names('"displayName:x" AND ("displayName:quick" OR "displayName:nobody")')).toEqual(["Xenia"]);
    expect(await names('"userPrincipalName:xavier"')).toEqual([]);
    for (const id of ids) emulator.users.remove(id);
  });

  it("$search needs the header, but not $count", async () => {
    const path = `/users${query({ $search: '"displayName:a"' })}`;
    expect((await graph.get(path, eventual)).status).toBe(200);
    const { status, json } = await graph.get(path);
    expect([status, json.error?.code, json.error?.message]).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    ]);
  });

  it.each([
    [
      "$select=foo",
      400,
      "BadRequest",
      "Parsing OData Select and Expand failed: Could not find a property named 'foo' on type 'microsoft.graph.user'.",
    ],
    ["$select=skills", 501, undefined, undefined],
    ["$expand=foo", 400, "BadRequest", undefined],
    ["$top=ten", 400, "BadRequest", undefined],
    ["$top=1&$top=2", 400, "BadRequest", undefined],
    ["$skip=5", 400, undefined, undefined],
    ["$foo=1", 400, "BadRequest", undefined],
    ["$orderby=foo", 400, "BadRequest", undefined],
    ["$search=displayName:a", 400, "BadRequest", undefined],
    ['$search="foo:a"', 400, undefined, undefined],
    ["$count=maybe", 400, "BadRequest", undefined],
    ["$count=true&$expand=manager", 400, "Request_UnsupportedQuery", undefined],
  ])("%s is refused", async (options, status, code, message) => {
    const answer = await graph.get(`/users?${options}`, eventual);
    expect(answer.status).toBe(status);
    if (code) expect(answer.json.error?.code).toBe(code);
    if (message) expect(answer.json.error?.message).toBe(message);
  });

  it.each(
    "aboutMe birthday hireDate interests mySite pastProjects preferredName responsibilities schools skills mailboxSettings".split(
      " ",
    ),
  )("%s can't be listed", async (property) => {
    expect((await graph.get(`/users?$select=id,${property}`)).status).toBe(501);
  });

  it("in beta the $ may be left out; in v1.0 it isn't known where, and other names are ignored", async () => {
    const beta = await graph.get("https://graph.microsoft.com/beta/users?top=3&filter=accountEnabled%20eq%20false");
    expect([beta.json.value.length, beta.status]).toEqual([3, 200]);
    const { status, json } = await graph.get("/users?filter=accountEnabled%20eq%20false");
    expect([status, json.error?.code]).toEqual([501, "EmulatorGap"]);
    expect((await graph.get("/users?foo=bar")).json.value).toHaveLength(100);
  });
});

describe("other collections", () => {
  it.each(["groups", "devices", "applications"])(
    "/%s is paged like users, and its members are found by id",
    async (name) => {
      const [whole] = await graph.pages(`/${name}?$top=999`);
      const pages = await graph.pages(`/${name}?$top=7`);
      expect(pages.length).toBe(Math.ceil(whole!.value.length / 7));
      expect(pages.flatMap(({ value }) => value)).toEqual(whole!.value);
      expect(whole!["@odata.context"]).toBe(`https://graph.microsoft.com/v1.0/$metadata#${name}`);
      const member = whole!.value.at(-1)!;
      expect((await graph.get(`/${name}/${member.id}`)).json).toMatchObject(member);
      expect((await graph.get(`/${name}/$count`, eventual)).text).toBe(String(whole!.value.length));
      const filter = query({ $filter: `displayName eq '${String(member.displayName).replaceAll("'", "''")}'` });
      expect((await graph.get(`/${name}${filter}`)).json.value).toContainEqual(member);
    },
  );

  it("/groups are filtered by their own properties", async () => {
    const found = async ($filter: string) => (await graph.get(`/groups${query({ $filter, $top: 999 })}`)).json.value;
    const all = (await graph.get("/groups?$top=999")).json.value;
    const unified = all.filter(({ groupTypes }) => (groupTypes as string[]).includes("Unified"));
    expect(await found("groupTypes/any(t:t eq 'Unified')")).toEqual(unified);
    expect(await found("securityEnabled eq false and mailEnabled eq true")).toEqual(unified);
    expect((await graph.get(`/groups${query({ $filter: "department eq 'x'" })}`)).json.error?.message).toContain(
      "on type 'microsoft.graph.group'",
    );
  });

  it("/organization tells the tenant and its domain", async () => {
    const { value } = (await graph.get("/organization")).json;
    expect(value).toHaveLength(1);
    expect(value[0]).toMatchObject({
      id: emulator.tenantId,
      tenantType: "AAD",
      verifiedDomains: [{ name: "contoso.onmicrosoft.com", isDefault: true, isInitial: true }],
    });
  });

  it.each(["/nothing", "/users/a/b", "/me"])("%s is a bad request", async (path) => {
    const { status, json } = await graph.get(path);
    expect([status, json.error?.code]).toEqual([400, "BadRequest"]);
  });

  it("/beta answers as /v1.0 does, under its own name", async () => {
    const { json } = await graph.get("https://graph.microsoft.com/beta/users?$top=1");
    expect(json["@odata.context"]).toBe("https://graph.microsoft.com/beta/$metadata#users");
    expect((await graph.get("https://graph.microsoft.com/v9/users")).status).toBe(400);
  });
});

describe("permissions", () => {
  it("are not asked for writing, which isn't emulated", async () => {
    const { body } = await requestToken(emulator);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const response = await emulator.fetch("https://graph.microsoft.com/v1.0/users", {
      method: "POST",
      headers,
      body: "{}",
    });
    expect(response.status).toBe(501);
  });
});
