import { Client } from "@microsoft/microsoft-graph-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAll } from "../../src/graph/list-all.js";
import { odata } from "../../src/graph/query/odata.js";
import { countUsers } from "../../src/users/count-users.js";
import { type ListUsersOptions, listUsers } from "../../src/users/list-users.js";
import { type EmulatedTenant, emulatedClient, emulatedIds } from "../support/emulated-client.js";
import { collect } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await emulatedClient({ users: 250, roles: ["User.Read.All", "AuditLog.Read.All"] });
  // One whose values contain everything that breaks URLs and filters.
  tenant.emulator.users.add({ displayName: awkward, department: "R&D #1", mail: "o'brien+x@contoso.com" });
});
afterAll(() => tenant.emulator.stop());

const awkward = "O'Brien & Søn + 50% #1 / https://x.example?a=b 😀";

/** Lists, and returns what Graph was asked for first. */
async function ask(options: ListUsersOptions) {
  tenant.emulator.requests.length = 0;
  const users = await collect(listUsers(tenant.client, options));
  const requests = tenant.emulator.requests.filter(({ service }) => service === "graph");
  const [first] = requests;
  const url = new URL(`https://graph.microsoft.com${first?.path}`);
  return {
    users,
    query: Object.fromEntries(url.searchParams),
    consistency: requests.map(({ headers }) => headers.consistencylevel),
    requests,
  };
}

type Operator = "eq" | "ne" | "not" | "in" | "ge" | "le" | "startsWith" | "endsWith" | "null";
/** `mark`: text that is never asked for null. */
type Form = "text" | "mark" | "flag" | "date" | "texts";

/** What Microsoft documents about filtering users: properties, the operators a basic query has for them, and how a value looks. */
const classes: [properties: string[], basic: Operator[], form: Form][] = [
  [["country", "department", "givenName", "mail", "mailNickname"], ["eq", "in", "startsWith", "ge", "le"], "text"],
  [["state", "surname", "usageLocation"], ["eq", "in", "startsWith", "ge", "le"], "text"],
  [["displayName"], ["eq", "in", "startsWith"], "text"],
  [["otherMails"], ["eq", "startsWith"], "texts"],
  [["jobTitle"], ["eq", "in", "ge", "le"], "text"],
  [["accountEnabled", "onPremisesSyncEnabled"], ["eq", "in"], "flag"],
  [["ageGroup", "consentProvidedForMinor", "creationType"], ["eq", "in"], "mark"],
  [["userType"], ["eq", "in"], "text"],
  [["onPremisesSecurityIdentifier"], ["eq", "in"], "text"],
  [["id"], ["eq"], "text"],
  [["isResourceAccount"], ["eq"], "flag"],
  [["city"], ["eq", "in", "startsWith", "ge"], "text"],
  [["userPrincipalName"], ["eq", "in", "startsWith", "le"], "text"],
  [["employeeId"], ["eq", "startsWith"], "text"],
  [["createdDateTime", "deletedDateTime"], ["eq", "ge", "le"], "date"],
  [["proxyAddresses", "imAddresses"], ["eq", "startsWith"], "texts"],
];

/** Served in advanced queries only, whatever the operator. */
const advancedOnly: [properties: string[], form: Form][] = [
  [["companyName", "employeeType", "mobilePhone", "officeLocation", "postalCode", "preferredLanguage"], "text"],
  [["streetAddress", "onPremisesSamAccountName"], "text"],
  [["onPremisesExtensionAttributes/extensionAttribute1"], "text"],
  [["employeeHireDate"], "date"],
  [["showInAddressList"], "flag"],
  [["businessPhones"], "texts"],
];

const endings = ["mail", "otherMails", "userPrincipalName", "proxyAddresses"];

const values: Record<Form, string> = {
  text: "'x'",
  mark: "'x'",
  texts: "'x'",
  flag: "true",
  date: "2024-01-01T00:00:00Z",
};

function expression(property: string, operator: Operator, form: Form): string {
  const value = values[form];
  const on = (name: string) => {
    if (operator === "not") return `not(${name} eq ${value})`;
    if (operator === "null") return `${name} eq null`;
    if (operator === "in") return `${name} in (${value})`;
    return operator === "startsWith" || operator === "endsWith"
      ? `${operator}(${name},${value})`
      : `${name} ${operator} ${value}`;
  };
  return form === "texts" ? `${property}/any(x:${on("x")})` : on(property);
}

