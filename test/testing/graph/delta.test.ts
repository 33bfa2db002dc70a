import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { thorough } from "../../support/thorough.js";
import { eventual, type GraphCaller, graphCaller, type Page, query } from "./graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 40, deltaPageSize: 15 });
});
beforeEach(() => {
  emulator.reset();
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

interface Item {
  id: string;
  "@removed"?: { reason: string };
  [property: string]: unknown;
}

const itemsOf = (pages: Page[]) => pages.flatMap(({ value }) => value as Item[]);
const linkOf = (pages: Page[]) => String(pages.at(-1)!["@odata.deltaLink"]);
const latest = async (select?: string) =>
  linkOf(await graph.pages(`/users/delta${query({ $deltatoken: "latest", $select: select })}`));
const idOf = async (position: number) => String((await graph.get("/users?$select=id")).json.value[position]!.id);

describe("the first round of a delta query", () => {
  it("tells every user, ends with a delta link, and has a link on every other page", async () => {
    const pages = await graph.pages("/users/delta?$select=displayName");
    expect(pages.map(({ value }) => value.length)).toEqual([15, 15, 10]);
    expect(new Set(itemsOf(pages).map(({ id }) => id)).size).toBe(40);
    expect(pages[0]!["@odata.nextLink"]).toMatch(
      /^https:\/\/graph\.microsoft\.com\/v1\.0\/users\/delta\?\$skiptoken=[\w-]+$/,
    );
    expect(pages[0]).not.toHaveProperty("@odata.deltaLink");
    expect(linkOf(pages)).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\/delta\?\$deltatoken=[\w-]+$/);
  });

  it("always has the id, and leaves out what was never set", async () => {
    const { id } = emulator.users.add({ displayName: "Ada", mobilePhone: null });
    const items = itemsOf(await graph.pages("/users/delta?$select=displayName,mobilePhone,jobTitle"));
    expect(items.find((item) => item.id === id)).toMatchObject({ id, displayName: "Ada", mobilePhone: null });
    const generated = items.filter((item) => item.id !== id);
    expect(generated.every((item) => item.mobilePhone !== null && item.jobTitle !== null)).toBe(true);
    expect(generated.some((item) => !("mobilePhone" in item))).toBe(true);
  });

  it("may tell of users who are gone already", async () => {
    const id = await idOf(3);
    emulator.users.remove(id);
    const items = itemsOf(await graph.pages("/users/delta"));
    expect(items.find((item) => item.id === id)).toEqual({ id, "@removed": { reason: "changed" } });
  });

  it("is left out by $deltatoken=latest", async () => {
    const pages = await graph.pages("/users/delta?$deltatoken=latest");
    expect([pages.length, pages[0]!.value]).toEqual([1, []]);
    expect(itemsOf(await graph.pages(linkOf(pages)))).toEqual([]);
  });
});

describe("later rounds", () => {
  it("tell additions whole, changes with the properties asked for, removals with their reason", async () => {
    const [renamed, gone, destroyed] = [await idOf(1), await idOf(2), await idOf(3)];
    const link = await latest("displayName,accountEnabled");
    const added = emulator.users.add({ displayName: "Grace Hopper" });
    emulator.users.update(renamed, { displayName: "Renamed", jobTitle: "Boss" });
    emulator.users.remove(gone);
    emulator.users.remove(destroyed, { permanently: true });
    const pages = await graph.pages(link);
    expect(itemsOf(pages)).toEqual([
      { id: added.id, displayName: "Grace Hopper", accountEnabled: added.accountEnabled },
      { id: renamed, displayName: "Renamed", accountEnabled: expect.any(Boolean) },
      { id: gone, "@removed": { reason: "changed" } },
      { id: destroyed, "@removed": { reason: "deleted" } },
    ]);
    expect(itemsOf(await graph.pages(linkOf(pages)))).toEqual([]);
  });

  it("tell nothing of properties that weren't asked for", async () => {
    const link = await latest("displayName");
    emulator.users.update(await idOf(5), { jobTitle: "Boss" });
    expect(itemsOf(await graph.pages(link))).toEqual([]);
  });

  it("tell nothing but the changes where that is preferred", async () => {
    const id = await idOf(4);
    const link = await latest("displayName,jobTitle,department");
    emulator.users.update(id, { jobTitle: "Boss" });
    emulator.users.update(id, { department: null });
    const prefer = { Prefer: "return=minimal" };
    const { json, headers } = await graph.get(link, prefer);
    expect(json.value).toEqual([{ id, jobTitle: "Boss", department: null }]);
    expect(headers.get("preference-applied")).toBe("return=minimal");
    expect((await graph.get(link)).json.value[0]).toHaveProperty("displayName");
  });

  it("can be asked for again, and answer the same", async () => {
    const link = await latest();
    emulator.users.update(await idOf(0), { displayName: "Once" });
    expect((await graph.get(link)).json.value).toEqual((await graph.get(link)).json.value);
  });

  it("keep to the users a filter names", async () => {
    const [mine, other] = [await idOf(1), await idOf(2)];
    const first = await graph.pages(
      `/users/delta${query({ $filter: `id eq '${mine}' or id eq '${mine.toUpperCase()}'`, $select: "displayName" })}`,
    );
    expect(itemsOf(first).map(({ id }) => id)).toEqual([mine]);
    emulator.users.update(mine, { displayName: "Mine" });
    emulator.users.update(other, { displayName: "Other" });
    expect(itemsOf(await graph.pages(linkOf(first)))).toEqual([{ id: mine, displayName: "Mine" }]);
  });

  it("keep a mirror equal to the directory, whatever happens within and between rounds", async () => {
    const change = fc.record({
      kind: fc.constantFrom("add", "remove", "destroy", "rename", "retitle"),
      who: fc.nat({ max: 1000 }),
    });
    const settings = fc.record({
      minimal: fc.boolean(),
      shortPages: fc.constantFrom(0, 0.5),
      replays: fc.constantFrom(0, 0.5),
      rounds: fc.array(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
    });
    await using small = await startEmulator({ users: 25, deltaPageSize: 4 });
    await fc.assert(
      fc.asyncProperty(settings, async ({ minimal, shortPages, replays, rounds }) => {
        small.reset();
        Object.assign(small.graph, { shortPages, replays });
        const here = graphCaller(small);
        const known = new Set<string>();
        const apply = (changes: { kind: string; who: number }[] = []) => {
          for (const { kind, who } of changes) {
            const id = [...known][who % known.size];
            if (kind === "add") known.add(small.users.add({ displayName: `Added ${who}` }).id);
            else if (!id || !small.users.get(id)) continue;
            else if (kind === "rename") small.users.update(id, { displayName: `Renamed ${who}` });
            else if (kind === "retitle") small.users.update(id, { jobTitle: who % 2 ? `Title ${who}` : null });
            else small.users.remove(id, { permanently: kind === "destroy" });
          }
        };
        const mirror = new Map<string, Item>();
        const headers: Record<string, string> = minimal ? { Prefer: "return=minimal" } : {};
        let link = "/users/delta?$select=displayName,jobTitle";
        for (const round of [...rounds, []]) {
          const waiting = [...round];
          const pages = await here.pages(link, headers, () => apply(waiting.shift()));
          for (const item of itemsOf(pages)) {
            known.add(item.id);
            if (item["@removed"]) mirror.delete(item.id);
            else mirror.set(item.id, { ...mirror.get(item.id), ...item });
          }
          link = linkOf(pages);
          for (const rest of waiting) apply(rest);
        }
        // Everything settled: one more round tells what changed during the last one.
        for (const item of itemsOf(await here.pages(link, headers))) {
          if (item["@removed"]) mirror.delete(item.id);
          else mirror.set(item.id, { ...mirror.get(item.id), ...item });
        }
        const expected = [...known].flatMap((id) => {
          const user = small.users.get(id);
          return user ? [[id, user.displayName, user.jobTitle ?? null]] : [];
        });
        const mirrored = [...mirror.values()].map(({ id, displayName, jobTitle = null }) => [
          id,
          displayName,
          jobTitle,
        ]);
        expect(mirrored.toSorted()).toEqual(expected.toSorted());
        expect(mirror.size).toBe(small.users.count);
      }),
      { numRuns: thorough ? 25 : 6, seed: 20261120 },
    );
  });

  it("tell things again where replays are switched on", async () => {
    emulator.graph.replays = 1;
    const items = itemsOf(await graph.pages("/users/delta?$select=id"));
    expect([items.length, new Set(items.map(({ id }) => id)).size]).toEqual([80, 40]);
  });

  it("may have empty pages where short ones are switched on", async () => {
    emulator.graph.shortPages = 0.8;
    const pages = await graph.pages("/users/delta?$select=id");
    expect(pages.slice(0, -1).some(({ value }) => value.length === 0)).toBe(true);
    expect(new Set(itemsOf(pages).map(({ id }) => id)).size).toBe(40);
  });
});

describe("a delta token", () => {
  it("lives seven days; then the answer says where to start again", async () => {
    const link = linkOf(await graph.pages("/users/delta?$select=displayName"));
    emulator.clock.advance(7 * 86_400_000 - 5000);
    graph.renewToken();
    expect((await graph.get(link)).status).toBe(200);
    emulator.clock.advance(10_000);
    graph.renewToken();
    const { status, headers, json } = await graph.get(link);
    expect([status, json.error?.code]).toEqual([410, "syncStateNotFound"]);
    const location = String(headers.get("location"));
    expect(location).toBe("https://graph.microsoft.com/v1.0/users/delta?$select=displayName&$deltatoken=");
    const fresh = itemsOf(await graph.pages(location));
    expect(fresh).toHaveLength(40);
    expect(Object.keys(fresh[0]!)).toEqual(["id", "displayName"]);
  });

  it("of another directory, made up, or from a list isn't known", async () => {
    const link = linkOf(await graph.pages("/users/delta"));
    const listToken = String((await graph.get("/users?$top=1")).json["@odata.nextLink"]).split("$skiptoken=")[1];
    emulator.reset();
    for (const unknown of [link, "/users/delta?$deltatoken=x", `/users/delta?$skiptoken=${listToken}`]) {
      const { status, json } = await graph.get(unknown);
      expect([status, json.error?.code]).toEqual([400, "syncStateNotFound"]);
    }
  });
});

describe("what delta queries on users can't do", () => {
  it.each(["$orderby=displayName", "$count=true", "$filter=displayName eq 'a'", "$filter=not(id eq 'a')"])(
    "%s is refused",
    async (options) => {
      expect((await graph.get(`/users/delta?${options}`, eventual)).status).toBe(400);
    },
  );

  it("$top and $expand are ignored, as the service ignores them", async () => {
    const { status, json } = await graph.get("/users/delta?$top=5&$expand=manager&$select=id");
    expect([status, json.value.length, Object.keys(json.value[0]!)]).toEqual([200, 15, ["id"]]);
  });

  it("more than fifty ids are refused", async () => {
    const filter = (count: number) => Array.from({ length: count }, (_, index) => `id eq '${index}'`).join(" or ");
    expect((await graph.get(`/users/delta${query({ $filter: filter(50) })}`)).status).toBe(200);
    expect((await graph.get(`/users/delta${query({ $filter: filter(51) })}`)).status).toBe(400);
  });
});
