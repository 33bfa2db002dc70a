import { AppIdentityError } from "../../errors.js";
import { mostSteps } from "../../graph/batch/batches.js";
import type { MembershipChange } from "./directory-change.js";
import type { MembershipPage } from "./followed-memberships.js";
import type { Shard } from "./shard.js";

/** Reads the members of groups, in their order; `undefined` for a group that isn't there. */
export type MembersReader = (
  groupIds: readonly string[],
) => AsyncIterable<{ item: string; value: readonly object[] | undefined }>;

/**
 * The memberships of a shard's groups as they are, all of them anew. Where changes of them are followed otherwise, that goes
 * on where it was.
 */
export async function* listedMemberships(shard: Shard, read: MembersReader): AsyncGenerator<MembershipPage> {
  beginListing(shard);
  const { ids, gone = [], listed: from = 0 } = shard.state;
  let reset: true | undefined = from === 0 ? true : undefined;
  let done = from;
  let changes: MembershipChange[] = [];
  let groups = 0;
  const left = ids.slice(from);
  for await (const { item, value } of read(left.filter((id) => !gone.includes(id)))) {
    if (value !== undefined && !Array.isArray(value)) throw unlisted(item);
    for (const member of value ?? []) changes.push(membershipOf(item, member));
    groups += 1;
    done = ids.indexOf(item) + 1;
    if (groups % mostSteps > 0 || done === ids.length) continue;
    shard.state = { ...shard.state, listed: done };
    yield { changes, reset };
    [changes, reset] = [[], undefined];
  }
  const { listed: _, ...rest } = shard.state;
  // Changes that no link leads to were told here: the next first round begins anew.
  shard.state = rest.link === undefined ? { ...rest, stale: true } : rest;
  yield { changes, reset, done: true };
}

/** From now on what the stream told before is void. */
export function beginListing(shard: Shard): void {
  const { state } = shard;
  if (state.listed !== undefined) return;
  const goesOn = state.settled && (state.added ?? []).length === 0;
  shard.state = goesOn ? { ...state, listed: 0 } : { ids: shard.groups, listed: 0 };
}

function unlisted(groupId: string): AppIdentityError {
  return new AppIdentityError("invalid_response", `Graph answered with no list of members of the group ${groupId}.`, {
    remedy: "Look for a proxy or a gateway on the way to Graph; else try again later.",
    retryable: true,
  });
}

function membershipOf(groupId: string, member: object): MembershipChange {
  const { id, "@odata.type": type } = member as { id: string; "@odata.type"?: unknown };
  return {
    kind: "membership",
    groupId,
    memberId: id,
    ...(typeof type === "string" && { memberType: type.replace(/^#microsoft\.graph\./, "") }),
  };
}
