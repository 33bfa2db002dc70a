import type { Client } from "@microsoft/microsoft-graph-client";
import type { Group } from "@microsoft/microsoft-graph-types";
import { type ChangeOptions, listChanges } from "../graph/list-changes.js";
import type { Changes } from "../graph/paging/change-round.js";
import type { RelationChange } from "../graph/paging/merge-changes.js";
import type { SelectedOf, Unselected } from "../graph/paths/path-types.js";
import {
  type DefaultGroupProperty,
  type GroupProperty,
  type GroupRelation,
  groupProperties,
  watchedGroupRelations,
} from "./group-properties.js";

/** What of a group can be watched. */
type Watched = GroupProperty | GroupRelation;

/** Which changes of groups to read. */
export interface DeltaGroupsOptions<S extends GroupProperty | GroupRelation = GroupProperty | GroupRelation>
  extends ChangeOptions<S> {}

/** The group that a selection brings, its `id` always. */
export type ChangedGroup<S extends string> = Pick<Group, Exclude<Extract<S, keyof Group>, "id" | GroupRelation>> &
  Record<"id", string> &
  Partial<Record<Exclude<S, keyof Group>, unknown>> extends infer Parts
  ? { [P in keyof Parts]: Parts[P] }
  : never;

/**
 * One group that was created, changed or removed, or whose members or owners changed. `reset` stands on the first change
 * after Graph asked to begin anew.
 */
export type GroupChange<S extends GroupProperty | GroupRelation = DefaultGroupProperty | "members"> =
  | ({ group: ChangedGroup<S>; removed?: undefined; reset?: true } & Relations<S, RelationChange>)
  /** `changed` can be restored for 30 days, `deleted` can't. */
  | ({ group: { id: string }; removed: "changed" | "deleted"; reset?: true } & Relations<S, undefined>);

type Relations<S extends string, C> = Partial<Record<Extract<S, GroupRelation>, C>>;

/** A round of changes of groups. */
export interface GroupChanges<S extends GroupProperty | GroupRelation = DefaultGroupProperty | "members">
  extends Changes<GroupChange<S>> {}

/**
 * Reads what has changed in the groups since the last round, their members and owners included: `deltaUsers()` for groups.
 * A large group comes on many pages, each with more of its members: add them up, and for one id the last word counts.
 * Within a page that is done already. `members.added` may name whom you have, `members.removed` whom you haven't.
 *
 * What Graph doesn't tell: that a deleted user has left his groups (his own removal is all that comes), on v1.0 the service
 * principals among `members`, and hidden memberships without `Member.Read.Hidden`. Rounds that begun with `latest` were seen
 * to miss memberships, so begin with a first round where these matter.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and `invalid_continuation_token` for a `deltaLink` of
 * another cloud, path or query; while reading, what `listUsers()` fails with
 * @example
 * const changes = deltaGroups(client, { deltaLink: await load(), select: ["displayName", "members"] });
 * for await (const { group, removed, members } of changes) await apply(group, removed, members);
 * await save(changes.deltaLink);
 */
export function deltaGroups<S extends Watched | Unselected = Watched | Unselected>(
  client: Client,
  options: DeltaGroupsOptions<S & Watched> = {},
): GroupChanges<SelectedOf<S, Watched, DefaultGroupProperty | "members">> {
  return listChanges("deltaGroups()", client, "/groups", options, rules, ({ value, relations, ...rest }) => {
    return { group: value, ...relations, ...rest } as GroupChange<
      SelectedOf<S, Watched, DefaultGroupProperty | "members">
    >;
  });
}

const watched: readonly string[] = watchedGroupRelations;
const rules = {
  noun: "groups",
  properties: {
    ...groupProperties,
    listable: [...groupProperties.listable, ...watched],
    relations: groupProperties.relations.filter((relation) => !watched.includes(relation)),
  },
};
