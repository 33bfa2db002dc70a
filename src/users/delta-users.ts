import type { Client } from "@microsoft/microsoft-graph-client";
import { type ChangeOptions, listChanges } from "../graph/list-changes.js";
import type { Changes } from "../graph/paging/change-round.js";
import type { RelationChange } from "../graph/paging/merge-changes.js";
import type { SelectedOf, Unselected } from "../graph/paths/path-types.js";
import { userProperties, userRules } from "./list-users.js";
import type { DefaultUserProperty, ListedUser, UserProperty } from "./user-properties.js";

/** A property to watch. Graph tells of `manager` who it was and who it is, and may tell nothing of it. */
export type WatchedUserProperty = UserProperty | "manager";

/** Which changes to read. */
export interface DeltaUsersOptions<S extends WatchedUserProperty = WatchedUserProperty> extends ChangeOptions<S> {}

/**
 * One user that was created, changed or removed. `reset` stands on the first change after Graph asked to begin anew.
 */
export type UserChange<S extends WatchedUserProperty = DefaultUserProperty> =
  | ({ user: ListedUser<Exclude<S, "manager"> | "id">; removed?: undefined; reset?: true } & ManagerOf<
      S,
      RelationChange
    >)
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  | ({ user: { id: string }; removed: "changed" | "deleted"; reset?: true } & ManagerOf<S, undefined>);

type ManagerOf<S, C> = "manager" extends S ? { manager?: C } : unknown;

/** A round of changes. */
export interface UserChanges<S extends WatchedUserProperty = DefaultUserProperty> extends Changes<UserChange<S>> {}

/**
 * Reads what has changed since the last round. Changes may come again: apply them in order, and for one user the last
 * counts; within a page they are merged already. Where Graph has forgotten the state, the round begins anew with every
 * user, from a change (and a page) with `reset` on: users that aren't among what follows are gone. Store each page
 * together with its `continuationToken` or `deltaLink`, and a crash repeats changes but loses none. With `manager` in
 * `select`, a change says in `manager.added` and `manager.removed` what happened to it; that Graph says nothing doesn't mean
 * that there is none. A `deltaLink` leads to the changes of this collection or is refused: one from a stranger can begin the
 * round elsewhere, and that is all.
 * @throws AppIdentityError `invalid_options`, and `invalid_continuation_token` for a `deltaLink` of another cloud or
 * path; while reading, what `listUsers()` fails with
 * @example
 * const changes = deltaUsers(client, { deltaLink: await load(), select: ["displayName", "mail"] });
 * for await (const { user, removed } of changes) await (removed ? drop(user.id) : upsert(user));
 * await save(changes.deltaLink);
 */
export function deltaUsers<S extends WatchedUserProperty | Unselected = WatchedUserProperty | Unselected>(
  client: Client,
  options: DeltaUsersOptions<S & WatchedUserProperty> = {},
): UserChanges<SelectedOf<S, WatchedUserProperty, DefaultUserProperty>> {
  return listChanges("deltaUsers()", client, "/users", options, watchRules, ({ value, relations, ...rest }) => {
    return { user: value, ...relations, ...rest } as UserChange<
      SelectedOf<S, WatchedUserProperty, DefaultUserProperty>
    >;
  });
}

const watchRules = {
  noun: userRules.noun,
  properties: {
    ...userProperties,
    listable: [...userProperties.listable, "manager"],
    relations: userProperties.relations.filter((relation) => relation !== "manager"),
  },
};
