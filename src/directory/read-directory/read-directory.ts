import type { Client } from "@microsoft/microsoft-graph-client";
import { type Check, type Checks, checkedOptions, kinds } from "../../check-options.js";
import { talliedClient } from "../../graph/client.js";
import { locateCollection } from "../../graph/collection.js";
import type { SelectedOf, Unselected } from "../../graph/paths/path-types.js";
import { RequestTally } from "../../graph/requests/request-tally.js";
import { refusal } from "../../refusal.js";
import type { DefaultUserProperty, UserProperty } from "../../users/user-properties.js";
import type { DefaultGroupProperty, GroupProperty } from "../group-properties.js";
import type { DirectoryPage } from "./directory-change.js";
import { type DirectoryProgress, type DirectorySummary, DirectoryWalk } from "./directory-feed.js";
import { type Asked, directorySources } from "./directory-sources.js";
import { type Places, readPlaces } from "./places.js";
import { whole } from "./shard.js";
import { StreamPlan } from "./stream-plan.js";

/** What of the directory is read, and from where on. */
export interface ReadDirectoryOptions<U extends UserProperty = UserProperty, G extends GroupProperty = GroupProperty> {
  /** Which properties of users to read, `id` always too; `false` leaves users out. Default: the eleven that Graph returns unasked. */
  users?: { select?: readonly U[] | undefined } | false | undefined;
  /**
   * Which properties of groups to read, `id` always too; `false` leaves groups out, but for their removal where memberships are
   * read. Default: those that Graph returns unasked.
   */
  groups?: { select?: readonly G[] | undefined } | false | undefined;
  /**
   * `"delta"`, or `true`: what they are, and from then on what changed in them. `"list"`: all of them anew, to reconcile; it takes
   * the ids from the same cursors, and `"delta"` goes on afterwards. `false`: none. Default `true`.
   */
  memberships?: boolean | "delta" | "list" | undefined;
  /** Every stream's last cursor, as they were stored: pairs, or a `Map`. Default: none, which reads everything. */
  cursors?: Iterable<readonly [stream: string, cursor: string]> | undefined;
  /**
   * Reads these streams only, so that several workers share one directory. Who reads `"groups"` makes the streams of memberships
   * known, by a page without changes each, and gives new groups to those of these streams that have room, or to new ones.
   * Default: all.
   */
  streams?: Iterable<string> | undefined;
  /** Streams read at a time. Default 8. */
  concurrency?: number | undefined;
  /** Stops the reading within milliseconds, wherever it is. */
  signal?: AbortSignal | undefined;
  /** Told after each page, and once more, with `done: true`, at the end. */
  onProgress?: ((progress: DirectoryProgress) => void) | undefined;
}

/** The directory as a feed of pages. Each walk begins at the cursors that were given. */
export interface DirectoryFeed<
  U extends UserProperty = DefaultUserProperty,
  G extends GroupProperty = DefaultGroupProperty,
> extends AsyncIterable<DirectoryPage<U, G>> {
  [Symbol.asyncIterator](): AsyncIterableIterator<DirectoryPage<U, G>>;
  /** What the last walk came to, however it ended; `undefined` before. */
  readonly summary: DirectorySummary | undefined;
}

const isIterable = (value: unknown) =>
  typeof value === "object" && value !== null && typeof (value as Iterable<unknown>)[Symbol.iterator] === "function";
const selection: Check = {
  accepts: (value) => value === false || (typeof value === "object" && value !== null),
  expected: "{ select } or false",
};
const checks = {
  users: selection,
  groups: selection,
  memberships: {
    accepts: (value) => typeof value === "boolean" || value === "delta" || value === "list",
    expected: 'true, false, "delta" or "list"',
  },
  cursors: { accepts: isIterable, expected: "an iterable of [stream, cursor] pairs, such as a Map" },
  streams: { accepts: isIterable, expected: "an iterable of names, such as an array or a Set" },
  concurrency: kinds.amount,
  signal: kinds.signal,
  onProgress: kinds.callback,
} satisfies Checks<ReadDirectoryOptions>;

/**
 * Reads the directory (users, groups and who belongs to which) as a feed of pages, and when it is called again with the stored
 * cursors, what has changed since. A consumer that stores each page's changes and its cursor in one transaction may be killed
 * anywhere: the next call goes on with what is stored, and when the iteration has ended, what was stored is the directory.
 *
 * Users and groups are a stream each, memberships one for up to fifty groups (`members:<id>`), or `members` where Graph doesn't
 * watch groups by their ids. A stream's pages come in order, those of several as they arrive. Apply changes in order; they may
 * come again, and for one object or membership the last counts. `reset` on a page: what this stream told before is void, unless
 * another has told it, so keep the stream's name with what it told.
 *
 * What Graph doesn't tell: that memberships end with their user or group (a membership counts while both its ends exist, so keep
 * its row while the object is removed as `changed`, which can be restored, and drop it at `deleted`); on v1.0 service principals among
 * members; hidden memberships without `Member.Read.Hidden`; kinds that the app may not read come without their properties. `memberId`
 * may name devices and others that no stream tells. Properties that never had a value may come as null or not at all. That Graph
 * watches members by the ids of their groups is documented of each alone: where it refuses both together, one stream takes their place.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and `invalid_continuation_token` for a cursor that is damaged, or of
 * another version, stream, select or cloud; while reading, what `listUsers()` fails with, with `stream`
 * @see https://learn.microsoft.com/graph/api/group-delta
 * @example
 * for await (const page of readDirectory(client, { users: { select: ["displayName"] }, cursors: await loadCursors() })) {
 *   await transaction(async () => {
 *     await apply(page.stream, page.changes, page.reset);
 *     await saveCursor(page.stream, page.cursor);
 *   });
 * }
 */
