import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Kind, kinds } from "../../../src/testing/directory/collection.js";
import { createDirectory, type Directory, type DirectorySizes } from "../../../src/testing/directory/directory.js";
import { allOf, eachOf, type ObjectRef, type ObjectSet } from "../../../src/testing/directory/object-set.js";
import {
  navigationNamed,
  navigationsOf,
  type RelationRule,
  relationRules,
} from "../../../src/testing/directory/relation-rules.js";
import { createTenantContents } from "../../../src/testing/directory/tenant-contents.js";
import { thorough } from "../../support/thorough.js";

const directory = (sizes: DirectorySizes = {}, seed = 1) =>
  createDirectory({
    ...sizes,
    seed,
    tenantId: "7f0c1d52-6a1e-4b0e-9d6f-0a9f6c0f9a11",
    domain: "contoso.onmicrosoft.com",
    clock: { now: () => Date.UTC(2026, 10, 20) },
  });

const nameOf = ({ collection, key }: ObjectRef) => `${collection.name} ${key}`;
const namesOf = (set: ObjectSet) => [...eachOf(set)].map(nameOf);
const everything = ({ populations }: Directory) => kinds.flatMap((kind) => [...eachOf(allOf(populations[kind]))]);
const along = (tenant: Directory, object: ObjectRef, name: string) =>
  tenant.relations.from(object, navigationNamed(object.collection.kind, name)!);

/** Everything that the relations say, told from the end they are told from and from the other one. */
function edges(tenant: Directory) {
  const forward: string[] = [];
  const backward: string[] = [];
  for (const object of everything(tenant)) {
    const kind = object.collection.kind!;
    for (const { from, name, back, to } of relationRules as readonly RelationRule[]) {
      if (from === kind && back.length > 0) {
        for (const other of eachOf(along(tenant, object, name))) {
          for (const each of back) forward.push(`${nameOf(object)} ${each} ${nameOf(other)}`);
        }
      }
      if (!to.includes(kind)) continue;
      for (const each of back) {
        for (const other of eachOf(along(tenant, object, each).only([from]))) {
          backward.push(`${nameOf(other)} ${each} ${nameOf(object)}`);
        }
      }
    }
  }
  return { forward: forward.toSorted(), backward: [...new Set(backward)].toSorted() };
}

/** What a set says about itself in other ways than by going through it. */
function agrees(set: ObjectSet) {
  const found = [...eachOf(set)];
  expect(new Set(found.map(nameOf)).size).toBe(found.length);
  expect(set.count).toBe(found.length);
  for (const object of found) expect(set.has(object)).toBe(true);
  const split = set.collections.map(({ kind }) => set.only([kind as Kind]));
  expect(split.reduce((sum, { count }) => sum + count, 0)).toBe(found.length);
  for (const each of split) expect(each.count).toBe(namesOf(each).length);
}

const size = (most: number) => fc.oneof(fc.constantFrom(0, 1, 2), fc.nat({ max: most }));
const sizes: fc.Arbitrary<Required<DirectorySizes>> = fc.record({
  users: size(150),
  groups: size(90),
  devices: size(60),
  applications: size(30),
  contacts: size(40),
  administrativeUnits: size(12),
});

