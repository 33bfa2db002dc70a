import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, expect, it } from "vitest";
import { listAll } from "../../../src/graph/list-all.js";
import { readEach } from "../../../src/graph/read-each.js";
import type { GraphEvent, GraphOperation } from "../../../src/graph/telemetry/operation.js";
import { listUsers } from "../../../src/users/list-users.js";
import { type EmulatedTenant, emulatedClient } from "../../support/emulated-client.js";
import { failureOf } from "../../support/refusal.js";
import { until } from "../../support/until.js";

type Told = GraphEvent & { kind: GraphOperation };

let tenant: EmulatedTenant | undefined;
let told: Told[] = [];
let deafen = () => {};

function listen(...kinds: GraphOperation[]): void {
  const listeners = kinds.map((kind) => {
    const listener = (event: unknown) => told.push({ kind, ...(event as GraphEvent) });
    subscribe(`graph-app-identity:graph:${kind}`, listener);
    return () => unsubscribe(`graph-app-identity:graph:${kind}`, listener);
  });
  deafen = () => {
    for (const leave of listeners) leave();
  };
}

const all = ["walk", "page", "batch", "request", "attempt"] as const;
const of = (kind: GraphOperation, phase?: string) =>
  told.filter((event) => event.kind === kind && (phase === undefined || event.phase === phase));

afterEach(async () => {
  deafen();
  told = [];
  await tenant?.emulator.stop();
  tenant = undefined;
});

describe("The channels of Graph", () => {
  it("tell of a listing as one walk, of its pages below it, of their requests below those, and of each attempt", async () => {
    tenant = await emulatedClient({ users: 25 });
    tenant.emulator.faults.add({ path: "/users", status: 503, times: 1 });
    listen(...all);
    await listUsers(tenant.client, { pageSize: 10 }).toArray();
    const [walk] = of("walk", "start");
    const pages = of("page", "start");
    const requests = of("request", "start");
    expect(pages.map(({ parent }) => parent)).toEqual([walk!.id, walk!.id, walk!.id]);
    expect(requests.map(({ parent }) => parent)).toEqual(pages.map(({ id }) => id));
    expect(of("attempt", "start").map(({ parent, attempt }) => [parent, attempt])).toEqual([
      [requests[0]!.id, 1],
      [requests[0]!.id, 2],
      [requests[1]!.id, 1],
      [requests[2]!.id, 1],
    ]);
    expect(of("attempt", "error")).toMatchObject([{ status: 503, code: "graph_unavailable" }]);
    expect(of("walk", "end")).toMatchObject([{ items: 25, host: "graph.microsoft.com", path: "/v1.0/users" }]);
    expect(of("request", "end")[0]).toMatchObject({ attempts: 2, status: 200 });
  });

  it("tell of each beginning one end, and nothing that belongs to anybody", async () => {
    tenant = await emulatedClient({ users: 45 });
    listen(...all);
    const paths = readEach(tenant.client, listUsers(tenant.client), ({ id }) => `/users/${id}/manager?$select=id`);
    const ids: string[] = [];
    for await (const { item } of paths) ids.push(item.id);
    await failureOf(listAll(tenant.client, "/users/nobody@contoso.com/messages").toArray());
    for await (const _ of listUsers(tenant.client, { pageSize: 5, filter: "accountEnabled eq true" })) break;
    const begun = of("walk", "start").length;
    expect(begun).toBe(4);
    for (const kind of all) {
      const ended = () => told.filter((event) => event.kind === kind && event.phase !== "start").map(({ id }) => id);
      // What a consumer leaves behind is cancelled, and ends a little later.
      await until(() => expect(ended().sort((a, b) => a - b)).toEqual(of(kind, "start").map(({ id }) => id)));
    }
    const words = JSON.stringify(told);
    expect(
      [...ids, "nobody", "select", "filter", "accountEnabled", "ey"].filter((word) => words.includes(word)),
    ).toEqual([]);
  });

  it("tell what a batch carried, below the walk that sent it", async () => {
    tenant = await emulatedClient({ users: 21 });
    listen(...all);
    const items = [...tenant.emulator.users.ids()];
    for await (const _ of readEach(tenant.client, items, (id) => `/users/${id}/manager?$select=id`));
    const [walk] = of("walk", "start");
    const batches = of("batch", "end");
    expect(batches.map(({ parent }) => parent)).toEqual([walk!.id, walk!.id]);
    expect(batches.flatMap(({ steps }) => steps!.map(({ path }) => path))).toEqual(
      Array(21).fill("/v1.0/users/{id}/manager"),
    );
    const statuses = new Set(batches.flatMap(({ steps }) => steps!.map(({ status }) => status)));
    expect([...statuses].every((status) => status === 200 || status === 404)).toBe(true);
    expect(of("request", "start").map(({ batched }) => batched)).toEqual(Array(21).fill(true));
    expect(batches.reduce((sum, { resourceUnits = 0 }) => sum + resourceUnits, 0)).toBeGreaterThan(0);
  });

  it("are each told of alone, where only one is listened to", async () => {
    tenant = await emulatedClient({ users: 3 });
    listen("attempt");
    await listUsers(tenant.client).toArray();
    expect(told.map(({ phase, parent }) => [phase, parent])).toEqual([
      ["start", undefined],
      ["end", undefined],
    ]);
  });
});
