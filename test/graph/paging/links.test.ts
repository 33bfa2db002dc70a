import { Client } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { listAll } from "../../../src/graph/list-all.js";
import { trustedLink } from "../../../src/graph/paging/links.js";
import { listUsers } from "../../../src/users/list-users.js";
import { collect, linkTo, type PagedServer, startPages } from "../../support/paged-server.js";
import { failureOf, refusal } from "../../support/refusal.js";
import { sdkClient } from "../../support/sdk-client.js";

let server: PagedServer;
afterEach(() => server?.close());

/** A listing whose first page has this nextLink. */
async function listingWith(nextLink: unknown, pages = 3) {
  server = await startPages({ pages }, ({ page, body }) => {
    if (page === 1) body["@odata.nextLink"] = nextLink;
  });
  return listUsers(server.client);
}

describe("a nextLink", () => {
  it.each([
    ["another host", "https://graph.evil.example/v1.0/users?$skiptoken=page-2"],
    ["another host that looks alike", "https://graph.microsoft.com.evil.example/v1.0/users"],
    ["a host behind a user name", "https://graph.microsoft.com@evil.example/v1.0/users"],
    ["a user name", "https://someone@graph.microsoft.com/v1.0/users?$skiptoken=page-2"],
    ["a password", "https://graph.microsoft.com:x@graph.microsoft.com/v1.0/users"],
    ["a port", "https://graph.microsoft.com:8443/v1.0/users?$skiptoken=page-2"],
    [
      "a path below, where other people's mail is",
      "https://graph.microsoft.com/v1.0/users/ceo@x/messages?$skiptoken=page-2",
    ],
    ["a member of the collection", "https://graph.microsoft.com/v1.0/users('ceo@x')?$skiptoken=page-2"],
    ["the changes of the collection", "https://graph.microsoft.com/v1.0/users/delta?$skiptoken=page-2"],
    ["an encoded slash", "https://graph.microsoft.com/v1.0%2Fusers?$skiptoken=page-2"],
    ["a path encoded twice", "https://graph.microsoft.com/v1.0/use%2572s?$skiptoken=page-2"],
    ["one slash too many", "https://graph.microsoft.com//v1.0/users?$skiptoken=page-2"],
    ["a slash missing", "https:/graph.microsoft.com/v1.0/users?$skiptoken=page-2"],
    ["no encryption", "http://graph.microsoft.com/v1.0/users?$skiptoken=page-2"],
    ["another scheme", "file:///v1.0/users"],
    ["another path", "https://graph.microsoft.com/v1.0/groups?$skiptoken=page-2"],
    ["a path that only begins alike", "https://graph.microsoft.com/v1.0/usersAndMore"],
    ["another version", "https://graph.microsoft.com/beta/users?$skiptoken=page-2"],
    ["a way out of the path", "https://graph.microsoft.com/v1.0/users/../groups"],
    ["a hidden way out of the path", "https://graph.microsoft.com/v1.0/users/%2e%2e/groups"],
    ["a detour that ends where it began", "https://graph.microsoft.com/v1.0/x/../users?$skiptoken=page-2"],
    ["a backslash", "https://graph.microsoft.com\\v1.0/users"],
    ["a fragment", "https://graph.microsoft.com/v1.0/users?$skiptoken=page-2#x"],
    ["another host without scheme", "//evil.example/v1.0/users"],
    ["a line break, which is lost on the way", "https://graph.microsoft.com/v1.0/users?$skiptoken=pa\nge-2"],
    ["a tab in a relative link", "/v1.0/users?$skiptoken=pa\tge-2"],
    ["a space at its end", "https://graph.microsoft.com/v1.0/users?$skiptoken=page-2 "],
    ["no address at all", "https://"],
  ])("with %s is refused before anything is sent", async (_, link) => {
    const failure = await failureOf(collect(await listingWith(link)));
    expect(failure).toMatchObject({ code: "untrusted_link", page: 1, retryable: false });
    expect(server.asked).toEqual([1]);
  });

  it.each([
    ["empty", ""],
    ["null", null],
    ["a number", 2],
    ["an object", {}],
  ])("that is %s neither ends the listing nor continues it", async (_, link) => {
    const failure = await failureOf(collect(await listingWith(link)));
    expect(failure).toMatchObject({ code: "invalid_response", page: 1 });
    expect(server.asked).toEqual([1]);
  });

  it("that is bad keeps its page from being handed out, so that the token names a place between pages", async () => {
    const listing = await listingWith("https://graph.evil.example/v1.0/users");
    const { continuationToken } = await failureOf(listing.byPage().next());
    server.asked.length = 0;
    const failure = await failureOf(collect(listing.byPage({ continuationToken: continuationToken as string })));
    expect(failure.code).toBe("untrusted_link");
    expect(server.asked).toEqual([1]);
  });

  it.each(["/v1.0/users?$skiptoken=page-2", "users?$skiptoken=page-2", "?$skiptoken=page-2"])(
    "that is relative (%s) is resolved",
    async (link) => {
      expect(await collect(await listingWith(link))).toHaveLength(6);
      expect(server.asked).toEqual([1, 2, 3]);
    },
  );

  it.each([
    ["the order of its parameters", "$skiptoken=page-2&$select=id&$top=5"],
    ["parameters that come twice", "$skiptoken=x&$select=a&$select=b&$skiptoken=page-2"],
    ["its encoding", "$skiptoken=page-2%2b%2B%20+'%27&$filter=startswith(displayName,%27a%27)"],
    ["an address among its values", "$filter=x eq 'https://example.com/y'&$skiptoken=page-2".replaceAll(" ", "%20")],
    ["parameters without a value", "$skiptoken=page-2&flag&&x="],
    ["a query without parameters", "page-2"],
  ])("is followed letter for letter: %s", async (_, query) => {
    expect(await collect(await listingWith(`https://graph.microsoft.com/v1.0/users?${query}`))).toHaveLength(6);
    // fetch itself writes an apostrophe as %27.
    expect(server.requests[1]?.path).toBe(`/v1.0/users?${query.replaceAll("'", "%27")}`);
  });

  it("that the client would change on its way is refused", async () => {
    server = await startPages();
    const patched = sdkClient(server.fetch);
    const api = patched.api.bind(patched);
    patched.api = (path) => api(path).query("$extra=1");
    expect(await failureOf(collect(listUsers(patched)))).toMatchObject({ code: "untrusted_link", page: 2 });
    expect(server.asked).toEqual([1]);
  });

  it.each([
    ["the default port, spelt out", "https://graph.microsoft.com:443/v1.0/users?$skiptoken=page-2"],
    ["a host in capital letters", "HTTPS://Graph.Microsoft.COM/v1.0/users?$skiptoken=page-2"],
  ])("with %s is followed, on the listing's own host", async (_, link) => {
    expect(await collect(await listingWith(link))).toHaveLength(6);
    expect(server.requests.map(({ host }) => host)).toEqual(Array(3).fill("graph.microsoft.com"));
  });

  const guid = "0bf43c2e-21cb-4d45-8e2a-2a1d4e3f5a6b";
  it.each([
    ["users", "Users"],
    ["users", "users/"],
    ["users", "us%65rs"],
    [`groups/${guid}/members`, `groups('${guid}')/members`],
    [`groups/${guid}/members`, `groups('${guid.toUpperCase()}')/Members`],
    [`groups/${guid}/members`, `groups(%27${guid}%27)/members`],
    ["users/ada%40x/mailFolders/AAMk=/messages", "users('ada@x')/mailfolders('AAMk=')/messages"],
    ["users/ada@x/memberOf", "users/ADA%40X/memberOf"],
    ["users/o'brien@x/memberOf", "users('o''brien@x')/memberOf"],
    ["users/delta", "users/delta()"],
    ["users/microsoft.graph.delta()", "users/delta"],
    ["drives/b!1/root/delta", "drives/b!1/root/delta(token='aXQ')"],
    ["applications(appId='x')/owners", "applications(appId='x')/owners"],
    ["oauth2PermissionGrants", "oauth2permissiongrants"],
  ])("from %s to %s is one to the same resource", (path, spelt) => {
    const link = `https://graph.microsoft.com/v1.0/${spelt}?$skiptoken=x`;
    const scope = { origin: "https://graph.microsoft.com", path: `/v1.0/${path}` };
    expect(trustedLink(link, link, scope)).toBe(link);
  });

  it.each([
    [`groups/${guid}/members`, "groups('other')/members"],
    [`groups/${guid}/members`, `groups/${guid}/owners`],
    [`groups/${guid}/members`, `groups/${guid}`],
    [`groups/${guid}/members`, `groups/${guid}/members/microsoft.graph.user`],
    ["users/ada@x/messages", "users/bob@x/messages"],
    ["users/ada@x/messages", "users('ada@x')('bob@x')/messages"],
    ["users/AAMk=a/messages", "users/AAMK=A/messages"],
    ["users/delta", "users"],
    ["users", "users/delta"],
    ["users/delta", "users/x/contacts/delta"],
    ["users/delta", "groups/delta"],
    ["users/delta", "users/delta/x"],
    ["users", "users(appId='x')"],
    ["users", `users${"/".repeat(300_000)}x`],
    ["users", `${"a".repeat(300_000)}-`],
  ])("from %s to %.60s leads elsewhere", async (path, elsewhere) => {
    const link = `https://graph.microsoft.com/v1.0/${elsewhere}?$skiptoken=x`;
    const scope = { origin: "https://graph.microsoft.com", path: `/v1.0/${path}` };
    const failure = await refusal(() => trustedLink(link, link, scope));
    expect(failure.code).toBe("untrusted_link");
    expect(failure.message.length).toBeLessThan(500);
  });

  it("is measured against the client's own Graph, with its port where it has one", () => {
    const scope = { origin: "https://localhost:8443", path: "/v1.0/users" };
    const link = "https://localhost:8443/v1.0/users?$skiptoken=x";
    expect(trustedLink(link, link, scope)).toBe(link);
    expect(() => trustedLink("https://localhost/v1.0/users", link, scope)).toThrow(/leads to https:\/\/localhost/);
  });
});

