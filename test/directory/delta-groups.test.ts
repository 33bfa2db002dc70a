import type { Device } from "@microsoft/microsoft-graph-types";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { deltaAll } from "../../src/directory/delta-all.js";
import { deltaGroups, type GroupChange } from "../../src/directory/delta-groups.js";
import type { RelationChange } from "../../src/graph/paging/merge-changes.js";
import { type Loopback, startLoopback } from "../support/loopback.js";
import { collect, refuse } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";

const delta = "https://graph.microsoft.com/v1.0/groups/delta";
const next = (token: string) => ({ "@odata.nextLink": `${delta}?$skiptoken=${token}` });
const end = (token: string) => ({ "@odata.deltaLink": `${delta}?$deltatoken=${token}` });
const member = (id: string, kind = "user") => ({ "@odata.type": `#microsoft.graph.${kind}`, id });
const left = (id: string) => ({ ...member(id), "@removed": { reason: "deleted" } });

const open: Loopback[] = [];
afterEach(async () => {
  for (const loopback of open.splice(0)) await loopback.close();
});

type ItemOf<T> = T extends AsyncIterable<infer Item> ? Item : never;

/** Answers by the token in the request: a body, or the status of a refusal. */
async function serve(answers: Record<string, object>) {
  const loopback = await startLoopback(({ path }, response) => {
    const answer = answers[/token=([\w-]+)/.exec(path)?.[1] ?? "first"] as { status?: number } | undefined;
    if (answer === undefined) return refuse(response, 404, "Unexpected");
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  open.push(loopback);
  return { ...loopback, client: sdkClient(loopback.fetch) };
}

describe("a round of changes of groups", () => {
  it("tells who came and who went, of every kind", async () => {
    const { client, requests } = await serve({
      first: {
        value: [
          { id: "g1", displayName: "One", "members@delta": [member("u1"), member("g2", "group"), left("u2")] },
          { id: "g2", displayName: "Two", "owners@delta": [member("u1")] },
          { id: "g3", "@removed": { reason: "changed" } },
          { id: "g4", "@removed": { reason: "deleted" } },
          { id: "g5", displayName: "Five" },
        ],
        ...end("done"),
      },
    });
    const round = deltaGroups(client, { select: ["displayName", "members", "owners"] });
    expect(await round.toArray()).toEqual([
      {
        group: { id: "g1", displayName: "One" },
        members: {
          added: [
            { id: "u1", type: "user" },
            { id: "g2", type: "group" },
          ],
          removed: [{ id: "u2", type: "user" }],
        },
      },
      { group: { id: "g2", displayName: "Two" }, owners: { added: [{ id: "u1", type: "user" }], removed: [] } },
      { group: { id: "g3" }, removed: "changed" },
      { group: { id: "g4" }, removed: "deleted" },
      { group: { id: "g5", displayName: "Five" } },
    ]);
    expect(round.deltaLink).toBe(`${delta}?$deltatoken=done`);
    expect(requests[0]?.path).toBe("/v1.0/groups/delta?$select=displayName,members,owners");
  });

  it("hands out one large group page by page, each with more of its members", async () => {
    const pages = 25;
    const answers: Record<string, object> = {};
    for (let page = 0; page < pages; page++) {
      answers[page === 0 ? "first" : String(page)] = {
        value: [{ id: "large", displayName: "Large", "members@delta": [member(`u${page}a`), member(`u${page}b`)] }],
        ...(page + 1 < pages ? next(String(page + 1)) : end("done")),
      };
    }
    const { client } = await serve(answers);
    const changes = await collect(deltaGroups(client, { select: ["members"] }));
    expect(changes).toHaveLength(pages);
    expect(new Set(changes.flatMap(({ members }) => members?.added.map(({ id }) => id) ?? [])).size).toBe(2 * pages);
  });

  it("merges what a page says of one group, so that of one member the later word counts", async () => {
    const { client } = await serve({
      first: {
        value: [
          { id: "g", displayName: "Old", "members@delta": [member("a"), left("b"), member("c")] },
          { id: "g", displayName: "New", "members@delta": [left("a"), member("b")] },
        ],
        ...end("done"),
      },
    });
    expect(await collect(deltaGroups(client))).toEqual([
      {
        group: { id: "g", displayName: "New" },
        members: {
          added: [
            { id: "c", type: "user" },
            { id: "b", type: "user" },
          ],
          removed: [{ id: "a", type: "user" }],
        },
      },
    ]);
  });

  it("goes on from its cursors, watches some groups only, and begins anew with reset", async () => {
    const { client, requests } = await serve({
      old: { status: 400, error: { code: "Request_UnsupportedQuery", message: "DeltaLink older than 30 days." } },
      first: { value: [{ id: "a" }], ...next("2") },
      2: { value: [{ id: "b" }], ...end("done") },
    });
    const options = {
      ids: ["a", "b"],
      select: ["members"],
      minimal: true,
      deltaLink: `${delta}?$deltatoken=old`,
    } as const;
    const [first] = await collect(deltaGroups(client, options).byPage());
    expect(first).toMatchObject({ reset: true, value: [{ group: { id: "a" }, reset: true }] });
    const { continuationToken } = first as { continuationToken: string };
    const rest = await collect(deltaGroups(client, options).byPage({ continuationToken }));
    expect(rest).toMatchObject([{ value: [{ group: { id: "b" } }], deltaLink: `${delta}?$deltatoken=done` }]);
    expect(requests[1]?.path).toBe(
      "/v1.0/groups/delta?$select=members&$filter=id%20eq%20%27a%27%20or%20id%20eq%20%27b%27",
    );
    expect(requests.every(({ headers }) => headers.prefer === "return=minimal")).toBe(true);
    expect(requests.every(({ headers }) => headers.consistencylevel === undefined)).toBe(true);
  });

  it("refuses links elsewhere and names that groups don't have, unasked", async () => {
    const { client, requests } = await serve({});
    for (const path of ["users/delta", "groups", "groups/x/conversations/delta", "groups('x')/delta"]) {
      const deltaLink = `https://graph.microsoft.com/v1.0/${path}?$deltatoken=x`;
      expect(() => deltaGroups(client, { deltaLink })).toThrow(
        expect.objectContaining({ code: "invalid_continuation_token" }),
      );
    }
    for (const name of ["memebrs", "transitiveMembers", "isArchived", "jobTitle"]) {
      expect(() => deltaGroups(client, { select: [name as "members"] })).toThrow(
        expect.objectContaining({ code: "invalid_query" }),
      );
    }
    expect(requests).toEqual([]);
  });

  it("has the types of what is selected, and the id always", () => {
    type Change = Extract<GroupChange<"displayName" | "members">, { removed?: undefined }>;
    expectTypeOf<Change["group"]["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Change["members"]>().toEqualTypeOf<RelationChange | undefined>();
    expectTypeOf<Change["group"]>().toHaveProperty("displayName");
    expectTypeOf<Change["group"]>().not.toHaveProperty("mail");
    expectTypeOf<Change>().not.toHaveProperty("owners");
    expectTypeOf<GroupChange["members"]>().toEqualTypeOf<RelationChange | undefined>();
  });
});

describe("a round of changes of any collection", () => {
  it.each([
    ["/devices", "/v1.0/devices/delta?$select=displayName"],
    ["devices/", "/v1.0/devices/delta?$select=displayName"],
    ["https://graph.microsoft.com/v1.0/devices", "/v1.0/devices/delta?$select=displayName"],
    [
      "/directoryObjects?$filter=isof('microsoft.graph.user')",
      "/v1.0/directoryObjects/delta?$filter=isof(%27microsoft.graph.user%27)&$select=displayName",
    ],
  ])("asks %s for them", async (path, asked) => {
    const collection = asked.split("?")[0];
    const { client, requests } = await serve({
      first: {
        value: [
          { id: "d", displayName: "D" },
          { id: "gone", "@removed": { reason: "deleted" } },
        ],
        "@odata.deltaLink": `https://graph.microsoft.com${collection}?$deltatoken=done`,
      },
    });
    const round = deltaAll<Device>(client, path, { select: ["displayName"] });
    expect(await round.toArray()).toEqual([
      { value: { id: "d", displayName: "D" } },
      { value: { id: "gone" }, removed: "deleted" },
    ]);
    expect(requests[0]?.path).toBe(asked);
    expect(round.deltaLink).toContain("done");
  });

  it("is typed by its path, as a listing is", async () => {
    const { client } = await serve({});
    const devices = deltaAll(client, "/devices", { select: ["displayName", "isCompliant"] });
    type Value = Extract<ItemOf<typeof devices>, { removed?: undefined }>["value"];
    expectTypeOf<Value["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Value>().toHaveProperty("isCompliant");
    expectTypeOf<Value>().not.toHaveProperty("model");
    // @ts-expect-error a misspelt property
    deltaAll(client, "/devices", { select: ["dispalyName"] });
    deltaAll(client, "/groups", { select: ["displayName", "members"] });
    expectTypeOf<Extract<ItemOf<ReturnType<typeof whole>>, { removed?: undefined }>["value"]>().toHaveProperty("mail");
    deltaAll(client, "/users/x/mailFolders/y/messages", { select: ["subject"] });
    function whole() {
      return deltaAll(client, "/groups");
    }
  });

  it("tells of the relations that are watched by their names", async () => {
    const { client } = await serve({
      first: { value: [{ id: "au", "members@delta": [member("u"), left("v")] }], ...end("x") },
    });
    expect(await collect(deltaAll(client, "/groups", { select: ["members"] }))).toEqual([
      {
        value: { id: "au" },
        relations: { members: { added: [{ id: "u", type: "user" }], removed: [{ id: "v", type: "user" }] } },
      },
    ]);
  });

  it("follows links that Graph spells its own way", async () => {
    const spelt =
      "https://graph.microsoft.com/v1.0/users('ada%40x')/mailfolders('AAMk=')/messages/microsoft.graph.delta()";
    const { client } = await serve({
      first: { value: [{ id: "1" }], "@odata.nextLink": `${spelt}?$skiptoken=2` },
      2: { value: [{ id: "2" }], "@odata.deltaLink": `${spelt}?$deltatoken=3` },
      3: { value: [], "@odata.deltaLink": `${spelt}?$deltatoken=3` },
    });
    const path = "/users/ada@x/mailFolders/AAMk=/messages";
    const round = deltaAll(client, path);
    expect(await round.toArray()).toHaveLength(2);
    expect(await deltaAll(client, path, { deltaLink: round.deltaLink }).toArray()).toEqual([]);
  });

  it.each(["/groups/delta", "/groups/delta()", "/groups/microsoft.graph.delta?$select=id", "", "/users#x"])(
    "takes the collection's own path, not %j",
    async (path) => {
      const { client, requests } = await serve({});
      expect(() => deltaAll(client, path)).toThrow(expect.objectContaining({ code: "invalid_options" }));
      expect(requests).toEqual([]);
    },
  );

  it("says which option it hasn't, and that a round ends with a link", async () => {
    const { client } = await serve({ first: { value: [{ id: "a" }] } });
    expect(() => deltaAll(client, "/devices", { filter: "x" } as never)).toThrow(/deltaAll\(\) has no option "filter"/);
    expect(await failureOf(collect(deltaAll(client, "/groups")))).toMatchObject({ code: "invalid_response" });
  });
});
