import { createHash } from "node:crypto";
import { coprimeFrom } from "../chance/coprime.js";
import { mix } from "../chance/seeded.js";
import type { ObjectRef, ObjectSet } from "../directory/object-set.js";
import type { EmulatorClock } from "../wire/messages.js";
import { gap } from "./gaps/gap.js";
import type { PageTokens } from "./page-token.js";
import type { QueryOptions } from "./query/options.js";
import type { GraphQuery, Restriction } from "./query/parse-query.js";
import { recordedRefusal } from "./recorded-refusal.js";
import { GraphRefusal } from "./refusal.js";
import { createSnapshots } from "./sorted-snapshots.js";
import type { GraphSwitches } from "./switches.js";

interface Page {
  objects: ObjectRef[];
  /** Number of members that match; on the first page, where it was asked for. */
  count: number | undefined;
  /** Content of the next page's `$skiptoken`; `undefined` on the last page. */
  next: string | undefined;
}

interface Listed {
  set: ObjectSet;
  query: GraphQuery;
  options: QueryOptions;
  /** A token is good for the listing it is from. */
  address: string;
}

/** Cuts listings into pages. A page knows where it starts from its token alone. */
export interface Listing {
  page(listed: Listed): Page;
  /** How many members match. */
  count(set: ObjectSet, query: Restriction): number;
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

/** What a page is cut from: objects by position. */
type Sequence = Pick<ObjectSet, "end" | "next" | "at">;

/** The emulator filters and sorts one by one; more than this would make a test wait for it. */
const mostScanned = 100_000;

/** Over sixty lines: the steps of one page, which share tokens, switches and clock. */
export function createListing({ tokens, switches, clock, random, pageSize }: ListingOptions): Listing {
  const snapshots = createSnapshots();
  const digestOf = ({ address, options }: Listed) => digest(`${address.toLowerCase()} ${options.fingerprint}`);

  function start(listed: Listed): Place {
    const order = switches.shuffle ? 1 + Math.floor(random() * 2 ** 32) : 0;
    return { position: 0, order, query: digestOf(listed), eventual: listed.options.eventual, at: clock.now() };
  }

  function resume(token: string, listed: Listed): Place {
    const place = tokens.open(token) as Place | undefined;
    if (!place || place.query !== digestOf(listed)) throw unknownToken();
    const headerLost = place.eventual && !listed.options.eventual;
    if (headerLost && /\/microsoft\.graph\.\w+$/i.test(listed.address)) throw recordedRefusal("castPageHeader");
    if (clock.now() - place.at > switches.pageTokenLifetimeMs || headerLost) throw expiredToken();
    return place;
  }

  /** Members by position: sorted, the few that the filter names, or all in the order of the listing. */
  function sequence({ set, query }: Listed, place: Place): Sequence {
    const found = candidates(set, query);
    if (query.orderBy.length > 0) {
      place.snapshot ??= snapshots.add(sorted(found, query));
      const positions = snapshots.get(place.snapshot);
      if (!positions) throw expiredToken();
      return { end: positions.length, next: same, at: (position) => found.at(positions[position]!) };
    }
    return query.names || place.order === 0 ? found : shuffled(set, place.order);
  }

  function count(set: ObjectSet, query: Restriction): number {
    return query.matches ? positionsWhere(candidates(set, query), query).length : set.count;
  }

  return {
    page(listed) {
      const { set, query, options } = listed;
      const token = options.get("$skiptoken");
      const place = token === undefined ? start(listed) : resume(token, listed);
      const { end, next, at } = sequence(listed, place);
      const matches = place.snapshot ? undefined : query.matches;
      const page: Page = {
        objects: [],
        count: query.count && token === undefined ? count(set, query) : undefined,
        next: undefined,
      };
      const room = pageSize(query.top);
      for (let position = next(place.position); position < end; position = next(position + 1)) {
        const object = at(position);
        if (!object || (matches && !matches(object.collection.member(object.key)))) continue;
        if (page.objects.length === room) {
          page.next = tokens.seal({ ...place, position, at: clock.now() });
          break;
        }
        page.objects.push(object);
      }
      return page;
    },
    count,
    reset: () => snapshots.clear(),
  };
}

const same = (position: number) => position;

function limitScan(set: ObjectSet): void {
  const { count } = set;
  if (count <= mostScanned) return;
  const most = mostScanned.toLocaleString("en");
  const names = set.collections.map(({ name }) => name).join(", ");
  throw gap(`filtering, searching and sorting more than ${most} ${names} (here are ${count.toLocaleString("en")})`);
}

/** Members by the names a filter asks for; none where there is nobody, and where a name comes again, so that places stay. */
function named(set: ObjectSet, names: readonly string[]): (ObjectRef | undefined)[] {
  const seen = new Set<string>();
  return names.map((name) => {
    const object = objectNamed(set, name);
    const own = object && `${object.collection.name} ${object.key}`;
    if (own === undefined || seen.has(own)) return undefined;
    seen.add(own);
    return object;
  });
}

function objectNamed(set: ObjectSet, name: string): ObjectRef | undefined {
  for (const collection of set.collections) {
    const key = collection.keyOf(name);
    if (key !== undefined && set.has({ collection, key })) return { collection, key };
  }
  return undefined;
}

/** What a query has to go through: the few that it names, or all of the set where those aren't too many. */
function candidates(set: ObjectSet, { matches, names, orderBy = [] }: Restriction & Partial<GraphQuery>): Sequence {
  if (names) {
    const objects = named(set, names);
    return { end: objects.length, next: same, at: (position) => objects[position] };
  }
  if (matches || orderBy.length > 0) limitScan(set);
  return set;
}

function positionsWhere({ end, next, at }: Sequence, { matches }: Restriction): number[] {
  const found: number[] = [];
  for (let position = next(0); position < end; position = next(position + 1)) {
    const object = at(position);
    if (object && (!matches || matches(object.collection.member(object.key)))) found.push(position);
  }
  return found;
}

/** Positions in the order asked for. */
function sorted(found: Sequence, query: GraphQuery): Float64Array {
  const { orderBy } = query;
  const rows = positionsWhere(found, query).map((position) => {
    const { collection, key } = found.at(position)!;
    const read = collection.member(key);
    return { position, values: orderBy.map(({ property }) => String(read(property) ?? "").toLowerCase()) };
  });
  rows.sort((a, b) => {
    for (const [index, { descending }] of orderBy.entries()) {
      const [left, right] = [a.values[index]!, b.values[index]!];
      if (left !== right) return left < right === descending ? 1 : -1;
    }
    return a.position - b.position;
  });
  return Float64Array.from(rows, ({ position }) => position);
}

/** A shuffled order is a walk through the positions that were there from the start, in steps coprime with their number. */
function shuffled(set: ObjectSet, order: number): Sequence {
  const { generated } = set;
  if (generated < 2) return set;
  const offset = mix(order, 1) % generated;
  const step = coprimeFrom(1 + (mix(order, 2) % generated), generated);
  return {
    end: set.end,
    next: same,
    at: (position) => set.at(position < generated ? (offset + position * step) % generated : position),
  };
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
