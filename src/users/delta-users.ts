import type { Client } from "@microsoft/microsoft-graph-client";
import { type ChangeOptions, listChanges } from "../graph/list-changes.js";
import type { Changes } from "../graph/paging/change-round.js";
import { userRules } from "./list-users.js";
import type { DefaultUserProperty, ListedUser, UserProperty } from "./user-properties.js";

/** Which changes to read. */
export interface DeltaUsersOptions<S extends UserProperty = UserProperty> extends ChangeOptions<S> {}

/**
 * One user that was created, changed or removed. `reset` stands on the first change after Graph asked to begin anew.
 */
export type UserChange<S extends UserProperty = DefaultUserProperty> =
  | { user: ListedUser<S | "id">; removed?: undefined; reset?: true }
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  | { user: { id: string }; removed: "changed" | "deleted"; reset?: true };

/** A round of changes. */
export interface UserChanges<S extends UserProperty = DefaultUserProperty> extends Changes<UserChange<S>> {}

/**
 * Reads what has changed since the last round. Changes may come again: apply them in order, and for one user the last
 * counts; within a page they are merged already. Where Graph has forgotten the state, the round begins anew with every
 * user, from a change (and a page) with `reset` on: users that aren't among what follows are gone. Store each page
 * together with its `continuationToken` or `deltaLink`, and a crash repeats changes but loses none.
 * @throws AppIdentityError `invalid_options`, and `invalid_continuation_token` for a `deltaLink` of another cloud or
 * path; while reading, what `listUsers()` fails with
 * @example
 * const changes = deltaUsers(client, { deltaLink: await load(), select: ["displayName", "mail"] });
 * for await (const { user, removed } of changes) await (removed ? drop(user.id) : upsert(user));
 * await save(changes.deltaLink);
 */
export function deltaUsers<S extends UserProperty = DefaultUserProperty>(
  client: Client,
  options: DeltaUsersOptions<S> = {},
): UserChanges<S> {
  return listChanges("deltaUsers()", client, "/users", options, userRules, ({ value, ...rest }) => {
    return { user: value, ...rest } as UserChange<S>;
  });
}
