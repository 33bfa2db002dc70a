import { type Checks, kinds } from "../check-options.js";
import type { ListProgress } from "./paging/progress.js";
import type { ListQuery } from "./query/build-query.js";

/** How a collection is walked through. */
export interface WalkOptions {
  /**
   * Fetches one page ahead while the consumer works; while the consumer waits, the next page is asked for before this
   * one is parsed. Default `true`.
   */
  prefetch?: boolean | undefined;
  /** Stops the walk within milliseconds, wherever it is. */
  signal?: AbortSignal | undefined;
  /** Told after each page, and once more, with `done: true`, at the end. */
  onProgress?: ((progress: ListProgress) => void) | undefined;
}

/** What is asked of a collection, and how it is walked through. */
export interface ListOptions extends ListQuery, WalkOptions {
  /** Ends the listing after so many objects, without asking for a page more than that takes. */
  limit?: number | undefined;
  /**
   * Where Graph loses the place for good, begins again, at most three times, and hands out only what wasn't handed out
   * yet. All ids are remembered for that, at about 20 bytes each, so that nothing comes twice however far apart; else
   * those of three pages are. Pages and errors then lack a `continuationToken`
   * until all that was handed out has come again, and a walk that began with a token can't restart. Default `false`:
   * the listing fails with `page_token_expired`.
   */
  restart?: boolean | undefined;
  /**
   * Fails with `unsupported_query` where an expanded relation may not be whole: of each Graph gives 20 objects at most, and
   * no link to more. Default: such relations are named in `cut` of their page, and by one process warning.
   */
  expandCut?: "fail" | undefined;
}

export const walkChecks = {
  prefetch: kinds.flag,
  signal: kinds.signal,
  onProgress: kinds.callback,
} satisfies Checks<WalkOptions>;

export const listChecks = {
  select: kinds.names,
  filter: kinds.text,
  search: kinds.text,
  orderBy: kinds.texts,
  expand: kinds.texts,
  count: kinds.flag,
  pageSize: kinds.amount,
  limit: kinds.amount,
  restart: kinds.flag,
  expandCut: { accepts: (value) => value === "fail", expected: '"fail"' },
  ...walkChecks,
} satisfies Checks<ListOptions>;
