import type { Collection } from "./collection.js";
import { GraphRefusal } from "./graph-refusal.js";
import type { GraphSwitches } from "./graph-switches.js";
import { mix } from "./mix.js";
import type { PageTokens } from "./page-token.js";
import { gcd } from "./people.js";
import type { GraphQuery } from "./query.js";
import type { EmulatorClock } from "./wire.js";

export interface Page {
  keys: number[];
  /** Content of the next page's `$skiptoken`; `undefined` on the last page. */
  next: string | undefined;
}

export type Listing = (collection: Collection, query: GraphQuery) => Page;

/** Where a page starts. Positions mean the same member for as long as the listing lasts, whoever comes or goes. */
interface Place {
  position: number;
  /** 0: in order of creation; else the number of a shuffled order. */
  order: number;
  query: string;
  at: number;
}

interface ListingOptions {
  tokens: PageTokens;
  switches: GraphSwitches;
  clock: EmulatorClock;
  seed: number;
}

export function createListing({ tokens, switches, clock, seed }: ListingOptions): Listing {
  let draws = 0;
  const draw = () => mix(seed, 80, draws++);

  function start(query: GraphQuery): Place {
    return { position: 0, order: switches.shuffle ? 1 + draw() : 0, query: query.fingerprint, at: clock.now() };
  }

  function resume(token: string, query: GraphQuery): Place {
    const place = tokens.open(token) as Place | undefined;
    if (!place || place.query !== query.fingerprint) {
      throw new GraphRefusal(
        400,
        "DirectoryPageTokenNotFoundException",
        "The specified page token is not valid for this request.",
      );
    }
    if (clock.now() - place.at > switches.pageTokenLifetimeMs) {
      const message = "The specified page token value has expired and can no longer be included in your request.";
      throw new GraphRefusal(400, "Directory_ExpiredPageToken", message);
    }
    return place;
  }

  return (collection, query) => {
    const place = query.skipToken === undefined ? start(query) : resume(query.skipToken, query);
    const keyAt = order(collection, place.order);
    const size = draw() / 2 ** 32 < switches.shortPages ? draw() % query.top : query.top;
    const keys: number[] = [];
    for (let position = place.position; position < collection.end; position += 1) {
      const key = keyAt(position);
      if (!collection.exists(key)) continue;
      if (keys.length === size) return { keys, next: tokens.seal({ ...place, position, at: clock.now() }) };
      keys.push(key);
    }
    return { keys, next: undefined };
  };
}

/** Position → key. A shuffled order is a walk through the generated keys in steps coprime with their number. */
function order({ generated }: Collection, number: number): (position: number) => number {
  if (number === 0 || generated < 2) return (position) => position;
  const offset = mix(number, 1) % generated;
  let step = mix(number, 2) % generated;
  while (gcd(step, generated) !== 1) step = (step + 1) % generated;
  return (position) => (position < generated ? (offset + position * step) % generated : position);
}
