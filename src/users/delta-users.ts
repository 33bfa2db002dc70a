import type { Client } from "@microsoft/microsoft-graph-client";
import { AppIdentityError } from "../errors.js";
import { type Collection, locateCollection } from "../graph/collection.js";
import { checkedOptions, type WalkOptions } from "../graph/list-options.js";
import { fingerprint } from "../graph/paging/continuation-token.js";
import { trustedLink } from "../graph/paging/links.js";
import { type Listing, listing } from "../graph/paging/listing.js";
import type { ChangePage } from "../graph/paging/page-walk.js";
import { buildQuery } from "../graph/query/build-query.js";
import { odata } from "../graph/query/odata.js";
import { userRules } from "./list-users.js";
import type { DefaultUserProperty, ListedUser, UserProperty } from "./user-properties.js";

/** Which changes to read. */
export interface DeltaUsersOptions<S extends UserProperty = UserProperty> extends WalkOptions {
  /** Where the last round ended. Default: a first round, which lists every user. Good for seven days. */
  deltaLink?: string | undefined;
  /** Begins with what changes from now on: the round is empty and brings a `deltaLink`. Default `false`. */
  latest?: boolean | undefined;
  /**
   * Properties to watch; `id` always comes too. Give the same in every round: the `deltaLink` holds them, but a round
   * that begins anew takes them from here. Default: those that Graph watches unasked.
   */
  select?: readonly S[] | undefined;
  /** Watches these users only, 50 at most. Default: all. */
  ids?: readonly string[] | undefined;
  /** Brings of changed users the changed properties only. Default `false`: all that are watched. */
  minimal?: boolean | undefined;
}

/**
 * One user that was created, changed or removed. `reset` stands on the first change after Graph asked to begin anew.
 */
export type UserChange<S extends UserProperty = DefaultUserProperty> =
  | { user: ListedUser<S | "id">; removed?: undefined; reset?: true }
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  | { user: { id: string }; removed: "changed" | "deleted"; reset?: true };

/** A round of changes. */
export interface UserChanges<S extends UserProperty = DefaultUserProperty>
  extends Listing<UserChange<S>, ChangePage<UserChange<S>>> {
  /** Where the next round begins; known once a walk has come to its end. */
  readonly deltaLink: string | undefined;
}

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
  const given = checkedOptions(
    options,
    ["deltaLink", "latest", "select", "ids", "minimal", "prefetch", "signal", "onProgress"],
    "deltaUsers()",
  );
  const { deltaLink, latest = false, select, ids, minimal = false, prefetch = true, signal, onProgress } = given;
  if (latest && deltaLink !== undefined) {
    throw invalid('"latest" and "deltaLink" are both given.', "Give latest to begin now, or deltaLink to go on.");
  }
  if (ids !== undefined && ids.length > 50) {
    throw invalid(
      `"ids" holds ${ids.length} ids, and Graph watches 50 at most.`,
      "Watch all users, or in several rounds.",
    );
  }
  const { traits, url, scope: delta } = locateCollection(client, "/users/delta");
  const scope = { ...delta, path: delta.path.replace(/\/delta$/, "") };
  const filter = ids?.map((id) => odata`id eq ${id}`).join(" or ");
  // Rounds of changes know neither page sizes nor advanced queries.
  const rules = { noun: userRules.noun, properties: userRules.properties, directory: false };
  const { url: firstLink } = buildQuery(url, { select, filter }, rules);
  const headers: Record<string, string> = minimal ? { Prefer: "return=minimal" } : {};
  const now = `${firstLink}${firstLink.includes("?") ? "&" : "?"}$deltatoken=latest`;
  const start = latest ? now : deltaLink && checkedDeltaLink(deltaLink, scope);
  let end: string | undefined;
  const changes = { read, onEnd: (link: string) => (end = link) };
  const round = listing<UserChange<S>, ChangePage<UserChange<S>>>({
    client,
    traits,
    firstLink,
    headers,
    scope,
    query: fingerprint(firstLink, headers),
    start: start ? { link: start, page: 1 } : undefined,
    prefetch,
    restart: false,
    signal,
    onProgress,
    changes,
  });
  return {
    ...round,
    get deltaLink() {
      return end;
    },
  };
}

/**
 * One change per user of a page: what comes later adds to what came before, or takes its place where the user was
 * removed.
 */
function read(entries: readonly Record<string, unknown>[], reset: boolean): unknown[] {
  const changes = new Map<string, { user: object; removed?: "changed" | "deleted"; reset?: true }>();
  for (const { "@removed": removed, ...user } of entries) {
    const { id } = user;
    if (typeof id !== "string") {
      throw new AppIdentityError("invalid_response", "Graph reported a change of something without an id.", {
        remedy: "Try again later; if it stays, report the request id to Microsoft.",
      });
    }
    const before = changes.get(id);
    // Deleted first, so that a user stands where the last word on it stood.
    changes.delete(id);
    if (removed === undefined) changes.set(id, { user: before?.removed ? user : { ...before?.user, ...user } });
    else changes.set(id, { user: { id }, removed: isRestorable(removed) ? "changed" : "deleted" });
  }
  const [first] = changes.values();
  if (reset && first !== undefined) first.reset = true;
  return [...changes.values()];
}

function isRestorable(removed: unknown): boolean {
  return (removed as { reason?: unknown } | null)?.reason === "changed";
}

function checkedDeltaLink(deltaLink: string, scope: Collection["scope"]): string {
  try {
    const link = trustedLink(deltaLink, deltaLink, scope);
    if (!/\/(microsoft\.graph\.)?delta(\(\))?$/i.test(new URL(link).pathname)) {
      throw new TypeError("It leads to the users themselves, whose listing never ends with a deltaLink.");
    }
    return link;
  } catch (cause) {
    throw new AppIdentityError("invalid_continuation_token", "The deltaLink doesn't lead to the users of this Graph.", {
      remedy: `Pass one that a round on ${scope.origin} ended with, unchanged, or none to begin a first round.`,
      cause,
    });
  }
}

function invalid(message: string, remedy: string): AppIdentityError {
  return new AppIdentityError("invalid_options", message, { remedy });
}
