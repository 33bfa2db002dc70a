import { afterEach, describe, expect, it } from "vitest";
import type { ListProgress } from "../../../src/graph/paging/progress.js";
import { deltaUsers } from "../../../src/users/delta-users.js";
import { listUsers } from "../../../src/users/list-users.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { collect, type PagedServer, startPages } from "../../support/paged-server.js";
import { sdkClient } from "../../support/sdk-client.js";

let server: PagedServer | undefined;
let loopback: Loopback | undefined;
const root = Object.prototype as unknown as Record<string, unknown>;

/** What some other package may leave on the prototype of all objects while the work is done. */
async function polluted<T>(name: string, value: unknown, work: () => Promise<T>): Promise<T> {
  Object.defineProperty(root, name, { value, configurable: true, writable: true, enumerable: false });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(root, name);
  }
}

afterEach(async () => {
  await server?.close();
  await loopback?.close();
});

describe("a polluted prototype", () => {
  it.each<[string, unknown]>([
    ["limit", 1],
    ["restart", true],
    ["prefetch", false],
    ["expandCut", "fail"],
    ["pageSize", 1],
    ["filter", "accountEnabled eq false"],
    ["continuationToken", "x"],
    ["count", 7],
    ["cut", "fail"],
    ["start", { link: "https://graph.microsoft.com/v1.0/users?$skiptoken=page-3", page: 3 }],
    ["tokens", true],
    ["nextLink", "https://graph.microsoft.com/v1.0/users"],
    ["@odata.nextLink", "https://graph.microsoft.com/v1.0/users"],
    ["@odata.count", 7],
    ["deltaLink", "x"],
    ["onDeltaLink", () => {}],
    ["advise", () => new Error("mine")],
    ["reset", true],
    ["digest", "x"],
  ])("that has %s changes nothing about a listing", async (name, value) => {
    server = await startPages({ pages: 3 });
    let last: ListProgress | undefined;
    const listing = listUsers(server.client, { onProgress: (progress) => (last = progress) });
    const users = await polluted(name, value, () => listing.toArray());
    const pages = await polluted(name, value, () => collect(listing.byPage()));
    expect(users.map(({ id }) => id)).toEqual(server.ids);
    expect(pages.map((page) => Object.keys(page))).toEqual([
      ["value", "continuationToken"],
      ["value", "continuationToken"],
      ["value"],
    ]);
    expect(last).toMatchObject({ items: 6, cut: 0, done: true });
    expect(Object.hasOwn(last as object, "total")).toBe(false);
    expect(server.asked).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it.each<[string, unknown]>([
    ["deltaLink", "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=mine"],
    ["@odata.deltaLink", "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=mine"],
    ["latest", true],
    ["ids", ["x"]],
    ["minimal", true],
    ["removed", "deleted"],
    ["@removed", { reason: "deleted" }],
    ["reset", true],
    ["relations", {}],
  ])("that has %s changes nothing about a round of changes", async (name, value) => {
    const delta = "https://graph.microsoft.com/v1.0/users/delta";
    loopback = await startLoopback(({ path }, response) => {
      json(response, 200, {
        value: [
          { id: "a", mail: path.includes("token") ? "2" : "1" },
          { id: "a", displayName: "A" },
        ],
        [path.includes("token") ? "@odata.deltaLink" : "@odata.nextLink"]: path.includes("token")
          ? `${delta}?$deltatoken=end`
          : `${delta}?$skiptoken=2`,
      });
    });
    const round = deltaUsers(sdkClient(loopback.fetch));
    const changes = await polluted(name, value, () => round.toArray());
    expect(changes.map((change) => JSON.parse(JSON.stringify(change)))).toEqual([
      { user: { id: "a", mail: "1", displayName: "A" } },
      { user: { id: "a", mail: "2", displayName: "A" } },
    ]);
    expect(round.deltaLink).toBe(`${delta}?$deltatoken=end`);
    expect(loopback.requests[0]?.path).toBe("/v1.0/users/delta");
  });
});
