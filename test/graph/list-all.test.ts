import type { Group } from "@microsoft/microsoft-graph-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAll } from "../../src/graph/list-all.js";
import { listUsers } from "../../src/users/list-users.js";
import { type EmulatedTenant, emulatedClient } from "../support/emulated-client.js";
import { startLoopback } from "../support/loopback.js";
import { collect } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await emulatedClient({ users: 120, roles: ["Directory.Read.All"] });
});
afterAll(() => tenant.emulator.stop());

const invalid = (message: RegExp, code = "invalid_options") =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("listing any collection", () => {
  it.each(["/groups", "/applications", "/devices", "groups/", "https://graph.microsoft.com/v1.0/groups"])(
    "goes through %s like through users",
    async (path) => {
      const listing = listAll(tenant.client, path, { select: ["id", "displayName"], pageSize: 6 });
      const all = await collect(listing);
      const pages = await collect(listing.byPage());
      expect(all.length).toBeGreaterThan(6);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(pages.flatMap(({ value }) => value)).toEqual(all);
      const { continuationToken } = pages[0] as { continuationToken: string };
      expect((await collect(listing.byPage({ continuationToken }))).flatMap(({ value }) => value)).toEqual(
        all.slice(6),
      );
    },
  );

  it("brings the caller's type", async () => {
    for await (const group of listAll<Group>(tenant.client, "/groups", { limit: 1 })) {
      expect(group.displayName?.length).toBeGreaterThan(0);
    }
  });

  it("asks for 999 directory objects a page, and nothing of collections it doesn't know", async () => {
    tenant.emulator.requests.length = 0;
    await collect(listAll(tenant.client, "/groups"));
    await collect(listAll(tenant.client, "/organization"));
    expect(tenant.asked()).toEqual(["/v1.0/groups?$top=999", "/v1.0/organization"]);
  });

  it("sends a query in the path as it stands, and adds the options", async () => {
    tenant.emulator.requests.length = 0;
    const all = await collect(
      listAll(tenant.client, "/users?$select=id,mail&$top=50", { filter: "accountEnabled eq true" }),
    );
    expect(all.length).toBeGreaterThan(50);
    expect(tenant.asked()[0]).toBe("/v1.0/users?$select=id,mail&$top=50&$filter=accountEnabled%20eq%20true");
  });

  it("knows an advanced query in the path, on every page", async () => {
    tenant.emulator.requests.length = 0;
    const listing = listAll(tenant.client, "/groups?$count=true&$top=2", { filter: "displayName ne 'x'" });
    const [first, ...others] = await collect(listing.byPage());
    expect(first?.count).toBeGreaterThan(2);
    expect(others.length).toBeGreaterThan(0);
    await collect(listAll(tenant.client, '/users?$search="displayName:a"'));
    const graph = tenant.emulator.requests.filter(({ service }) => service === "graph");
    expect(new Set(graph.map(({ headers }) => headers.consistencylevel))).toEqual(new Set(["eventual"]));
    expect(graph[0]?.path).toBe("/v1.0/groups?$count=true&$top=2&$filter=displayName%20ne%20%27x%27");
    expect(graph.at(-1)?.path).toContain("/users?$search=%22displayName:a%22&$top=999");
  });

  it("makes advanced queries for directory objects only, a cast among them", async () => {
    const server = await startLoopback((_, response) => response.end('{"value":[]}'));
    const client = sdkClient(server.fetch);
    const filter = "x ne 'y'";
    await collect(listAll(client, "/groups/1/transitiveMembers/microsoft.graph.user"));
    await collect(listAll(client, "/groups", { filter }));
    await collect(listAll(client, "/auditLogs/signIns", { filter }));
    await collect(listAll(client, "/auditLogs/signIns", { count: true }));
    await server.close();
    expect(server.requests.map(({ path, headers }) => [path, headers.consistencylevel])).toEqual([
      ["/v1.0/groups/1/transitiveMembers/microsoft.graph.user?$count=true&$top=999", "eventual"],
      ["/v1.0/groups?$filter=x%20ne%20%27y%27&$count=true&$top=999", "eventual"],
      ["/v1.0/auditLogs/signIns?$filter=x%20ne%20%27y%27", undefined],
      ["/v1.0/auditLogs/signIns?$count=true", "eventual"],
    ]);
  });

  it.each<[unknown, RegExp]>([
    ["", /no path of a collection/],
    [undefined, /no path of a collection/],
    ["/users/a#EXT#@contoso.com/memberOf", /no path of a collection/],
    ["https://graph.microsoft.us/v1.0/groups", /leads to no collection on https:\/\/graph\.microsoft\.com/],
    ["http://graph.microsoft.com/v1.0/groups", /leads to no collection/],
    ["https://graph.microsoft.com@evil.example/v1.0/groups", /leads to no collection/],
    ["https://graph.microsoft.com:8443/v1.0/groups", /leads to no collection/],
    ["/groups/../users", /leads to no collection/],
    ["/users/anna maria/memberOf", /leads to no collection/],
  ])("refuses the path %j", (path, message) => {
    expect(() => listAll(tenant.client, path as string)).toThrow(invalid(message));
  });

  it("refuses what is said twice, and names that can't be names", () => {
    expect(() => listAll(tenant.client, "/groups?$filter=a", { filter: "b eq 1" })).toThrow(
      invalid(/\$filter stands in the path and in the options/, "invalid_query"),
    );
    expect(() => listAll(tenant.client, "/groups", { select: ["id,x"] as never })).toThrow(
      invalid(/"id,x"/, "invalid_query"),
    );
    expect(() => listAll(tenant.client, "/groups", { selct: ["id"] } as never)).toThrow(
      invalid(/listAll\(\) has no option "selct"/),
    );
  });

  it("says so where the path is no collection", async () => {
    const [user] = await collect(listUsers(tenant.client, { limit: 1 }));
    const failure = await failureOf(collect(listAll(tenant.client, `/users/${user?.id}`)));
    expect(failure).toMatchObject({ code: "invalid_response", remedy: expect.stringMatching(/names a collection/) });
  });
});