describe("a loop of links", () => {
  it.each([
    ["to the page itself", 1, 1],
    ["from the second page to the first", 2, 1],
    ["over five pages", 6, 2],
  ])("%s is noticed when it closes, with no user twice", async (_, from, to) => {
    server = await startPages({ pages: 9 }, ({ page, body }) => {
      // A first page is asked for without a token; its loop leads through the address that it came from.
      if (page === from) body["@odata.nextLink"] = to === 1 ? server.requests[0] && firstLink() : linkTo(to);
    });
    const firstLink = () => `https://graph.microsoft.com${server.requests[0]?.path}`;
    const read: string[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const { id } of listUsers(server.client)) read.push(id);
      })(),
    );
    expect(failure).toMatchObject({ code: "link_loop", page: from });
    expect(read).toEqual(server.ids.slice(0, (from - 1) * 2));
    expect(server.asked).toHaveLength(from);
  });
});

describe("what a listing sends", () => {
  it("is the ConsistencyLevel header with every page of an advanced query, and with no other", async () => {
    server = await startPages();
    await collect(listUsers(server.client, { count: true }));
    await collect(listUsers(server.client));
    expect(server.requests.map(({ headers }) => headers.consistencylevel)).toEqual([
      ...["eventual", "eventual", "eventual"],
      ...[undefined, undefined, undefined],
    ]);
  });

  it("goes to the cloud of a client that the caller built for another one", async () => {
    server = await startPages({ pages: 1 });
    const client = Client.initWithMiddleware({
      baseUrl: "https://graph.microsoft.us/",
      defaultVersion: "beta",
      middleware: {
        async execute(context) {
          context.response = await server.fetch(context.request as string, context.options as RequestInit);
        },
      },
    });
    await collect(listAll(client, "groups"));
    expect(server.requests[0]).toMatchObject({ host: "graph.microsoft.us", path: "/beta/groups?$top=999" });
  });
});
