import type { Client } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import type { AppIdentityError } from "../errors.js";
import { refusal } from "../refusal.js";
import { EachReader, type ReadProgress } from "./batch/each-reader.js";
import { locateCollection } from "./collection.js";
import type { ValueAt } from "./paths/value-types.js";

export type { ReadProgress } from "./batch/each-reader.js";

export interface ReadEachOptions {
  /** Batches in flight, each of up to 20 requests. Default 4. */
  concurrency?: number | undefined;
  /**
   * What becomes of a request that fails for good: `"throw"` ends the reading with its error, `"yield"` brings
   * `{ item, error }` in its place and goes on. Failures of the whole (token, abort, an outer refusal) always throw.
   * Default `"throw"`.
   */
  failed?: "throw" | "yield" | undefined;
  /** Stops the reading within milliseconds, wherever it is. */
  signal?: AbortSignal | undefined;
  /** Told after each item, and once more, with `done: true`, at the end. */
  onProgress?: ((progress: ReadProgress) => void) | undefined;
}

/** An item and what its path leads to; `undefined` where Graph has nothing there. */
export interface Read<I, V> {
  item: I;
  value: V | undefined;
}

/** An item whose request failed for good. */
export interface Unread<I> {
  item: I;
  error: AppIdentityError;
}

const checks = {
  concurrency: kinds.amount,
  failed: { accepts: (value) => value === "throw" || value === "yield", expected: '"throw" or "yield"' },
  signal: kinds.signal,
  onProgress: kinds.callback,
} satisfies Checks<ReadEachOptions>;

/**
 * Reads what belongs to each of many: managers, owners, memberships, photos. Twenty requests go in one batch, and what comes is
 * in the order of `items`, all of it, each once.
 *
 * The value is the object that the path leads to; the complete array, where it is a collection; a `Uint8Array`, where it is bytes; and
 * `undefined`, where Graph answers 404. Requests that were throttled or failed in passing are repeated, never earlier than Graph asks, and
 * those that succeeded aren't; each has the client's `retry.budgetMs`. No more than 20 × (concurrency + 1) items are taken ahead of what was
 * handed out, and `break` closes the source. Errors of `items` and `pathOf` pass through as they are.
 * @throws AppIdentityError `invalid_options`; while reading, any code but those of options, with `path`
 * @see https://learn.microsoft.com/graph/json-batching
 * @example
 * const groups = listAll(client, "/groups", { select: ["id"] });
 * for await (const { item, value } of readEach(client, groups, ({ id }) => `/groups/${id}/owners?$select=id`)) {
 *   console.log(item.id, value?.length);
 * }
 */
export function readEach<I, P extends string | object>(
  client: Client,
  items: Iterable<I> | AsyncIterable<I>,
  pathOf: (item: I) => P extends object ? string : P,
  options: ReadEachOptions & { failed: "yield" },
): AsyncIterableIterator<(Read<I, ValueAt<P>> & { error?: undefined }) | (Unread<I> & { value?: undefined })>;
export function readEach<I, P extends string | object>(
  client: Client,
  items: Iterable<I> | AsyncIterable<I>,
  pathOf: (item: I) => P extends object ? string : P,
  options?: ReadEachOptions,
): AsyncIterableIterator<Read<I, ValueAt<P>>>;
export function readEach<I>(
  client: Client,
  items: Iterable<I> | AsyncIterable<I>,
  pathOf: (item: I) => string,
  options: ReadEachOptions = {},
): AsyncIterableIterator<Read<I, unknown> | Unread<I>> {
  const given = checkedOptions(options, checks, "readEach()");
  const source = items as Partial<Iterable<I> & AsyncIterable<I>> | null | undefined;
  if (typeof items === "string" || !(source?.[Symbol.asyncIterator] ?? source?.[Symbol.iterator])) {
    throw refusal(
      "invalid_options",
      '"items" of readEach() can\'t be iterated.',
      "Give an array, a listing, or any other iterable.",
    );
  }
  if (typeof pathOf !== "function") {
    throw refusal(
      "invalid_options",
      '"pathOf" of readEach() is not a function.',
      "Give a function that makes a path of an item.",
    );
  }
  // Looked at once, so that what is no client fails here.
  locateCollection(client, "/");
  return new EachReader(client, items, pathOf, given);
}
