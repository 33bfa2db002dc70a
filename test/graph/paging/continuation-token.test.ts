import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { fingerprint, readToken, writeToken } from "../../../src/graph/paging/continuation-token.js";
import { type ListUsersOptions, listUsers } from "../../../src/users/list-users.js";
import { collect, type PagedServer, startPages } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";

const asked = {
  query: "query",
  firstLink: "https://graph.microsoft.com/v1.0/users?$select=id,mail&$filter=accountEnabled%20eq%20true&$top=999",
  scope: { origin: "https://graph.microsoft.com", path: "/v1.0/users" },
};
const link = "https://graph.microsoft.com/v1.0/users?$skiptoken=RFNwdAIAAQ";
const refusal = expect.objectContaining({ code: "invalid_continuation_token", retryable: false });

/** A token as somebody would make it who has read how tokens are made. */
function forged(content: string): string {
  const encoded = Buffer.from(content).toString("base64url");
  return `${encoded}.${createHash("sha256").update(encoded).digest("base64url").slice(0, 16)}`;
}

const below = (path: string) => writeToken({ link: link.replace("/users", `/users/${path}`), page: 1 }, "query");

let server: PagedServer | undefined;
afterEach(() => server?.close());

describe("a continuation token", () => {
  it("brings back the place it was made for", () => {
    expect(readToken(writeToken({ link, page: 7 }, "query"), asked)).toEqual({ link, page: 7 });
  });

  it.each([
    ["in another order", `${link}&$select=mail,id`],
    ["in other letters", `${link}&$SELECT=ID,Mail`],
    ["encoded", `${link}&%24select=id%2Cmail&%24filter=accountEnabled+eq+true`],
    ["beside a page size of its own", `${link}&$top=5&$select=id,mail`],
    ["under the same path in another spelling", `${link.replace("/users", "/Users/")}&$select=id,mail`],
  ])("that says the same %s is good", (_, spelt) => {
    expect(readToken(writeToken({ link: spelt, page: 7 }, "query"), asked)).toEqual({ link: spelt, page: 7 });
  });

  it("forged to lead to somebody's mail has nothing sent", async () => {
    server = await startPages();
    const users = listUsers(server.client);
    const continuationToken = (await users.byPage().next()).value?.continuationToken as string;
    const [version, query, page, link] = JSON.parse(
      Buffer.from(continuationToken.split(".")[0]!, "base64url").toString(),
    );
    await expect.poll(() => server?.asked).toEqual([1, 2]);
    for (const path of [
      "users/ceo@contoso.com/messages",
      "users('ceo@contoso.com')/mailFolders",
      "groups",
      "users/delta",
    ]) {
      const elsewhere = forged(JSON.stringify([version, query, page, link.replace("users", path)]));
      expect(() => users.byPage({ continuationToken: elsewhere })).toThrow(refusal);
    }
    expect(server.asked).toEqual([1, 2]);
  });

  it.each([
    ["letters", "x".repeat(1_000_000)],
    ["dots", ".".repeat(1_000_000)],
    ["two halves", `${"x".repeat(500_000)}.${"x".repeat(500_000)}`],
    ["slashes in its path", forged(`[1,"query",1,"${link.replace("?", `${"/".repeat(500_000)}x?`)}"]`)],
    ["quotes in its path", forged(`[1,"query",1,"${link.replace("?", `('${"''".repeat(500_000)}?`)}"]`)],
    ["brackets", forged("[".repeat(1_000_000))],
  ])("of a million %s is refused at once", (_, token) => {
    expect(() => readToken(token, asked)).toThrow(refusal);
  });

  it("is made of letters that survive files, URLs and databases", () => {
    expect(writeToken({ link, page: 1 }, "query")).toMatch(/^[\w.-]+$/);
  });

  it.each([
    ["is empty", ""],
    ["is null", null],
    ["is a number", 7],
    ["is a bare link", link],
    ["is something else", "eyJhbGciOiJub25lIn0.e30."],
    ["has more behind it", `${writeToken({ link, page: 1 }, "query")}.x`],
    ["was cut", writeToken({ link, page: 1 }, "query").slice(0, -1)],
    ["was edited", writeToken({ link, page: 1 }, "query").replace(/^../, "XX")],
    ["belongs to another query", writeToken({ link, page: 1 }, "other")],
    ["belongs to another cloud", writeToken({ link: link.replace(".com", ".us"), page: 1 }, "query")],
    ["leads to another path", writeToken({ link: link.replace("users", "groups"), page: 1 }, "query")],
    ["holds no JSON, under a good checksum", forged("no JSON")],
    ["holds no list, under a good checksum", forged("null")],
    ["holds another list, under a good checksum", forged("[1]")],
    ["is of another version, under a good checksum", forged(`[2,"query",1,"${link}"]`)],
    ["leads below the collection", below("ceo@contoso.com/messages")],
    ["leads to one member of it", below("ceo@contoso.com")],
    [
      "leads below it in another spelling",
      writeToken({ link: link.replace("users", "users('ceo')"), page: 1 }, "query"),
    ],
    ["leads to another property", writeToken({ link: `${link}&$select=id,passwordProfile`, page: 1 }, "query")],
    [
      "leads to another property, without the dollar",
      writeToken({ link: `${link}&select=mobilePhone`, page: 1 }, "query"),
    ],
    ["leads to another property in other letters", writeToken({ link: `${link}&%24SELECT=mail`, page: 1 }, "query")],
    ["leads to two selections", writeToken({ link: `${link}&$select=id&$select=faxNumber`, page: 1 }, "query")],
    ["brings a relation along", writeToken({ link: `${link}&$expand=manager`, page: 1 }, "query")],
    ["leads to other members", writeToken({ link: `${link}&$filter=accountEnabled eq false`, page: 1 }, "query")],
    ["searches", writeToken({ link: `${link}&$search=%22displayName:a%22`, page: 1 }, "query")],
    ["computes", writeToken({ link: `${link}&$compute=x as y`, page: 1 }, "query")],
    ["leads to changes", below("delta")],
    ["has no page", forged(`[1,"query",0,"${link}"]`)],
    ["leads through a user name", writeToken({ link: link.replace("graph.", "x@graph."), page: 1 }, "query")],
  ])("that %s is refused", (_, token) => {
    expect(() => readToken(token, asked)).toThrow(refusal);
  });

  it("says which cloud it is needed for", () => {
    const foreign = writeToken({ link: link.replace(".com", ".us"), page: 1 }, "query");
    expect(() => readToken(foreign, asked)).toThrow(/another host than https:\/\/graph\.microsoft\.com/);
  });

  it("is checked when the walk is asked for, before any request", async () => {
    server = await startPages();
    const users = listUsers(server.client);
    expect(() => users.byPage({ continuationToken: "" })).toThrow(refusal);
    expect(() => users.byPage({ continuationToken: null as never })).toThrow(refusal);
    expect(() => users.byPage({ maxPageSize: 5 } as never)).toThrow(/byPage\(\) has no option "maxPageSize"/);
    expect(server.asked).toEqual([]);
    expect(await collect(users.byPage({ continuationToken: undefined as never }))).toHaveLength(3);
  });

  it.each<[string, ListUsersOptions]>([
    ["select", { select: ["mail"] }],
    ["filter", { filter: "accountEnabled eq false" }],
    ["search", { search: "displayName:a" }],
    ["order", { orderBy: "displayName" }],
    ["expansion", { expand: "manager" }],
    ["consistency", { count: true }],
  ])("of a listing with another %s is refused", async (_, options) => {
    server = await startPages();
    const { continuationToken } = (await listUsers(server.client).byPage().next()).value ?? {};
    expect(() => listUsers(server!.client, options).byPage({ continuationToken: continuationToken as string })).toThrow(
      /belongs to another query/,
    );
  });

  it("outlives a change of page size, limit and prefetch", async () => {
    server = await startPages();
    const { continuationToken } = (await listUsers(server.client).byPage().next()).value ?? {};
    const other = listUsers(server.client, { pageSize: 5, limit: 3, prefetch: false });
    const rest = await collect(other.byPage({ continuationToken: continuationToken as string }));
    expect(rest.flatMap(({ value }) => value)).toHaveLength(3);
  });

  it("comes with errors that pass through a store as JSON", async () => {
    server = await startPages({}, ({ page, time, response }) => {
      if (page !== 3 || time > 1) return false;
      response.writeHead(409).end();
      return true;
    });
    const failure = await failureOf(collect(listUsers(server.client)));
    const { continuationToken } = JSON.parse(JSON.stringify(failure));
    const rest = await collect(listUsers(server.client).byPage({ continuationToken }));
    expect(rest.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(server.ids.slice(4));
  });
});

describe("the fingerprint of a query", () => {
  it("ignores the page size, wherever it stands", () => {
    const urls = ["/users?$top=5&$select=id", "/users?$select=id&$top=7", "/users?$select=id"];
    expect(new Set(urls.map((url) => fingerprint(url, {}))).size).toBe(1);
    expect(fingerprint("/users?$top=5", {})).toBe(fingerprint("/users", {}));
  });

  it("tells headers apart", () => {
    expect(fingerprint("/users", {})).not.toBe(fingerprint("/users", { ConsistencyLevel: "eventual" }));
  });
});
