import type { Client } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds } from "../check-options.js";
import { locateCollection } from "../graph/collection.js";
import { readPage, requestText } from "../graph/paging/request-page.js";
import type { Kinds } from "../graph/paths/known-paths.js";
import type { Picked, Whole } from "../graph/paths/path-types.js";
import type { AttemptPolicy } from "../graph/requests/attempt-policy.js";
import { refusal } from "../refusal.js";

/** A kind of directory object, as `types` names it. */
export type DirectoryObjectType = keyof Kinds;

export interface ReadByIdsOptions<T extends DirectoryObjectType = DirectoryObjectType, S extends string = string> {
  /** Kinds to look for. Default: all that the app may read. */
  types?: readonly T[] | undefined;
  /** Properties to read. Default: the few that Graph returns unasked. */
  select?: readonly S[] | undefined;
  /** Stops the reading within milliseconds. */
  signal?: AbortSignal | undefined;
}

/** An object of one of these kinds; `@odata.type` tells which. */
type OfKind<T extends DirectoryObjectType> = {
  [K in T]: Kinds[K] & { "@odata.type": `#microsoft.graph.${K}` };
}[T];

type PropertyOf<T extends DirectoryObjectType> = { [K in T]: keyof Kinds[K] & string }[T] | `${string}_${string}`;

type Found<T extends DirectoryObjectType, S> = undefined extends S ? Whole<OfKind<T>> : Picked<OfKind<T>, S & string>;

/** What Graph takes in one request. @see https://learn.microsoft.com/graph/api/directoryobject-getbyids */
const mostIds = 1000;

const checks = {
  types: kinds.names,
  select: kinds.names,
  signal: kinds.signal,
} satisfies Checks<ReadByIdsOptions>;

/**
 * Reads directory objects by their ids, a thousand to a request. Ids that Graph doesn't know are left out, and the order is Graph's. An id
 * that is given twice is asked for once.
 * @throws AppIdentityError `invalid_options`; while reading, what a listing fails with
 * @example
 * for await (const object of readByIds(client, ids, { types: ["user", "group"], select: ["id", "displayName"] })) {
 *   console.log(object["@odata.type"], object.displayName);
 * }
 */
export function readByIds<
  T extends DirectoryObjectType = DirectoryObjectType,
  S extends PropertyOf<T> | undefined = PropertyOf<T> | undefined,
>(
  client: Client,
  ids: Iterable<string>,
  options: ReadByIdsOptions<T, S & string> = {},
): AsyncIterableIterator<Found<T, S>> {
  const { types, select, signal } = checkedOptions(options, checks, "readByIds()");
  const all = idsOf(ids);
  const { traits, url } = locateCollection(client, "/directoryObjects/getByIds");
  const address = select === undefined ? url : `${url}?$select=${select.map(encodeURIComponent).join(",")}`;
  const policy: AttemptPolicy = { ...traits, signal, idempotent: true };
  return walk();

  async function* walk(): AsyncIterableIterator<Found<T, S>> {
    for (let start = 0; start < all.length; start += mostIds) {
      const body = { ids: all.slice(start, start + mostIds), ...(types !== undefined && { types }) };
      // Repeated like a read: it is one, and a POST only for the length of its question.
      yield* (await requestText(client, address, {}, policy, objectsIn, body)) as Found<T, S>[];
    }
  }
}

const objectsIn = (text: string, response: Response) => readPage(text, response).value as unknown[];

function idsOf(ids: unknown): string[] {
  const isIterable = typeof (ids as Iterable<unknown> | null | undefined)?.[Symbol.iterator] === "function";
  const all = isIterable && typeof ids !== "string" ? [...new Set(ids as Iterable<unknown>)] : undefined;
  if (all?.every((id) => typeof id === "string" && id.trim() !== "")) return all as string[];
  throw refusal(
    "invalid_options",
    '"ids" of readByIds() must be a list of ids.',
    "Give an array of texts, or another iterable of them.",
  );
}