const documented: [filter: string, advanced: boolean][] = [
  ...classes.flatMap(([properties, basic, form]) =>
    properties.flatMap((property) => [
      ...basic.map((operator): [string, boolean] => [expression(property, operator, form), false]),
      // Elements of a collection are asked with not.
      ...(form === "texts" ? [] : [[expression(property, "ne", form), true] as [string, boolean]]),
      [expression(property, "not", form), true] as [string, boolean],
      ...(form === "text" && !["id", "userPrincipalName"].includes(property)
        ? [[expression(property, "null", form), true] as [string, boolean]]
        : []),
      ...(endings.includes(property) ? [[expression(property, "endsWith", form), true] as [string, boolean]] : []),
    ]),
  ),
  ...advancedOnly.flatMap(([properties, form]) =>
    properties.flatMap((property) =>
      (form === "texts" ? (["eq", "not"] as const) : (["eq", "ne", "not"] as const)).map(
        (operator): [string, boolean] => [expression(property, operator, form), true],
      ),
    ),
  ),
  ["assignedLicenses/any(l:l/skuId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", false],
  ["assignedPlans/any(p:p/servicePlanId eq 184efa21-98c3-4e5d-95ab-d07053a96e67)", true],
  ["identities/any(i:i/issuer eq 'contoso.com' and i/issuerAssignedId eq 'x')", false],
  ["assignedLicenses/$count eq 0", true],
  ["assignedLicenses/$count ne 0", true],
  ["startsWith(displayName,'a') and accountEnabled eq true", false],
  ["(userType eq 'Guest' or userType eq 'Member') and not startsWith(mail,'a')", true],
];

describe("every documented filter", () => {
  it.each(documented)("%s is sent as it is served (advanced: %s)", async (filter, advanced) => {
    const { query, consistency } = await ask({ filter, limit: 1, prefetch: false });
    expect(query.$filter).toBe(filter);
    expect(query.$count).toBe(advanced ? "true" : undefined);
    expect(new Set(consistency)).toEqual(new Set([advanced ? "eventual" : undefined]));
  });
});

describe("a query", () => {
  it("is a basic one where nothing asks for more", async () => {
    for (const options of [
      {},
      { select: ["id", "companyName"] as const },
      { orderBy: "displayName" as const },
      { orderBy: ["userPrincipalName desc"] as const },
      { expand: "manager" as const, limit: 5 },
      { filter: "displayName eq 'companyName ne null and not endsWith(x)'" },
    ]) {
      const { query, consistency } = await ask(options);
      expect([query.$count, ...new Set(consistency)]).toEqual([undefined, undefined]);
    }
  });

  it.each<[string, ListUsersOptions, string | undefined]>([
    ["count", { count: true }, "true"],
    ["search", { search: "displayName:a" }, undefined],
    ["search and count", { search: "displayName:a", count: true }, "true"],
    ["filter and order together", { filter: "accountEnabled eq true", orderBy: "displayName" }, "true"],
    ["order by creation", { orderBy: "createdDateTime desc" }, "true"],
    [
      "in with more than 15 values",
      { filter: odata`userPrincipalName in ${Array.from({ length: 16 }, (_, n) => `u${n}`)}` },
      "true",
    ],
    ["a property that is, in whatever case", { filter: "COMPANYNAME eq 'x'" }, "true"],
    ["a comparison with a long text", { filter: odata`displayName eq ${"x".repeat(121)}` }, "true"],
  ])("becomes an advanced one by %s, on every page", async (_, options, count) => {
    const { query, consistency } = await ask({ ...options, pageSize: 60 });
    expect(query.$count).toBe(count);
    expect(new Set(consistency)).toEqual(new Set(["eventual"]));
  });

  it("stays a basic one with 15 values and a text of 120", async () => {
    const values = Array.from({ length: 15 }, (_, n) => `u${n}`);
    const { consistency } = await ask({ filter: odata`surname in ${values} or displayName eq ${"'".repeat(60)}` });
    expect(consistency).toEqual([undefined]);
  });

  it("makes the total known on the first page, and to onProgress", async () => {
    const totals: (number | undefined)[] = [];
    const pages = await collect(
      listUsers(tenant.client, { count: true, pageSize: 100, onProgress: ({ total }) => totals.push(total) }).byPage(),
    );
    expect(pages.map(({ count }) => count)).toEqual([251, undefined, undefined]);
    expect(totals).toEqual([251, 251, 251, 251]);
  });

  it("finds what it means, whatever the value holds", async () => {
    const { users } = await ask({ filter: odata`displayName eq ${awkward}` });
    expect(users).toMatchObject([{ displayName: awkward }]);
    expect(
      (await ask({ filter: odata`department in ${["R&D #1", "x"]}`, select: ["id", "department"] })).users,
    ).toEqual([{ id: users[0]?.id, department: "R&D #1" }]);
    expect((await ask({ filter: odata`startsWith(mail,${"o'brien+"})` })).users).toHaveLength(1);
  });

  it("isn't changed by what a value tries to add to it", async () => {
    const value = "x' or accountEnabled eq true or displayName eq 'y&$top=1#$select=id";
    const { users, query } = await ask({ filter: odata`displayName eq ${value}` });
    expect(users).toEqual([]);
    expect(Object.keys(query).sort()).toEqual(["$filter", "$top"]);
  });

  it("asks for the documented maximum per page, and 500 with signInActivity", async () => {
    expect((await ask({})).query.$top).toBe("999");
    expect((await ask({ select: ["id", "signInActivity"] })).query.$top).toBe("500");
    expect((await ask({ filter: "signInActivity/lastSignInDateTime le 2024-01-01T00:00:00Z" })).query.$top).toBe("500");
    expect((await ask({ filter: "signinactivity/lastSignInDateTime le 2024-01-01T00:00:00Z" })).query.$top).toBe("500");
    expect((await ask({ pageSize: 7, limit: 20 })).requests).toHaveLength(3);
  });

  it("expands a relation", async () => {
    const { users } = await ask({ select: ["id"], expand: ["manager($select=id,displayName)"], limit: 30 });
    expect(users.some(({ manager }) => typeof manager?.id === "string")).toBe(true);
  });

  it("selects extensions by their names", async () => {
    const name = "extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_costCenter" as const;
    tenant.emulator.users.update(emulatedIds(tenant.emulator)[0] as string, { [name]: "4711" });
    const { users } = await ask({ select: ["id", name], limit: 1 });
    expect(users[0]?.[name]).toBe("4711");
  });

  it("puts a search into quotes, unless it has its own", async () => {
    expect((await ask({ search: "displayName:a" })).query.$search).toBe('"displayName:a"');
    const clauses = '"displayName:a" OR "mail:b"';
    expect((await ask({ search: clauses })).query.$search).toBe(clauses);
  });
});

