/** How far a listing is. */
export interface ListProgress {
  /** Pages handed out. */
  pages: number;
  /** Objects handed out. */
  items: number;
  /** Milliseconds since the listing began. */
  elapsedMs: number;
  /** Requests that had to be repeated. */
  retries: number;
  /** Milliseconds spent waiting because Graph asked for it. */
  throttledMs: number;
  /** How many there are in all; known only where `count` was asked. */
  total?: number;
  /** Graph's ids of the latest page requests, the last one last, at most 100. */
  requestIds: readonly string[];
  /** How often the listing began again because Graph had lost its place. */
  restarts: number;
  /** Objects that Graph sent again after it had lost its place, and that were handed out only once. */
  duplicatesDropped: number;
  /** `true` in the one call that follows the last page. */
  done: boolean;
}
