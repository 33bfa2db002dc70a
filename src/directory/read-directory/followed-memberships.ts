import type { Changes } from "../../graph/paging/change-round.js";
import { linkIn } from "../../graph/paging/continuation-token.js";
import type { RelationChange } from "../../graph/paging/merge-changes.js";
import type { ChangePage } from "../../graph/paging/page-walk.js";
import type { MembershipChange } from "./directory-change.js";
import type { Shard, ShardState } from "./shard.js";

/** What happened to one group and its members. */
export interface GroupMembersChange {
  group: { id: string };
  removed?: "changed" | "deleted" | undefined;
  members?: RelationChange | undefined;
}

/** How changes of memberships are asked for; of all groups where no ids are given. */
export type MembersSource = (start: {
  ids: readonly string[] | undefined;
  deltaLink: string | undefined;
}) => Changes<GroupMembersChange>;

/** Some memberships. Where the stream stands then is in its shard. */
export interface MembershipPage {
  changes: MembershipChange[];
  reset?: true | undefined;
  done?: true | undefined;
}

/**
 * The memberships of a shard's groups, and what has changed in them ever since. Its first round is always one that lists
 * everything: links that were taken without (`$deltatoken=latest`) were seen never to tell of memberships.
 * @param fits whether a state can be stored
 */
export async function* followedMemberships(
  shard: Shard,
  source: MembersSource,
  fits: (state: ShardState) => boolean,
): AsyncGenerator<MembershipPage> {
  // What a listing had told before it was left was void as a whole.
  if (shard.state.listed !== undefined) shard.state = { ids: shard.groups, stale: true };
  if (shard.groups.length === 0 && !shard.isWhole) {
    shard.state = { ids: [] };
    yield { changes: [], done: true };
    return;
  }
  if ((shard.state.added ?? []).length > 0) yield* growing(shard, source, fits);
  else yield* following(shard, source);
}

async function* following(shard: Shard, source: MembersSource): AsyncGenerator<MembershipPage> {
  const { ids, link: deltaLink } = shard.state;
  let isStale = shard.state.stale;
  for await (const page of source({ ids: shard.isWhole ? undefined : ids, deltaLink }).byPage()) {
    const { link, settled } = placeIn(page);
    const { gone } = shard.state;
    shard.state = { ids, gone, link, settled };
    if (!shard.isWhole) for (const { group, removed } of page.value) if (removed === "deleted") shard.drop(group.id);
    yield { changes: page.value.flatMap(membershipsOf), reset: isStale ?? page.reset, done: settled };
    isStale = undefined;
  }
}

/**
 * Takes up new groups without a reset: first comes a first round with all groups, which gives the new link, then the old
 * link is walked to its end, which tells who had left until then. So nothing falls in between.
 */
async function* growing(
  shard: Shard,
  source: MembersSource,
  fits: (state: ShardState) => boolean,
): AsyncGenerator<MembershipPage> {
  const { groups } = shard;
  const { ids } = shard.state;
  if (!shard.state.minted?.settled) {
    for await (const page of source({ ids: groups, deltaLink: shard.state.minted?.link }).byPage()) {
      // Should it have to begin again, the old link still tells who has left.
      shard.state = { ...shard.state, minted: placeIn(page) };
      if (!fits(shard.state)) return yield* anew(shard, groups, source);
      yield { changes: page.value.flatMap(membershipsOf) };
    }
  }
  const { minted } = shard.state;
  for await (const page of source({ ids, deltaLink: shard.state.link }).byPage()) {
    if (page.reset) return yield* anew(shard, groups, source);
    const { link, settled } = placeIn(page);
    shard.state = settled ? { ids: groups, ...minted } : { ...shard.state, link, settled };
    if (!fits(shard.state)) return yield* anew(shard, groups, source);
    yield { changes: page.value.flatMap(membershipsOf), done: settled };
  }
}

/** Where the old link can't tell who has left, all is told anew. */
async function* anew(shard: Shard, groups: string[], source: MembersSource): AsyncGenerator<MembershipPage> {
  shard.state = { ids: groups, stale: true };
  yield* following(shard, source);
}

function placeIn({ deltaLink, continuationToken }: ChangePage<unknown>): { link: string; settled?: true | undefined } {
  return deltaLink === undefined ? { link: linkIn(continuationToken as string) } : { link: deltaLink, settled: true };
}

function membershipsOf({ group, members }: GroupMembersChange): MembershipChange[] {
  const changeOf = ({ id, type }: { id: string; type?: string }): MembershipChange => ({
    kind: "membership",
    groupId: group.id,
    memberId: id,
    ...(type !== undefined && { memberType: type }),
  });
  const { added = [], removed = [] } = members ?? {};
  return [...added.map(changeOf), ...removed.map((end): MembershipChange => ({ ...changeOf(end), removed: true }))];
}
