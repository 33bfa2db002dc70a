import { SeenIds } from "./id-set.js";
import type { Reading, Taken } from "./reading.js";
import type { GraphPage } from "./request-page.js";

/** The objects of a listing: each is handed out once, as far as what was handed out is remembered. */
export class HandedOut implements Reading {
  duplicatesDropped = 0;
  readonly #seen: SeenIds | undefined;
  readonly #fromStart: boolean;
  /** Whether something without an id was handed out, which couldn't be told from what comes again. */
  #nameless = false;
  #lastIds: readonly string[] | undefined;
  /**
   * Objects of the last page that may come again since its link was asked once more: pages needn't be cut twice in the
   * same way.
   */
  readonly #repeats = new Set<string>();
  /** How many of those handed out before a restart haven't come again since. */
  #missing = 0;

  /**
   * @param all remembers every id, so that the walk can begin again
   * @param fromStart whether it began with the first page; else nobody knows what was handed out before
   */
  constructor(all: boolean, fromStart: boolean) {
    this.#seen = all ? new SeenIds() : undefined;
    this.#fromStart = fromStart;
  }

  get behind(): boolean {
    return this.#missing + this.#repeats.size > 0;
  }

  get canRestart(): boolean {
    return this.#seen !== undefined && this.#fromStart && !this.#nameless;
  }

  take({ value, ids }: GraphPage): Taken {
    this.#lastIds = ids;
    this.#nameless ||= ids === undefined;
    return { value: this.#unseen(value, ids) };
  }

  repeatLast(): boolean {
    for (const id of this.#lastIds ?? []) this.#repeats.add(id);
    return this.#lastIds !== undefined;
  }

  restart(): void {
    this.#missing = this.#seen?.size ?? 0;
    this.#repeats.clear();
  }

  /** What wasn't handed out before, as far as that is remembered. */
  #unseen(value: GraphPage["value"], ids: readonly string[] | undefined): GraphPage["value"] {
    const [seen, repeats] = [this.#seen, this.#repeats];
    if (ids === undefined || (seen === undefined && repeats.size === 0)) return value;
    const unrepeated = value.filter((_, index) => !repeats.delete(ids[index]!));
    // What hasn't come again by now won't come.
    if (value.length > 0 && unrepeated.length === value.length) repeats.clear();
    const fresh = seen === undefined ? unrepeated : unrepeated.filter(({ id }) => seen.add(id as string));
    this.#missing = Math.max(0, this.#missing - (unrepeated.length - fresh.length));
    this.duplicatesDropped += value.length - fresh.length;
    return fresh;
  }
}