describe("a query that Graph would refuse or misread", () => {
  it.each<[string, object, RegExp, RegExp?]>([
    ["a misspelt property", { select: ["displayNam"] }, /select has "displayNam"/, /Did you mean "displayName"/],
    ["a property of single users", { select: ["aboutMe"] }, /single objects only/, /\/users\/\{id\}/],
    ["a relation in select", { select: ["manager"] }, /relation/, /expand/],
    ["two names in one", { select: ["id,mail"] }, /no property name/],
    ["an injection through select", { select: ["id&$top=1"] }, /no property name/],
    ["a misspelt relation", { expand: "manger" }, /expand has "manger"/, /"manager"/],
    ["a misspelt property in orderBy", { orderBy: "displayname2" }, /orderBy has/, /"displayName"/],
    ["a direction that isn't one", { orderBy: "displayName down" }, /orderBy has "displayName down"/],
    ["a misspelt property in filter", { filter: "departement eq 'x'" }, /filter has "departement"/, /"department"/],
    ["an open quote", { filter: "displayName eq 'O'Brien'" }, /quote at character 24 that is never closed/, /O''Brien/],
    ["double quotes", { filter: 'displayName eq "x"' }, /at character 16/, /single quotes/],
    ["an operator of another language", { filter: "accountEnabled == true" }, /"=" at character 16/, /eq, ne/],
    ["parentheses that don't match", { filter: "(accountEnabled eq true" }, /parentheses/],
    ["parentheses the wrong way round", { filter: "accountEnabled eq true)(" }, /parentheses/],
    ["expand in an advanced query", { expand: "manager", count: true }, /asks for the count.*expands nothing/],
    ["expand beside ne", { expand: "manager", filter: "city ne 'x'" }, /uses "ne".*expands nothing/],
    ["a page that is too large", { pageSize: 1000 }, /at most 999 users/],
    [
      "a page that is too large for signInActivity",
      { pageSize: 600, select: ["signInActivity"] },
      /at most 500.*signInActivity/,
    ],
    ["a search in no property", { search: "ann" }, /in which property/],
    ["a clause in no property", { search: '"displayName:ann" OR "ann"' }, /in which property/],
    ["joined searches without quotes", { search: "displayName:a OR mail:b" }, /clauses that have no quotes/],
    [
      "a filter of 10 kB",
      { filter: odata`displayName eq ${"x".repeat(10_000)}` },
      /URL has 10\d+ characters; Graph takes 2048/,
    ],
    [
      "a basic filter of 10 kB",
      { filter: Array(600).fill("city eq 'x'").join(" and ") },
      /Graph takes 8000/,
      /several listings/,
    ],
    ["text that was cut in a character", { search: "displayName:\ud83d" }, /valid Unicode/],
  ])("is refused first: %s", (_, options, message, remedy = /./) => {
    const count = tenant.emulator.requests.length;
    const refusal = expect.objectContaining({
      code: "invalid_query",
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(remedy),
    });
    expect(() => listUsers(tenant.client, options)).toThrow(refusal);
    expect(tenant.emulator.requests).toHaveLength(count);
  });

  it.each<[string, object, RegExp]>([
    ["an option nobody knows", { top: 5 }, /no option "top"/],
    ["select as one string", { select: "id" }, /"select" of listUsers\(\) must be an array/],
    ["an empty select", { select: [] }, /"select"/],
    ["an empty filter", { filter: " " }, /"filter"/],
    ["a limit of none", { limit: 0 }, /"limit"/],
    ["half a page", { pageSize: 1.5 }, /"pageSize"/],
    ["a count that is no boolean", { count: "true" }, /"count"/],
    ["a controller in place of its signal", { signal: new AbortController() }, /"signal"/],
    ["a progress bar in place of a callback", { onProgress: {} }, /"onProgress"/],
    ["a list for options", ["id"], /options object/],
  ])("is refused where it is written: %s", (_, options, message) => {
    expect(() => listUsers(tenant.client, options as never)).toThrow(
      expect.objectContaining({ code: "invalid_options", message: expect.stringMatching(message) }),
    );
  });

  it("takes options from an instance with getters as from any object", () => {
    class Options {
      get pageSize() {
        return 0;
      }
    }
    expect(() => listUsers(tenant.client, new Options())).toThrow(/"pageSize"/);
  });

  it("takes options that are undefined as absent", async () => {
    const absent = { select: undefined, filter: undefined, signal: undefined, limit: undefined } as object;
    expect((await ask(absent)).users).toHaveLength(251);
  });

  it.each([undefined, null, {}, "client"])("is refused without a client: %s", (client) => {
    expect(() => listUsers(client as never)).toThrow(expect.objectContaining({ code: "invalid_options" }));
  });

  it("is refused with a client that speaks plain HTTP, before a token goes out", () => {
    const authProvider = { getAccessToken: async () => "a-token" };
    const client = Client.initWithMiddleware({ authProvider, baseUrl: "http://localhost:8080" });
    expect(() => listUsers(client)).toThrow(/plain HTTP to http:\/\/localhost:8080/);
  });

  it("and is refused by Graph all the same, names the cure", async () => {
    const failure = await failureOf(collect(listAll(tenant.client, "/users?$filter=city le 'x'")));
    expect(failure).toMatchObject({ code: "unsupported_query", graphCode: "Request_UnsupportedQuery", page: 1 });
    expect(failure.remedy).toMatch(/count: true/);
  });
});