describe("the relations of a generated directory", () => {
  it("say the same from both ends, whatever its size", () => {
    fc.assert(
      fc.property(sizes, fc.nat({ max: 50 }), (chosen, seed) => {
        const { forward, backward } = edges(directory(chosen, seed));
        expect(backward).toEqual([...new Set(forward)]);
      }),
      { numRuns: thorough ? 20 : 5, seed: 20261130 },
    );
  });

  it("count what they hold, each object once", () => {
    fc.assert(
      fc.property(sizes, (chosen) => {
        const tenant = directory(chosen);
        for (const object of everything(tenant)) {
          for (const { name } of navigationsOf(object.collection.kind)) agrees(along(tenant, object, name));
        }
      }),
      { numRuns: thorough ? 5 : 2, seed: 20261130 },
    );
  });

  it("look like a company", () => {
    const tenant = directory();
    const { groups, users } = tenant.populations;
    const membersOf = (key: number) => along(tenant, { collection: groups, key }, "members");
    const counts = Array.from({ length: groups.count }, (_, key) => membersOf(key).count);
    expect(counts[0]).toBe(1000);
    expect(counts.filter((count) => count === 0)).toHaveLength(1);
    expect(counts.filter((count) => count > 5).length).toBeGreaterThan(40);
    const nested = Array.from({ length: groups.count }, (_, key) => membersOf(key).only(["groups"]).count);
    expect(nested.filter((count) => count > 0).length).toBeGreaterThan(10);
    const owners = Array.from({ length: groups.count }, (_, key) =>
      along(tenant, { collection: groups, key }, "owners"),
    );
    expect(owners.filter(({ count }) => count === 0)).toHaveLength(1);
    // Who is in a department's teams works in that department, as far as it is known.
    const { member: group } = groups;
    const sales = Array.from({ length: groups.count }, (_, key) => key).find(
      (key) => group(key)("displayName") === "Sales",
    )!;
    const people = [...eachOf(along(tenant, { collection: groups, key: sales }, "transitiveMembers").only(["users"]))];
    const works = new Set(people.map(({ key }) => users.member(key)("department")));
    expect(people.length).toBeGreaterThan(50);
    expect(works).toEqual(new Set(["Sales", null]));
  });
});

describe("what is reached by a relation again and again", () => {
  it("is what going it step by step reaches, each object once, and agrees from both ends", () => {
    fc.assert(
      fc.property(sizes, (chosen) => {
        const tenant = directory(chosen);
        const upwards: string[] = [];
        const downwards: string[] = [];
        for (const object of everything(tenant)) {
          for (const { name, repeats } of navigationsOf(object.collection.kind)) {
            if (repeats === undefined) continue;
            const reached = new Set<string>();
            const waiting = [object];
            for (let next = waiting.pop(); next; next = waiting.pop()) {
              if (!navigationNamed(next.collection.kind, repeats)) continue;
              for (const other of eachOf(along(tenant, next, repeats))) {
                if (reached.has(nameOf(other)) || nameOf(other) === nameOf(object)) continue;
                reached.add(nameOf(other));
                waiting.push(other);
              }
            }
            const found = along(tenant, object, name);
            expect(namesOf(found).toSorted()).toEqual([...reached].toSorted());
            agrees(found);
            if (name === "transitiveMembers") for (const each of reached) downwards.push(`${nameOf(object)} > ${each}`);
            if (name === "transitiveMemberOf") {
              for (const each of namesOf(found.only(["groups"]))) upwards.push(`${each} > ${nameOf(object)}`);
            }
          }
        }
        expect(upwards.toSorted()).toEqual(downwards.toSorted());
      }),
      { numRuns: thorough ? 6 : 2, seed: 20261130 },
    );
  });

  it("comes to an end in a circle", () => {
    const tenant = directory({ users: 3, groups: 0 });
    const { groups } = createTenantContents(tenant);
    const [a, b] = [groups.add({ displayName: "A" }), groups.add({ displayName: "B" })];
    groups.addMember(a.id, b.id);
    groups.addMember(b.id, a.id);
    const first = { collection: tenant.populations.groups, key: 0 };
    expect(namesOf(along(tenant, first, "transitiveMembers"))).toEqual(["groups 1"]);
    expect(namesOf(along(tenant, first, "transitiveMemberOf"))).toEqual(["groups 1"]);
  });
});

