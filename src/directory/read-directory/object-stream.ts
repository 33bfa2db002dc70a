import type { Changes } from "../../graph/paging/change-round.js";
import { linkIn } from "../../graph/paging/continuation-token.js";
import type { Listing } from "../../graph/paging/listing.js";
import { isOwnError } from "../../own-error.js";

/** How the objects of one kind are asked for. */
export interface ObjectSource {
  count(): Promise<number>;
  list(): Listing<{ id: string }>;
  changes(start: { deltaLink?: string | undefined; latest?: boolean }): Changes<ObjectChange>;
}

/** What happened to one object. */
export interface ObjectChange {
  value: { id: string };
  removed?: "changed" | "deleted" | undefined;
}

/** Where a stream of objects stands. */
export interface ObjectState {
  /** Into a round of changes, or to its end. */
  link?: string | undefined;
  /** Where the changes begin that came while everything was listed; `undefined` where nothing is. */
  minted?: string | undefined;
  /** Into the listing. */
  token?: string | undefined;
}

/** Some of what happened, and where the stream stands then. */
export interface ObjectPage {
  objects: ObjectChange[];
  state: ObjectState;
  reset?: true | undefined;
  done?: true | undefined;
}

/** From so many objects on, listing them takes clearly fewer pages than a first round of changes, which come 200 to a page. */
const worthListing = 10_000;
const mostListings = 3;

/**
 * All objects of a kind, and what has changed ever since. A large first round is a listing, whose pages hold five times as
 * many; the link to what changes meanwhile is taken before it begins.
 */
export async function* objectPages(source: ObjectSource, from: ObjectState): AsyncGenerator<ObjectPage> {
  let state = from;
  const isNew = state.link === undefined && state.minted === undefined;
  if (isNew && (await source.count()) > worthListing) state = { minted: await mint(source) };
  if (state.minted !== undefined) {
    yield* listedPages(source, state.minted, state.token);
    state = { link: state.minted };
  }
  for await (const page of source.changes({ deltaLink: state.link }).byPage()) {
    const link = page.deltaLink ?? linkIn(page.continuationToken as string);
    const done = page.deltaLink === undefined ? undefined : true;
    yield { objects: page.value, state: { link }, reset: page.reset, done };
  }
}

async function mint(source: ObjectSource): Promise<string> {
  const now = source.changes({ latest: true });
  await now.toArray();
  return now.deltaLink as string;
}

/** A listing whose place is lost begins again: what it tells twice is told once more, and who has gone is told by the changes. */
async function* listedPages(
  source: ObjectSource,
  minted: string,
  from: string | undefined,
): AsyncGenerator<ObjectPage> {
  let token = from;
  for (let listings = 1; ; listings++) {
    try {
      for await (const { value, continuationToken } of source.list().byPage({ continuationToken: token })) {
        token = continuationToken;
        const objects = value.map((object) => ({ value: object }));
        const state = token === undefined ? { link: minted } : { minted, token };
        yield { objects, state };
      }
      return;
    } catch (error) {
      const isLost = isOwnError(error) && error.code === "page_token_expired";
      if (!isLost || token === undefined || listings >= mostListings) throw error;
      token = undefined;
    }
  }
}