export function readDirectory<
  U extends UserProperty | Unselected = UserProperty | Unselected,
  G extends GroupProperty | Unselected = GroupProperty | Unselected,
>(
  client: Client,
  options: ReadDirectoryOptions<U & UserProperty, G & GroupProperty> = {},
): DirectoryFeed<SelectedOf<U, UserProperty, DefaultUserProperty>, SelectedOf<G, GroupProperty, DefaultGroupProperty>> {
  const { concurrency = 8, signal, onProgress, ...given } = checkedOptions(options, checks, "readDirectory()");
  const { traits, scope } = locateCollection(client, "/");
  const asked: Asked = {
    users: selectOf(given.users, "users"),
    groups: selectOf(given.groups, "groups"),
    memberships: membershipsOf(given.memberships),
    streams: given.streams && new Set(given.streams),
    scope: { origin: scope.origin, path: scope.path.replace(/\/+$/, "") },
  };
  const sources = directorySources(client, new RequestTally(), asked);
  if (sources.users === undefined && sources.groups === undefined) {
    throw refusal(
      "invalid_options",
      "readDirectory() was asked for nothing.",
      "Leave in users, groups or memberships.",
    );
  }
  const places = readPlaces(cursorsIn(given.cursors), asked.scope, {
    users: sources.users?.selection,
    groups: sources.groups?.selection,
  });
  checkStreams(asked.streams, places, asked);
  // Looked at once, so that names and places that can't be fail here.
  for (const stream of ["users", "groups"] as const) {
    sources[stream]?.changes({ deltaLink: places[stream]?.link });
    sources[stream]?.list().byPage({ continuationToken: places[stream]?.token });
  }

  let summary: DirectorySummary | undefined;
  const walk = () => {
    const tally = new RequestTally();
    const tallied = talliedClient(client, tally);
    return new DirectoryWalk({
      concurrency,
      signal,
      onProgress,
      tally,
      clock: traits.clock,
      plan: (stop, begin) => new StreamPlan(directorySources(tallied, tally, asked, stop), places, begin),
      onEnd: (told) => {
        summary = told;
      },
    });
  };
  return {
    [Symbol.asyncIterator]: walk as never,
    get summary() {
      return summary;
    },
  };
}

function selectOf(given: unknown, name: string): Asked["users"] {
  if (given === false) return false;
  const { select } = checkedOptions<{ select?: string[] }>(
    (given ?? {}) as object,
    { select: kinds.names },
    `"${name}" of readDirectory()`,
  );
  return { select };
}

function membershipsOf(given: ReadDirectoryOptions["memberships"]): Asked["memberships"] {
  if (given === false) return undefined;
  return given === "list" ? "list" : "delta";
}

function cursorsIn(given: Iterable<unknown> | undefined): Map<string, unknown> {
  const pairs = [...(given ?? [])];
  if (pairs.every((pair) => Array.isArray(pair) && typeof pair[0] === "string"))
    return new Map(pairs as [string, string][]);
  throw refusal(
    "invalid_options",
    '"cursors" of readDirectory() holds something that is no pair of stream and cursor.',
    "Give [stream, cursor] pairs, such as the entries of a Map.",
  );
}

/** A stream that isn't known can't be read, and would be missing without a word. */
function checkStreams(streams: ReadonlySet<string> | undefined, places: Places, asked: Asked): void {
  const known = [
    ...(asked.users ? ["users"] : []),
    ...(asked.groups || asked.memberships ? ["groups"] : []),
    ...(asked.memberships ? [whole, ...places.shards.keys()] : []),
  ];
  if (streams?.size === 0) {
    throw refusal(
      "invalid_options",
      '"streams" of readDirectory() is empty.',
      "Name one, or leave it out to read all.",
    );
  }
  for (const stream of streams ?? []) {
    if (known.includes(stream)) continue;
    throw refusal(
      "invalid_options",
      `readDirectory() has no stream ${JSON.stringify(stream)?.slice(0, 100)} to read.`,
      "Name streams that are asked for; one of memberships begins with the cursor that its first page has.",
    );
  }
}
