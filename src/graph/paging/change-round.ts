import { AppIdentityError } from "../../errors.js";
import { type Listing, listing } from "./listing.js";
import { mergeChanges, type ObjectChange } from "./merge-changes.js";
import type { ChangePage, Walk } from "./page-walk.js";
import type { Reading, Taken } from "./reading.js";
import type { GraphPage } from "./request-page.js";
import { storedLink } from "./stored-link.js";

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
  const { firstLink } = walk;
  const now = `${firstLink}${firstLink.includes("?") ? "&" : "?"}$deltatoken=latest`;
  const start = latest ? now : deltaLink && checkedDeltaLink(deltaLink, walk);
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
    const changes = mergeChanges(value);
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

function checkedDeltaLink(deltaLink: string, { firstLink, scope }: Pick<Walk, "firstLink" | "scope">): string {
  try {
    return storedLink(deltaLink, firstLink, scope);
  } catch (cause) {
    throw new AppIdentityError("invalid_continuation_token", "The deltaLink isn't one of this round of changes.", {
      remedy: `Pass one that a round on ${scope.origin}${scope.path} ended with, unchanged, or none for a first round.`,
      cause,
    });
  }
}
