import { createHash } from "node:crypto";
import { coprimeFrom } from "../chance/coprime.js";
import { mix } from "../chance/seeded.js";
import type { Collection } from "../directory/collection.js";
import type { EmulatorClock } from "../wire/messages.js";
import type { PageTokens } from "./page-token.js";
import type { QueryOptions } from "./query/options.js";
import { type GraphQuery, parseListQuery, type Restriction } from "./query/parse-query.js";
import { GraphRefusal, unsupportedQuery } from "./refusal.js";
import { createSnapshots } from "./sorted-snapshots.js";
import type { GraphSwitches } from "./switches.js";

interface Page {
  query: GraphQuery;
  keys: number[];
  /** Number of members that match; on the first page, where it was asked for. */
  count: number | undefined;
  /** Content of the next page's `$skiptoken`; `undefined` on the last page. */
  next: string | undefined;
}

/** Cuts listings into pages. A page knows where it starts from its token alone. */
export interface Listing {
  page(collection: Collection, options: QueryOptions): Page;
  /** How many members match. */
  count(collection: Collection, query: Restriction): number;
  reset(): void;
}

/** Where a page starts. A position means the same member for as long as the listing lasts, whoever comes or goes. */
interface Place {
  position: number;
  /** 0: in order of creation; else the number of a shuffled order. */
  order: number;
  /** A sorted listing was sorted once, on its first page. */
  snapshot?: string;
  query: string;
  eventual: boolean;
  at: number;
}

interface ListingOptions {
  tokens: PageTokens;
  switches: GraphSwitches;
  clock: EmulatorClock;
  random: () => number;
  /** How much of a page is used. */
  pageSize(wanted: number): number;
}

/** The emulator filters and sorts one by one; more than this would make a test wait for it. */
const mostScanned = 100_000;

export function createListing({ tokens, switches, clock, random, pageSize }: ListingOptions): Listing {
  const snapshots = createSnapshots();

  function start(options: QueryOptions): Place {
    const order = switches.shuffle ? 1 + Math.floor(random() * 2 ** 32) : 0;
    return { position: 0, order, query: digest(options.fingerprint), eventual: options.eventual, at: clock.now() };
  }

  function resume(token: string, options: QueryOptions): Place {
    const place = tokens.open(token) as Place | undefined;
    if (!place || place.query !== digest(options.fingerprint)) throw unknownToken();
    if (clock.now() - place.at > switches.pageTokenLifetimeMs || (place.eventual && !options.eventual))
      throw expiredToken();
    return place;
  }

  /** Keys by position: sorted, the few that the filter names, or all in the order of the listing. */
  function sequence(
    collection: Collection,
    query: GraphQuery,
    place: Place,
  ): { length: number; keyAt(position: number): number } {
    if (query.orderBy.length > 0) {
      place.snapshot ??= snapshots.add(sorted(collection, query));
      const keys = snapshots.get(place.snapshot);
      if (!keys) throw expiredToken();
      return { length: keys.length, keyAt: (position) => keys[position]! };
    }
    if (query.names) {
      const keys = named(collection, query.names);
      return { length: keys.length, keyAt: (position) => keys[position]! };
    }
    if (query.matches) limitScan(collection);
    return { length: collection.end, keyAt: shuffled(collection, place.order) };
  }

  function count(collection: Collection, query: Restriction): number {
    return query.matches ? keysWhere(collection, query).length : collection.count;
  }

  return {
    page(collection, options) {
      const token = options.get("$skiptoken");
      const place = token === undefined ? start(options) : resume(token, options);
      const query = parseListQuery(options, collection);
      const { length, keyAt } = sequence(collection, query, place);
      const matches = query.matches;
      const page: Page = {
        query,
        keys: [],
        count: query.count && token === undefined ? count(collection, query) : undefined,
        next: undefined,
      };
      const room = pageSize(query.top);
      for (let position = place.position; position < length; position += 1) {
        const key = keyAt(position);
        if (!collection.exists(key) || (matches && !place.snapshot && !matches(collection.member(key)))) continue;
        if (page.keys.length === room) {
          page.next = tokens.seal({ ...place, position, at: clock.now() });
          break;
        }
        page.keys.push(key);
      }
      return page;
    },
    count,
    reset: () => snapshots.clear(),
  };
}

function limitScan(collection: Collection): void {
  if (collection.count <= mostScanned) return;
  const most = mostScanned.toLocaleString("en");
  throw unsupportedQuery(
    `The emulator filters, searches and sorts up to ${most} ${collection.name}; this tenant has ${collection.count.toLocaleString("en")}.`,
  );
}

/** Keys by the names a filter asks for; -1 where there is nobody, and where a name comes again, so that places stay. */
function named(collection: Collection, names: readonly string[]): number[] {
  const seen = new Set<number>();
  return names.map((name) => {
    const key = collection.keyOf(name) ?? -1;
    const first = !seen.has(key);
    seen.add(key);
    return first ? key : -1;
  });
}

function keysWhere(collection: Collection, { matches, names }: Restriction): number[] {
  if (!names) limitScan(collection);
  const candidates = names ? named(collection, names) : Array.from({ length: collection.end }, (_, key) => key);
  return candidates.filter((key) => collection.exists(key) && (!matches || matches(collection.member(key))));
}

function sorted(collection: Collection, query: GraphQuery): Int32Array {
  const { orderBy } = query;
  const rows = keysWhere(collection, query).map((key) => {
    const read = collection.member(key);
    return { key, values: orderBy.map(({ property }) => String(read(property) ?? "").toLowerCase()) };
  });
  rows.sort((a, b) => {
    for (const [index, { descending }] of orderBy.entries()) {
      const [left, right] = [a.values[index]!, b.values[index]!];
      if (left !== right) return left < right === descending ? 1 : -1;
    }
    return a.key - b.key;
  });
  return Int32Array.from(rows, ({ key }) => key);
}

/** Position → key. A shuffled order is a walk through the generated keys in steps coprime with their number. */
function shuffled({ generated }: Collection, order: number): (position: number) => number {
  if (order === 0 || generated < 2) return (position) => position;
  const offset = mix(order, 1) % generated;
  const step = coprimeFrom(1 + (mix(order, 2) % generated), generated);
  return (position) => (position < generated ? (offset + position * step) % generated : position);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 10);
}

function unknownToken(): GraphRefusal {
  return new GraphRefusal(
    400,
    "DirectoryPageTokenNotFoundException",
    "The specified page token is not valid for this request.",
  );
}

function expiredToken(): GraphRefusal {
  const message = "The specified page token value has expired and can no longer be included in your request.";
  return new GraphRefusal(400, "Directory_ExpiredPageToken", message);
}
