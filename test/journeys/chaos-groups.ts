import { deltaGroups } from "../../src/directory/delta-groups.js";
import type { Emulator } from "../../src/testing/index.js";
import { type ChaosRun, chaoticTenant, expectedFailure } from "./chaos.js";

/**
 * Keeps a mirror of groups and memberships by rounds of changes while everything that is known to go wrong goes wrong, and
 * goes on from the cursor of each page and each error. Between the rounds memberships come and go. What counts in the end are
 * the memberships: none is missing (`lost`), and none is left that ended (`doubled`).
 */
export async function runGroupChaos(
  emulator: Emulator,
  seed: number,
  faults: readonly string[],
  groups = 30,
): Promise<ChaosRun> {
  const { tenant, client, clock, random } = chaoticTenant(emulator, seed, faults, { users: 4 * groups, groups });
  tenant.app().roles = ["Directory.Read.All", "Member.Read.Hidden"];
  tenant.graph.deltaPageSize = 2 + Math.floor(random() * 5);
  tenant.graph.replays = random() < 0.5 ? 0.2 : 0;
  const run = { seed, faults, requests: 0, pages: 0, resumed: {} as Record<string, number>, restarts: 0 };
  const mirror = new Map<string, Set<string>>();
  /** A membership counts while both its ends exist: that a member is gone is all that is told of it. */
  const gone = new Set<string>();
  let [deltaLink, continuationToken]: (string | undefined)[] = [];

  /** As far as it goes. @returns whether the round has ended */
  async function read(): Promise<boolean> {
    const stop = new AbortController();
    const round = deltaGroups(client, {
      deltaLink,
      select: ["members"],
      signal: stop.signal,
      prefetch: random() < 0.7,
    });
    try {
      for await (const page of round.byPage({ continuationToken })) {
        run.pages += 1;
        if (page.reset) {
          run.restarts += 1;
          mirror.clear();
        }
        for (const { group, removed, members } of page.value) {
          const known = (removed ? undefined : mirror.get(group.id)) ?? new Set();
          if (removed) {
            mirror.delete(group.id);
            gone.add(group.id);
          } else mirror.set(group.id, known);
          for (const { id } of members?.added ?? []) known.add(id);
          for (const { id } of members?.removed ?? []) known.delete(id);
        }
        continuationToken = page.continuationToken;
        if (page.deltaLink !== undefined) deltaLink = page.deltaLink;
        if (random() < 0.02) stop.abort();
      }
      return true;
    } catch (error) {
      const failure = expectedFailure(error, seed);
      run.resumed[failure.code] = (run.resumed[failure.code] ?? 0) + 1;
      if ((run.resumed[failure.code] ?? 0) > 1_000) {
        throw new Error(`Seed ${seed}: this comes to no end.`, { cause: error });
      }
      continuationToken = failure.continuationToken;
      clock.skip(failure.retryAfterMs ?? 0);
      return false;
    }
  }

  const pick = (ids: Iterable<string>) => {
    const all = [...ids];
    return all[Math.floor(random() * all.length)] as string;
  };
  for (let rounds = 0; rounds < 4; rounds++) {
    while (!(await read()));
    if (rounds === 3) break;
    for (let change = 0; change < 10; change++) {
      const group = pick(tenant.groups.ids());
      const [member] = tenant.groups.members(group);
      if (member !== undefined && random() < 0.5) tenant.groups.removeMember(group, member);
      tenant.groups.addMember(group, pick(tenant.users.ids()));
    }
    tenant.groups.remove(pick(tenant.groups.ids()));
  }

  // Of service principals v1.0 tells nothing.
  const untold = new Set([...gone, ...tenant.servicePrincipals.ids()]);
  const expected = new Set<string>();
  for (const group of tenant.groups.ids()) {
    for (const member of tenant.groups.members(group)) if (!untold.has(member)) expected.add(`${group} ${member}`);
  }
  const found = new Set([...mirror].flatMap(([group, members]) => [...members].map((member) => `${group} ${member}`)));
  return {
    ...run,
    requests: emulator.requests.length,
    users: expected.size,
    lost: [...expected].filter((edge) => !found.has(edge)).length,
    doubled: [...found].filter((edge) => !expected.has(edge) && !untold.has(edge.split(" ")[1] as string)).length,
  };
}
