import { type ObjectPage, type ObjectSource, type ObjectState, objectPages } from "./object-stream.js";
import type { Shard } from "./shard.js";
import type { Shards } from "./shards.js";

/** Where the stream of groups stands. */
export interface GroupState extends ObjectState {
  /** Whether every group that was told has its place in a stream of memberships. */
  sharded?: true | undefined;
}

/** Groups, or a stream of memberships that was given new ones. */
export type GroupPage = { groups: ObjectPage & { state: GroupState } } | { placed: Shard };

/**
 * All groups and what has changed, each new one with a place in a stream of memberships: which is told first, so that who
 * has stored the group has stored where its memberships come from.
 */
export async function* placedGroups(source: ObjectSource, from: GroupState, shards: Shards): AsyncGenerator<GroupPage> {
  const hasTold = from.link !== undefined || from.minted !== undefined;
  if (hasTold && !from.sharded) {
    // Groups were read without their memberships until now.
    for await (const { value } of source.list().byPage()) yield* placed(value.map(({ id }) => id));
  }
  for await (const page of objectPages(source, from)) {
    for (const { value, removed } of page.objects) if (removed === "deleted") shards.drop(value.id);
    yield* placed(page.objects.filter(({ removed }) => removed === undefined).map(({ value }) => value.id));
    yield { groups: { ...page, state: { ...page.state, sharded: true } } };
  }

  function* placed(ids: readonly string[]): Generator<GroupPage> {
    for (const shard of shards.take(ids)) yield { placed: shard };
  }
}

/** All groups and what has changed, where their memberships aren't read by streams of some groups each. */
export async function* unplacedGroups(source: ObjectSource, from: GroupState): AsyncGenerator<GroupPage> {
  let sharded = from.sharded;
  for await (const page of objectPages(source, from)) {
    if (page.objects.some(({ removed }) => removed === undefined)) sharded = undefined;
    yield { groups: { ...page, state: { ...page.state, sharded } } };
  }
}
