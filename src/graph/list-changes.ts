import type { Client } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import type { AppIdentityError } from "../errors.js";
import { refusal } from "../refusal.js";
import { locateCollection, withSegment } from "./collection.js";
import { type WalkOptions, walkChecks } from "./list-options.js";
import { type Changes, changeRound } from "./paging/change-round.js";
import { fingerprint } from "./paging/continuation-token.js";
import type { ObjectChange } from "./paging/merge-changes.js";
import { isDelta } from "./paging/resource.js";
import { buildQuery } from "./query/build-query.js";
import type { CollectionRules } from "./query/collection-rules.js";
import { odata } from "./query/odata.js";

/** Which changes of a collection to read. */
export interface ChangeOptions<S extends string = string> extends WalkOptions {
  /** Where the last round ended. Default: a first round, which lists everything. Good for seven days. */
  deltaLink?: string | undefined;
  /** Begins with what changes from now on: the round is empty and brings a `deltaLink`. Default `false`. */
  latest?: boolean | undefined;
  /**
   * Properties to watch; `id` always comes too. Give the same in every round: the `deltaLink` holds them, but a round
   * that begins anew takes them from here. Default: those that Graph watches unasked.
   */
  select?: readonly S[] | undefined;
  /** Watches these objects only, 50 at most. Default: all. */
  ids?: readonly string[] | undefined;
  /** Brings of changed objects the changed properties only. Default `false`: all that are watched. */
  minimal?: boolean | undefined;
}

const checks = {
  deltaLink: kinds.text,
  latest: kinds.flag,
  select: kinds.names,
  ids: kinds.names,
  minimal: kinds.flag,
  ...walkChecks,
} satisfies Checks<ChangeOptions>;

const mostIds = 50;

/** A round of changes of the collection at `path`, in the caller's terms. */
export function listChanges<C>(
  caller: string,
  client: Client,
  path: string,
  options: ChangeOptions,
  { noun, properties }: Pick<CollectionRules, "noun" | "properties">,
  shape: (change: ObjectChange) => C,
): Changes<C> {
  const { deltaLink, latest, select, ids, minimal, prefetch, signal, onProgress } = checkedOptions(
    options,
    checks,
    caller,
  );
  if (latest && deltaLink !== undefined) {
    throw refusal(
      "invalid_options",
      '"latest" and "deltaLink" are both given.',
      "Give latest to begin now, or deltaLink to go on.",
    );
  }
  if (ids !== undefined && ids.length > mostIds) {
    throw refusal(
      "invalid_options",
      `"ids" holds ${ids.length} ids, and Graph watches ${mostIds} at most.`,
      "Watch all of them, or in several rounds.",
    );
  }
  if (isDelta(locateCollection(client, path).scope.path)) {
    throw refusal(
      "invalid_options",
      `${caller} takes the path of the collection, without "/delta".`,
      'Give a path such as "/devices"; a deltaLink goes into the options.',
    );
  }
  const { traits, url, scope } = locateCollection(client, withSegment(path, "delta"));
  const filter = ids?.map((id) => odata`id eq ${id}`).join(" or ");
  // Rounds of changes know neither page sizes nor advanced queries.
  const { url: firstLink } = buildQuery(url, { select, filter }, { noun, properties, directory: false });
  const headers: Record<string, string> = minimal ? { Prefer: "return=minimal" } : {};
  const query = fingerprint(firstLink, headers);
  const walk = { client, traits, firstLink, headers, scope, query, prefetch: prefetch ?? true, signal, onProgress };
  return changeRound({ ...walk, advise }, { deltaLink, latest }, shape);
}

/** Rounds of changes have neither `restart` nor `count`, which other advice leads to. */
function advise(failure: AppIdentityError): AppIdentityError {
  if (failure.code === "page_token_expired") {
    return failure.with({ remedy: "Graph takes neither this state nor a new round: try again later." });
  }
  if (failure.code !== "unsupported_query" && failure.graphCode !== "Request_UnsupportedQuery") return failure;
  return failure.with({
    remedy:
      "Graph can't watch what was asked for: leave out of select what its message names, and give 50 ids at most.",
  });
}
