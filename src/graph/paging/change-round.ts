import { AppIdentityError } from "../../errors.js";
import { type LinkScope, trustedLink } from "./links.js";
import { type Listing, listing } from "./listing.js";
import type { ChangePage, Walk } from "./page-walk.js";
import type { Reading, Taken } from "./reading.js";
import type { GraphPage } from "./request-page.js";

/** What happened to one object. */
export interface ObjectChange {
  /** What is known of it now; of one that was removed, its id alone. */
  value: { id: string };
  /** `changed` can be restored from the recycle bin, `deleted` can't. */
  removed?: "changed" | "deleted";
  /** Stands on the first change after Graph asked to begin anew. */
  reset?: true;
}

/** A round of changes that can be walked through. */
export interface Changes<C> extends Listing<C, ChangePage<C>> {
  /** Where the next round begins; known once a walk has come to its end. */
  readonly deltaLink: string | undefined;
}

/** Where a round begins that isn't the first: where the last one ended, or now. */
export interface RoundStart {
  deltaLink?: string | undefined;
  latest?: boolean | undefined;
}

/**
 * A round of changes of any collection that has delta. It ends with the link to the next round; where Graph has forgotten
 * the state it begins anew, and says so by `reset`.
 * @throws AppIdentityError `invalid_continuation_token` for a link that leads elsewhere
 */
export function changeRound<C>(
  walk: Omit<Walk, "reading" | "start" | "onDeltaLink">,
  { deltaLink, latest = false }: RoundStart,
  shape: (change: ObjectChange) => C,
): Changes<C> {
  const { firstLink, scope } = walk;
  const now = `${firstLink}${firstLink.includes("?") ? "&" : "?"}$deltatoken=latest`;
  const start = latest ? now : deltaLink && checkedDeltaLink(deltaLink, scope);
  let end: string | undefined;
  const round = listing<C, ChangePage<C>>({
    ...walk,
    start: start ? { link: start, page: 1 } : undefined,
    reading: () => new RoundOfChanges(shape),
    onDeltaLink: (link) => {
      end = link;
    },
  });
  return {
    ...round,
    get deltaLink() {
      return end;
    },
  };
}

/** The changes of a round. All of them are handed out, also those that come again. */
class RoundOfChanges<C> implements Reading {
  readonly canRestart = true;
  readonly duplicatesDropped = 0;
  /** Whether a reset has to be announced. */
  behind = false;
  readonly #shape: (change: ObjectChange) => C;

  constructor(shape: (change: ObjectChange) => C) {
    this.#shape = shape;
  }

  /** A reset is announced with the first change, or at the end where there is none. */
  take({ value }: GraphPage, last: boolean): Taken {
    const reset = this.behind && (value.length > 0 || last);
    if (reset) this.behind = false;
    const changes = merged(value);
    const [first] = changes;
    if (reset && first !== undefined) first.reset = true;
    return { value: changes.map(this.#shape), ...(reset && { reset }) };
  }

  repeatLast(): boolean {
    return true;
  }

  restart(): void {
    this.behind = true;
  }
}

/**
 * One change per object of a page: what comes later adds to what came before, or takes its place where the object was
 * removed.
 */
function merged(entries: GraphPage["value"]): ObjectChange[] {
  const changes = new Map<string, ObjectChange>();
  for (const { "@removed": removed, ...value } of entries) {
    const { id } = value;
    if (typeof id !== "string") {
      throw new AppIdentityError("invalid_response", "Graph reported a change of something without an id.", {
        remedy: "Try again later; if it stays, report the request id to Microsoft.",
      });
    }
    const before = changes.get(id);
    // Deleted first, so that an object stands where the last word on it stood.
    changes.delete(id);
    const known = before?.removed ? undefined : before?.value;
    if (removed === undefined) changes.set(id, { value: { ...known, ...value, id } });
    else changes.set(id, { value: { id }, removed: isRestorable(removed) ? "changed" : "deleted" });
  }
  return [...changes.values()];
}

function isRestorable(removed: unknown): boolean {
  return (removed as { reason?: unknown } | null)?.reason === "changed";
}

function checkedDeltaLink(deltaLink: string, scope: LinkScope): string {
  try {
    const link = trustedLink(deltaLink, deltaLink, scope);
    if (!/\/(microsoft\.graph\.)?delta(\(\))?$/i.test(new URL(link).pathname)) {
      throw new TypeError("It leads to the collection itself, whose listing never ends with a deltaLink.");
    }
    return link;
  } catch (cause) {
    throw new AppIdentityError(
      "invalid_continuation_token",
      "The deltaLink doesn't lead to this collection of Graph.",
      {
        remedy: `Pass one that a round on ${scope.origin} ended with, unchanged, or none to begin a first round.`,
        cause,
      },
    );
  }
}
