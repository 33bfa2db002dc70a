import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { fingerprint, readToken, writeToken } from "../../../src/graph/paging/continuation-token.js";
import { type ListUsersOptions, listUsers } from "../../../src/users/list-users.js";
import { collect, type PagedServer, startPages } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";

const scope = { origin: "https://graph.microsoft.com", path: "/v1.0/users" };
const link = "https://graph.microsoft.com/v1.0/users?$skiptoken=RFNwdAIAAQ";
const refusal = expect.objectContaining({ code: "invalid_continuation_token", retryable: false });

/** A token as somebody would make it who has read how tokens are made. */
function forged(content: string): string {
  const encoded = Buffer.from(content).toString("base64url");
  return `${encoded}.${createHash("sha256").update(encoded).digest("base64url").slice(0, 16)}`;
}

let server: PagedServer | undefined;
afterEach(() => server?.close());

describe("a continuation token", () => {
  it("brings back the place it was made for", () => {
    expect(readToken(writeToken({ link, page: 7 }, "query"), "query", scope)).toEqual({ link, page: 7 });
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
    ["leads through a user name", writeToken({ link: link.replace("graph.", "x@graph."), page: 1 }, "query")],
  ])("that %s is refused", (_, token) => {
    expect(() => readToken(token, "query", scope)).toThrow(refusal);
  });

  it("says which cloud it is needed for", () => {
    const foreign = writeToken({ link: link.replace(".com", ".us"), page: 1 }, "query");
    expect(() => readToken(foreign, "query", scope)).toThrow(/another host than https:\/\/graph\.microsoft\.com/);
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
      response.writeHead(400).end();
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