describe("changes to relations", () => {
  const change = fc.record({
    kind: fc.constantFrom(
      "addMember",
      "removeMember",
      "addOwner",
      "removeOwner",
      "manager",
      "remove",
      "restore",
      "add",
    ),
    group: fc.nat({ max: 200 }),
    other: fc.nat({ max: 2000 }),
  });

  it("keep both ends, counts and what is reached in agreement", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const tenant = directory({ users: 40, groups: 34, devices: 6, applications: 3, contacts: 4 });
        const { users, groups } = createTenantContents(tenant);
        const objects = everything(tenant).map(({ collection, key }) => String(collection.member(key)("id")));
        const named = (list: Iterable<string>, index: number) => {
          const all = [...list];
          return all[index % all.length]!;
        };
        for (const { kind, group, other } of changes) {
          const groupId = named(groups.ids(), group);
          const person = named(users.ids(), other);
          const anything = objects[other % objects.length]!;
          if (kind === "add") users.add({ displayName: `Added ${other}` });
          else if (kind === "manager")
            users.update(person, { manager: group % 3 ? { id: named(users.ids(), group) } : null });
          else if (kind === "remove") (group % 2 ? users : groups).remove(group % 2 ? person : groupId);
          else if (kind === "restore") {
            const removed = tenant.populations.users.removed.keys().next().value;
            if (removed !== undefined) users.restore(String(tenant.populations.users.member(removed)("id")));
          } else if (kind.endsWith("Owner")) groups[kind as "addOwner"](groupId, person);
          else if (tenant.find(anything, ["users", "groups", "devices", "contacts", "servicePrincipals"])) {
            const before = [...groups.members(groupId)].includes(anything);
            const adding = kind === "addMember";
            expect(groups[kind as "addMember"](groupId, anything)).toBe(adding !== before);
            expect([...groups.members(groupId)].includes(anything)).toBe(adding);
          }
        }
        const { forward, backward } = edges(tenant);
        expect(backward).toEqual([...new Set(forward)]);
        for (const object of everything(tenant)) {
          for (const { name } of navigationsOf(object.collection.kind)) agrees(along(tenant, object, name));
        }
      }),
      { numRuns: thorough ? 8 : 2, seed: 20261130 },
    );
  });

  it("leave every position where it was", () => {
    const tenant = directory({ users: 30, groups: 30 });
    const { users, groups } = createTenantContents(tenant);
    const [all] = groups.ids();
    const set = () => along(tenant, { collection: tenant.populations.groups, key: 0 }, "members");
    const before = Array.from({ length: 30 }, (_, position) => set().at(position));
    const [first, second, third] = [...groups.members(all!)] as [string, string, string];
    const added = users.add();
    groups.addMember(all!, added.id);
    groups.removeMember(all!, first);
    users.remove(second);
    const device = String(tenant.populations.devices.member(0)("id"));
    groups.addMember(all!, device);
    groups.removeMember(all!, added.id);
    expect(Array.from({ length: 30 }, (_, position) => set().at(position))).toEqual([
      undefined,
      undefined,
      ...before.slice(2),
    ]);
    expect([...groups.members(all!)][0]).toBe(third);
    groups.addMember(all!, added.id);
    groups.addMember(all!, first);
    users.restore(second);
    expect([...groups.members(all!)].slice(0, 2)).toEqual([first, second]);
    expect([...groups.members(all!)].slice(-2)).toEqual([added.id, device]);
  });

  it("are refused where there is nothing to relate, or nothing of that kind", () => {
    const tenant = directory();
    const { groups, devices, users, applications } = createTenantContents(tenant);
    const [group] = groups.ids() as Iterable<string> as [string];
    const [device] = devices.ids() as Iterable<string> as [string];
    const [app] = applications.ids() as Iterable<string> as [string];
    const [user] = users.ids() as Iterable<string> as [string];
    expect(() => groups.addMember("nobody", user)).toThrow('There is no group "nobody"');
    expect(() => groups.addMember(group, "nobody")).toThrow('There is nothing "nobody" among users, groups');
    expect(() => groups.addMember(group, app)).toThrow(TypeError);
    expect(() => groups.addOwner(group, device)).toThrow(TypeError);
    expect(() => users.update(user, { manager: { id: device } })).toThrow(TypeError);
  });
});
