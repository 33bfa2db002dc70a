import { afterEach, describe, expect, it } from "vitest";
import { deltaGroups } from "../../src/directory/delta-groups.js";
import { type EmulatedTenant, emulatedClient } from "../support/emulated-client.js";

let tenant: EmulatedTenant | undefined;
afterEach(() => tenant?.emulator.stop());

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(state: number): () => number {
  return () => {
    state = (Math.imul(state, 48_271) >>> 0) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}

/** Groups and who belongs to them, as a program keeps them. */
class Mirror {
  readonly groups = new Map<string, string | null | undefined>();
  readonly members = new Map<string, Set<string>>();
  #stored: { deltaLink?: string; continuationToken?: string } = {};
  pages = 0;

  constructor(readonly tenant: EmulatedTenant) {}

  /** Reads on from what is stored; after each page, the process may die. @returns whether the round was ended */
  async read(dies: () => boolean): Promise<boolean> {
    const { deltaLink, continuationToken } = this.#stored;
    const round = deltaGroups(this.tenant.client, { deltaLink, select: ["displayName", "members"] });
    for await (const page of round.byPage({ continuationToken })) {
      this.pages += 1;
      for (const { group, removed, members } of page.value) {
        if (removed) {
          this.groups.delete(group.id);
          this.members.delete(group.id);
          continue;
        }
        this.groups.set(group.id, (group as { displayName?: string }).displayName ?? this.groups.get(group.id));
        const known = this.members.get(group.id) ?? new Set();
        this.members.set(group.id, known);
        for (const { id } of members?.added ?? []) known.add(id);
        for (const { id } of members?.removed ?? []) known.delete(id);
      }
      this.#stored = page.deltaLink
        ? { deltaLink: page.deltaLink }
        : {
            ...(deltaLink && { deltaLink }),
            ...(page.continuationToken && { continuationToken: page.continuationToken }),
          };
      if (page.deltaLink) return true;
      if (dies()) return false;
    }
    return false;
  }
}

describe("a mirror of groups kept by deltas", () => {
  it.each([1, 2, 3])("equals the directory, whatever is replayed and wherever it crashed (seed %i)", async (seed) => {
    tenant = await emulatedClient({
      users: 200,
      groups: 24,
      deltaPageSize: 7,
      replays: 0.2,
      shortPages: 0.3,
      seed,
      roles: ["Directory.Read.All", "Member.Read.Hidden"],
    });
    const { groups, users, servicePrincipals } = tenant.emulator;
    const random = seeded(seed);
    const pick = (ids: Iterable<string>) => {
      const all = [...ids];
      return all[Math.floor(random() * all.length)] as string;
    };
    const mirror = new Mirror(tenant);
    for (let round = 0; round < 6; round++) {
      while (!(await mirror.read(() => random() < 0.3)));
      for (let change = 0; change < 12; change++) {
        const group = pick(groups.ids());
        groups.addMember(group, pick(users.ids()));
        const [member] = groups.members(group);
        if (member !== undefined && random() < 0.5) groups.removeMember(group, member);
      }
      groups.addMember(groups.add({ displayName: `Round ${round}` }).id, pick(users.ids()));
      groups.update(pick(groups.ids()), { displayName: `Renamed in ${round}` });
      if (round % 2 === 0) groups.remove(pick(groups.ids()));
      users.remove(pick(users.ids()));
    }
    // What is replayed at the end of a round may hold it up for another.
    for (let quiet = 0; quiet < 3; quiet++) while (!(await mirror.read(() => false)));

    const exists = new Set([...users.ids(), ...groups.ids()]);
    const principals = new Set(servicePrincipals.ids());
    const told = (ids: Iterable<string>) => [...ids].filter((id) => exists.has(id) && !principals.has(id)).sort();
    expect([...mirror.groups.keys()].sort()).toEqual([...groups.ids()].sort());
    for (const id of groups.ids()) {
      expect(mirror.groups.get(id)).toBe(groups.get(id)?.displayName);
      expect(told(mirror.members.get(id) ?? [])).toEqual(told(groups.members(id)));
    }
    expect(mirror.pages).toBeGreaterThan(12);
  });
});