describe("counting users", () => {
  it("asks for the number and nothing else", async () => {
    tenant.emulator.requests.length = 0;
    expect(await countUsers(tenant.client)).toBe(251);
    const disabled = await countUsers(tenant.client, { filter: "accountEnabled eq false" });
    expect(disabled).toBe(
      await collect(listUsers(tenant.client, { filter: "accountEnabled eq false" })).then((all) => all.length),
    );
    expect(await countUsers(tenant.client, { search: "displayName:zzzz" })).toBe(0);
    const [all, some] = tenant.emulator.requests.filter(({ path }) => path.includes("$count"));
    expect(all?.path).toBe("/v1.0/users/$count");
    expect(some?.path).toBe("/v1.0/users/$count?$filter=accountEnabled%20eq%20false");
    expect([all, some].map((request) => request?.headers.consistencylevel)).toEqual(["eventual", "eventual"]);
  });

  it("fails as a listing does", async () => {
    tenant.emulator.faults.add({ path: "$count", status: 403, times: 2 });
    expect(await failureOf(countUsers(tenant.client))).toMatchObject({ code: "permission_missing", statusCode: 403 });
    await expect(countUsers(tenant.client, { filter: "city ==" })).rejects.toMatchObject({ code: "invalid_query" });
    await expect(countUsers(tenant.client, { signal: AbortSignal.abort("why") })).rejects.toMatchObject({
      code: "aborted",
      cause: "why",
    });
  });

  it("asks again where the answer is no number", async () => {
    tenant.emulator.faults.add({ path: "$count", html: true });
    expect(await countUsers(tenant.client)).toBe(251);
  });
});
