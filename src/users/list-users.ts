import type { Client } from "@microsoft/microsoft-graph-client";
import type { User } from "@microsoft/microsoft-graph-types";
import { locateCollection } from "../graph/collection.js";
import { listCollection } from "../graph/list-all.js";
import type { ListOptions } from "../graph/list-options.js";
import type { Listing } from "../graph/paging/listing.js";
import type { NamesAtRunTime, Unforeseen } from "../graph/paths/names-at-run-time.js";
import type { SelectedOf, Unselected } from "../graph/paths/path-types.js";
import type { CollectionRules, KnownProperties } from "../graph/query/collection-rules.js";
import { users as userMarks } from "../graph/query/filter-marks.js";
import {
  type DefaultUserProperty,
  type ListedUser,
  listableProperties,
  type UserExpansion,
  type UserProperty,
  unlistableProperties,
  userRelations,
} from "./user-properties.js";

/** A property that Graph sorts users by. */
export type UserOrder =
  `${"displayName" | "userPrincipalName" | "createdDateTime" | "deletedDateTime"}${"" | " asc" | " desc"}`;

/** What is asked of the users, and how they are walked through. */
export interface ListUsersOptions<S extends UserProperty = UserProperty, E extends UserExpansion = UserExpansion>
  extends ListOptions {
  /**
   * Properties to read; they make the type of the users. Default: the eleven that Graph returns unasked. Names that this package doesn't know
   * are read on a beta client, from an array of any strings.
   */
  select?: readonly S[] | NamesAtRunTime | undefined;
  /** Relation to read along; Graph returns at most 20 objects of each, and none in advanced queries. */
  expand?: E | readonly E[] | undefined;
  /** Property to sort by. */
  orderBy?: UserOrder | readonly UserOrder[] | undefined;
  /** Users per page, 1 to 999. Default 999, and 500 with `signInActivity`: the documented maxima. */
  pageSize?: number | undefined;
}

export const userProperties: KnownProperties = {
  listable: listableProperties,
  unlistable: unlistableProperties,
  relations: userRelations,
  one: "/users/{id}",
  reference: "https://learn.microsoft.com/graph/api/resources/user",
  asOf: "2026-08-20",
};

/**
 * What Graph documents about querying users.
 * @see https://learn.microsoft.com/graph/aad-advanced-queries#user-properties
 */
export const userRules: CollectionRules = {
  noun: "users",
  directory: true,
  maxPageSize: 999,
  smallPages: { property: "signInActivity", maxPageSize: 500 },
  table: userMarks,
  properties: userProperties,
};

/**
 * Lists the users of the directory, all of them, or fails with an error that says where to go on. Each comes once: what
 * Graph sends again within three pages is left out, and with `restart: true` however far apart. Nothing is asked before
 * the first `next()`; walking twice lists twice; `break` cancels what is under way.
 * @throws AppIdentityError `invalid_options` or `invalid_query` at once; while listing, any code of the provider, and
 * `permission_missing`, `throttled`, `graph_unavailable`, `network_error`, `timeout`, `invalid_response`,
 * `untrusted_link`, `link_loop`, `page_token_expired`, `unsupported_query`, `bad_request`, `aborted`, with `page` and
 * `continuationToken`
 * @example
 * const filter = odata`department eq ${department}`;
 * for await (const user of listUsers(client, { select: ["id", "displayName"], filter })) {
 *   console.log(user.displayName);
 * }
 */
export function listUsers<
  S extends UserProperty | Unselected | (string & {}) = UserProperty | Unselected,
  E extends UserExpansion = never,
>(
  client: Client,
  options: ListUsersOptions<S & UserProperty, E> = {},
): Listing<string extends S ? Unforeseen<User> : ListedUser<SelectedOf<S, UserProperty, DefaultUserProperty>, E>> {
  return listCollection("listUsers()", locateCollection(client, "/users"), options, userRules);
}
