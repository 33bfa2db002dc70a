import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { thorough } from "../../support/thorough.js";
import { type GraphCaller, graphCaller, type Page, query } from "./graph-caller.js";

const roles = ["Directory.Read.All", "Device.Read.All", "Member.Read.Hidden"];
let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 90, groups: 40, devices: 12, deltaRelatedSize: 20, roles });
});
beforeEach(() => {
  emulator.reset();
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

interface Related {
  "@odata.type": string;
  id: string;
  "@removed"?: { reason: string };
}
interface Item {
  id: string;
  "@removed"?: { reason: string };
  "members@delta"?: Related[];
  "owners@delta"?: Related[];
  "manager@delta"?: Related[];
  [property: string]: unknown;
}

const itemsOf = (pages: Page[]) => pages.flatMap(({ value }) => value as Item[]);
const linkOf = (pages: Page[]) => String(pages.at(-1)!["@odata.deltaLink"]);
const related = (items: Item[], id: string, name: "members" | "owners" = "members") =>
  items.filter((item) => item.id === id).flatMap((item) => item[`${name}@delta`] ?? []);
const round = async (link: string) => {
  const pages = await graph.pages(link);
  return { items: itemsOf(pages), link: linkOf(pages), pages };
};
const latest = async (kind: string, $select?: string) =>
  (await round(`/${kind}/delta${query({ $deltatoken: "latest", $select })}`)).link;

describe("the first round over groups", () => {
  it("tells who belongs to each, in pieces over entries and pages, with the same properties each time", async () => {
    const { items, pages } = await round("/groups/delta?$select=displayName,members,owners");
    const [staff] = emulator.groups.ids();
    const entries = items.filter(({ id }) => id === staff);
    expect(entries.length).toBeGreaterThan(8);
    expect(new Set(entries.map(({ displayName }) => displayName))).toEqual(new Set(["All Staff"]));
    expect(pages.filter(({ value }) => (value as Item[]).some(({ id }) => id === staff)).length).toBeGreaterThan(4);
    for (const { value } of pages) {
      const told = (value as Item[]).flatMap((item) => [
        ...(item["members@delta"] ?? []),
        ...(item["owners@delta"] ?? []),
      ]);
      expect(told.length).toBeLessThanOrEqual(20);
    }
    const principals = new Set(emulator.servicePrincipals.ids());
    for (const id of emulator.groups.ids()) {
      const members = [...emulator.groups.members(id)].filter((member) => !principals.has(member));
      expect(related(items, id).map((member) => member.id)).toEqual(members);
      expect(related(items, id, "owners").map((owner) => owner.id)).toEqual([...emulator.groups.owners(id)]);
    }
  });

  it("tells default properties and members where nothing is selected, else what is", async () => {
    const whole = (await round("/groups/delta")).items;
    expect(whole[0]).toMatchObject({ displayName: "All Staff", securityEnabled: true });
    expect(whole.some((item) => item["members@delta"])).toBe(true);
    expect(whole.some((item) => item["owners@delta"])).toBe(false);
    const names = (await round("/groups/delta?$select=displayName")).items;
    expect(new Set(names.flatMap((item) => Object.keys(item)))).toEqual(new Set(["id", "displayName"]));
    const members = (await round("/groups/delta?$select=members&$expand=owners")).items;
    expect(new Set(members.flatMap((item) => Object.keys(item)))).toEqual(new Set(["id", "members@delta"]));
  });

  it("has nothing for a group of nobody, and tells each member's type and id only", async () => {
    const { items } = await round("/groups/delta?$select=displayName,members");
    const empty = items.find(({ displayName }) => displayName === "Retired Projects")!;
    expect(Object.keys(empty)).toEqual(["id", "displayName"]);
    const company = items.find(({ displayName }) => displayName === "Company")!;
    expect(company["members@delta"]![0]).toEqual({ "@odata.type": "#microsoft.graph.user", id: expect.any(String) });
    expect(company["members@delta"]![1]!["@odata.type"]).toBe("#microsoft.graph.group");
  });

  it("tells who has left already", async () => {
    const [group] = emulator.groups.ids();
    const [member] = emulator.groups.members(group!);
    emulator.groups.removeMember(group!, member!);
    const told = related((await round("/groups/delta?$select=members")).items, group!);
    expect(told.filter(({ id }) => id === member)).toEqual([
      { "@odata.type": "#microsoft.graph.user", id: member, "@removed": { reason: "deleted" } },
    ]);
  });

  it("keeps to the groups a filter names", async () => {
    const [, company, board] = emulator.groups.ids();
    const filter = query({ $filter: `id eq '${company}' or id eq '${board}'`, $select: "members" });
    const { items, link } = await round(`/groups/delta${filter}`);
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([company, board]));
    const [user] = [...emulator.users.ids()].slice(-1);
    for (const group of emulator.groups.ids()) emulator.groups.addMember(group, user!);
    expect((await round(link)).items.map(({ id }) => id)).toEqual([company, board]);
  });
});

describe("later rounds over groups", () => {
  it("tell who came and who left, not who stayed", async () => {
    const [, group] = emulator.groups.ids() as Iterable<string> as string[];
    const [first, second] = [...emulator.groups.members(group!)];
    const stranger = [...emulator.users.ids()].at(-1)!;
    const link = await latest("groups", "displayName,members");
    emulator.groups.addMember(group!, stranger);
    emulator.groups.removeMember(group!, first!);
    emulator.groups.removeMember(group!, second!);
    emulator.groups.addMember(group!, second!);
    const { items, link: next } = await round(link);
    expect(items).toEqual([
      {
        id: group,
        displayName: "Company",
        "members@delta": [
          { "@odata.type": "#microsoft.graph.user", id: stranger },
          { "@odata.type": "#microsoft.graph.user", id: first, "@removed": { reason: "deleted" } },
          { "@odata.type": "#microsoft.graph.group", id: second },
        ],
      },
    ]);
    expect((await round(next)).items).toEqual([]);
    const { json } = await graph.get(link, { Prefer: "return=minimal" });
    expect(Object.keys(json.value[0]!)).toEqual(["id", "members@delta"]);
  });

  it("tell nothing of relations that aren't tracked", async () => {
    const [group] = emulator.groups.ids();
    const stranger = [...emulator.users.ids()].at(-1)!;
    const links = [await latest("groups", "displayName"), await latest("groups", "owners")];
    emulator.groups.removeMember(group!, stranger);
    for (const link of links) expect((await round(link)).items).toEqual([]);
    emulator.groups.addOwner(group!, stranger);
    expect((await round(links[0]!)).items).toEqual([]);
    expect(related((await round(links[1]!)).items, group!, "owners")).toHaveLength(1);
  });

  it("tell nothing of service principals, whom v1.0 leaves out, nor of members that are hidden", async () => {
    const groups = [...emulator.groups.ids()];
    const [principal] = emulator.servicePrincipals.ids();
    const stranger = [...emulator.users.ids()].at(-1)!;
    const link = await latest("groups", "members");
    const board = groups.find((id) => emulator.groups.get(id)?.displayName === "Board")!;
    emulator.groups.addMember(groups[0]!, principal!);
    emulator.groups.addMember(board, stranger);
    expect(related((await round(link)).items, groups[0]!)).toEqual([]);
    expect(related((await round(link)).items, board)).toHaveLength(1);
    const { clientId, clientSecret } = emulator.addApp({ roles: ["Group.Read.All"] });
    const reader = graphCaller({ ...emulator, clientId, clientSecret });
    expect(related(itemsOf(await reader.pages(link)), board)).toEqual([]);
  });

  it("don't tell that a member was deleted, as Graph doesn't", async () => {
    const [group] = emulator.groups.ids();
    const [member] = emulator.groups.members(group!);
    const [users, groups] = [await latest("users", "displayName"), await latest("groups", "members")];
    emulator.users.remove(member!);
    expect((await round(groups)).items).toEqual([]);
    expect((await round(users)).items).toEqual([{ id: member, "@removed": { reason: "changed" } }]);
  });

  it("spread many changes of one group over pages", async () => {
    const group = emulator.groups.add({ displayName: "New" });
    const link = await latest("groups", "displayName,members");
    const people = [...emulator.users.ids()];
    for (const person of people) emulator.groups.addMember(group.id, person);
    const { items, pages } = await round(link);
    expect(pages.length).toBeGreaterThan(3);
    expect(related(items, group.id).map(({ id }) => id)).toEqual(people);
  });

  it("keep a mirror equal to the directory, whatever happens within and between rounds", async () => {
    const change = fc.record({
      kind: fc.constantFrom("join", "join", "leave", "leave", "add", "remove", "restore", "rename"),
      group: fc.nat({ max: 100 }),
      user: fc.nat({ max: 100 }),
    });
    const settings = fc.record({
      minimal: fc.boolean(),
      shortPages: fc.constantFrom(0, 0.5),
      replays: fc.constantFrom(0, 0.5),
      rounds: fc.array(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    });
    await using small = await startEmulator({ users: 20, groups: 28, deltaPageSize: 6, deltaRelatedSize: 9, roles });
    await fc.assert(
      fc.asyncProperty(settings, async ({ minimal, shortPages, replays, rounds }) => {
        small.reset();
        Object.assign(small.graph, { shortPages, replays });
        const here = graphCaller(small);
        const users = [...small.users.ids()];
        const unified = { groupTypes: ["Unified"], mailEnabled: true };
        const apply = (changes: { kind: string; group: number; user: number }[] = []) => {
          const groups = [...small.groups.ids()];
          for (const { kind, group, user } of changes) {
            const id = groups[group % groups.length]!;
            const person = users[user % users.length]!;
            if (kind === "add") small.groups.add({ displayName: `Added ${user}`, ...unified });
            else if (kind === "remove") small.groups.remove(id);
            else if (kind === "restore") {
              try {
                small.groups.restore(id);
              } catch {} // Was never deleted.
            } else if (!small.groups.get(id)) continue;
            else if (kind === "rename") small.groups.update(id, { displayName: `Renamed ${user}` });
            else if (kind === "join") small.groups.addMember(id, person);
            else small.groups.removeMember(id, person);
          }
        };
        const mirror = new Map<string, Set<string>>();
        /** Deleted, but perhaps for a while: their memberships are kept. */
        const away = new Set<string>();
        const merge = (pages: Page[]) => {
          for (const item of itemsOf(pages)) {
            const members = mirror.get(item.id) ?? new Set<string>();
            const reason = item["@removed"]?.reason;
            if (reason === "deleted") mirror.delete(item.id);
            else mirror.set(item.id, members);
            if (reason === "changed") away.add(item.id);
            else away.delete(item.id);
            for (const member of item["members@delta"] ?? []) {
              if (member["@removed"]) members.delete(member.id);
              else members.add(member.id);
            }
          }
        };
        const headers: Record<string, string> = minimal ? { Prefer: "return=minimal" } : {};
        let link = "/groups/delta?$select=displayName,members";
        for (const changes of [...rounds, [], []]) {
          const waiting = [...changes];
          const pages = await here.pages(link, headers, () => apply(waiting.shift()));
          merge(pages);
          link = linkOf(pages);
          for (const rest of waiting) apply(rest);
        }
        const principals = new Set(small.servicePrincipals.ids());
        const expected = [...small.groups.ids()].map((id) => [
          id,
          [...small.groups.members(id)].filter((member) => !principals.has(member)).toSorted(),
        ]);
        // A membership counts while both its ends exist: that a member was deleted isn't told here.
        const there = new Set([...users, ...[...mirror.keys()].filter((id) => !away.has(id)), ...small.devices.ids()]);
        for (const id of small.contacts.ids()) there.add(id);
        const mirrored = [...mirror]
          .filter(([id]) => there.has(id))
          .map(([id, members]) => [id, [...members].filter((member) => there.has(member)).toSorted()]);
        expect(mirrored.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: thorough ? 20 : 3, seed: 20261130 },
    );
  });
});

describe("delta queries on other kinds", () => {
  it("users tell their manager as a list of one, and the former one as removed", async () => {
    const [boss, report] = [emulator.users.add({ displayName: "Boss" }), [...emulator.users.ids()][20]!];
    const { items, link } = await round("/users/delta?$select=displayName,manager");
    const former = items.find(({ id }) => id === report)!["manager@delta"]!;
    expect(former).toEqual([{ "@odata.type": "#microsoft.graph.user", id: expect.any(String) }]);
    emulator.users.update(report, { manager: { id: boss.id } });
    const told = (await round(link)).items;
    expect(told).toEqual([{ id: report, displayName: expect.any(String), "manager@delta": expect.any(Array) }]);
    expect(told[0]!["manager@delta"]).toEqual([
      { ...former[0], "@removed": { reason: "deleted" } },
      { "@odata.type": "#microsoft.graph.user", id: boss.id },
    ]);
    expect((await round(await latest("users", "displayName"))).items).toEqual([]);
  });

  it.each(["devices", "applications", "servicePrincipals", "contacts", "administrativeUnits"] as const)(
    "/%s tell additions, changes and removals",
    async (kind) => {
      const objects = emulator[kind] as Emulator["devices"];
      const path = kind === "administrativeUnits" ? "directory/administrativeUnits" : kind;
      const { items, link } = await round(`/${path}/delta?$select=displayName`);
      expect(items.map(({ id }) => id)).toEqual([...objects.ids()]);
      const added = objects.add({ displayName: "New" });
      objects.update(items[0]!.id, { displayName: "Changed" });
      objects.remove(items[1]!.id, { permanently: true });
      expect((await round(link)).items).toEqual([
        { id: added.id, displayName: "New" },
        { id: items[0]!.id, displayName: "Changed" },
        { id: items[1]!.id, "@removed": { reason: "deleted" } },
      ]);
    },
  );

  it("/directoryRoles tell theirs, and every spelling of the function is known", async () => {
    for (const name of ["delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()", "Delta/"]) {
      expect((await round(`/directoryRoles/${name}?$select=displayName`)).items).toHaveLength(8);
    }
  });

  it("/directoryObjects tell several kinds together, each with its type, by one token", async () => {
    const $filter = "isof('microsoft.graph.user') or isof('microsoft.graph.group')";
    const $select = "microsoft.graph.user/surname,microsoft.graph.group/displayName";
    const { items, link, pages } = await round(`/directoryObjects/delta${query({ $filter, $select })}`);
    expect(pages[0]!["@odata.context"]).toContain("$metadata#directoryObjects");
    expect(items).toHaveLength(90 + 40);
    const types = new Set(items.map((item) => item["@odata.type"]));
    expect(types).toEqual(new Set(["#microsoft.graph.user", "#microsoft.graph.group"]));
    const people = await round(
      `/directoryObjects/delta${query({ $filter: "isof('microsoft.graph.user')", $select: "microsoft.graph.user/surname" })}`,
    );
    expect(people.pages[0]!["@odata.context"]).toContain("$metadata#directoryObjects");
    expect(people.items[0]).toMatchObject({ "@odata.type": "#microsoft.graph.user", surname: expect.any(String) });
    const [device] = emulator.devices.ids();
    const [group] = emulator.groups.ids();
    emulator.devices.update(device!, { displayName: "Other" });
    emulator.groups.update(group!, { displayName: "Other" });
    expect((await round(link)).items).toEqual([
      { "@odata.type": "#microsoft.graph.group", id: group, displayName: "Other" },
    ]);
    const one = query({ $filter: `id eq '${group}' or id eq '${device}'` });
    const named = (await round(`/directoryObjects/delta${one}`)).items.map(({ id }) => id);
    expect([...new Set(named)].toSorted()).toEqual([group, device].toSorted());
    expect((await graph.get("/directoryObjects/delta")).json.error?.code).toBe("Request_UnsupportedQuery");
  });

  it("/directoryObjects tell nothing of kinds that the app can't read", async () => {
    const { clientId, clientSecret } = emulator.addApp({ roles: ["User.Read.All"] });
    const reader = graphCaller({ ...emulator, clientId, clientSecret });
    const [user] = emulator.users.ids();
    const [group] = emulator.groups.ids();
    const ids = query({ $filter: `id eq '${user}' or id eq '${group}'` });
    expect((await reader.get(`/directoryObjects/delta${ids}`)).json.value.map(({ id }) => id)).toEqual([user]);
    const kinds = query({ $filter: "isof('microsoft.graph.user') or isof('microsoft.graph.group')" });
    expect((await reader.get(`/directoryObjects/delta${kinds}`)).json.error?.code).toBe("Authorization_RequestDenied");
  });

  it("a link of one kind isn't taken by another", async () => {
    const link = await latest("groups");
    for (const other of ["users", "directoryObjects"]) {
      const { status, json } = await graph.get(link.replace("/groups/", `/${other}/`));
      expect([status, json.error?.code]).toEqual([400, "syncStateNotFound"]);
    }
  });
});

describe("a delta token that is too old", () => {
  it.each([
    [
      "gone",
      410,
      "syncStateNotFound",
      /^https:.*\/groups\/delta\?\$select=displayName,members&\$filter=.*&\$deltatoken=$/,
    ],
    ["syncStateNotFound", 400, "syncStateNotFound", undefined],
    ["unsupportedQuery", 400, "Request_UnsupportedQuery", undefined],
  ] as const)("is refused as %s where that is switched on", async (deltaExpiry, status, code, location) => {
    const [group] = emulator.groups.ids();
    const { link } = await round(`/groups/delta?$select=displayName,members&$filter=id eq '${group}'`);
    emulator.graph.deltaExpiry = deltaExpiry;
    emulator.clock.advance(7 * 86_400_000 + 5000);
    graph.renewToken();
    const answer = await graph.get(link);
    expect([answer.status, answer.json.error?.code]).toEqual([status, code]);
    if (!location) expect(answer.headers.get("location")).toBeNull();
    else {
      expect(answer.headers.get("location")).toMatch(location);
      const { items } = await round(String(answer.headers.get("location")));
      expect(new Set(items.map(({ id }) => id))).toEqual(new Set([group]));
    }
  });

  it("is refused in one of the ways there are", async () => {
    await expect(startEmulator({ deltaExpiry: "never" as never })).rejects.toThrow("deltaExpiry must be one of gone");
  });
});
