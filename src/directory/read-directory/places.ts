import { type LinkScope, trustedLink } from "../../graph/paging/links.js";
import { readCursor, refusedCursor } from "./cursor.js";
import type { GroupState } from "./group-stream.js";
import type { ObjectState } from "./object-stream.js";
import { checkedShardState, type ShardState } from "./shard.js";

/** Where the streams of a directory stand, as far as it is known. */
export interface Places {
  users: Selected<ObjectState> | undefined;
  groups: Selected<GroupState> | undefined;
  /** By stream. */
  shards: ReadonlyMap<string, ShardState>;
  /** Of which tenant each cursor is, where that is known. */
  tenantIds: ReadonlyMap<string, string>;
}

/** A place that holds for one selection of properties. */
export type Selected<S> = S & { selection: string };

/**
 * The places that cursors stand for, each looked at: a link leads to the changes of its own collection, on the client's own
 * Graph.
 * @throws AppIdentityError `invalid_continuation_token`, with `stream`
 */
export function readPlaces(
  cursors: ReadonlyMap<string, unknown>,
  { origin, path: version }: LinkScope,
  selections: Readonly<Record<"users" | "groups", string | undefined>>,
): Places {
  const objects: Partial<Record<string, Selected<GroupState>>> = {};
  const shards = new Map<string, ShardState>();
  const tenantIds = new Map<string, string>();
  for (const [stream, cursor] of cursors) {
    const { state, tenantId } = readCursor(cursor, stream, origin + version);
    if (tenantId !== undefined) tenantIds.set(stream, tenantId);
    const collection = stream === "users" ? "users" : "groups";
    const scope = { origin, path: `${version}/${collection}/delta` };
    try {
      if (stream === "users" || stream === "groups") {
        const place = state as Selected<GroupState>;
        checkLinks([place.link, place.minted], scope);
        const selection = selections[stream];
        if (selection !== undefined && place.selection !== selection) {
          throw new TypeError("was made for another select, which its link holds");
        }
        objects[stream] = place;
      } else {
        const shard = checkedShardState(state);
        checkLinks([shard.link, shard.minted?.link], scope);
        shards.set(stream, shard);
      }
    } catch (cause) {
      const why = cause instanceof TypeError ? cause.message : "leads elsewhere";
      throw refusedCursor(stream, why, "Give the same select again, or leave the cursor out to read anew.", cause);
    }
  }
  return { users: objects.users, groups: objects.groups, shards, tenantIds };
}

function checkLinks(links: readonly unknown[], scope: LinkScope): void {
  for (const link of links) if (link !== undefined) trustedLink(link, scope.origin, scope);
}
