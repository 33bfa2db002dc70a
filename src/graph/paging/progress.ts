import type { Clock } from "../../clock.js";
import { ProgressListener } from "./progress-listener.js";

/** How far a listing is. */
export interface ListProgress {
  /** Pages handed out. */
  pages: number;
  /** Objects handed out. */
  items: number;
  /** Milliseconds since the listing began. */
  elapsedMs: number;
  /** Requests that were answered, those repeated and those for pages ahead included. */
  requests: number;
  /** What they cost, as Graph counts it; a service that doesn't tell counts as nothing. */
  resourceUnits: number;
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
  /** Objects that Graph sent again, and that were handed out only once. */
  duplicatesDropped: number;
  /** Expanded relations that may not be whole, as the pages name them in `cut`. */
  cut: number;
  /** `true` in the one call that follows the last page. */
  done: boolean;
}

/** What a walk has handed out so far, and who is told. */
export class Progress {
  items = 0;
  #pages = 0;
  #cut = 0;
  #total: number | undefined;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #listener: ProgressListener<ListProgress>;

  constructor(clock: Clock, listener: ((progress: ListProgress) => unknown) | undefined) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#listener = new ProgressListener(listener);
  }

  add(page: { value: unknown[]; cut?: unknown[]; count?: number }): void {
    this.#pages += 1;
    this.items += page.value.length;
    if (Object.hasOwn(page, "cut")) this.#cut += page.cut?.length ?? 0;
    if (Object.hasOwn(page, "count")) this.#total ??= page.count;
  }

  tell(rest: Omit<ListProgress, "pages" | "items" | "cut" | "elapsedMs" | "total">): void {
    this.#listener.tell({
      pages: this.#pages,
      items: this.items,
      cut: this.#cut,
      elapsedMs: Math.round(this.#clock.monotonic() - this.#startedAt),
      ...(this.#total !== undefined && { total: this.#total }),
      ...rest,
    });
  }
}
