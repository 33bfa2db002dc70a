import type { Expansions } from "./expansions.js";
import { SeenIds } from "./id-set.js";
import type { Reading, Taken } from "./reading.js";
import type { GraphPage } from "./request-page.js";

/** What is known of a listing from its start. */
export interface Remembering {
  /** Remembers every id, so that the walk can begin again. */
  all: boolean;
  /** Whether it began with the first page; else nobody knows what was handed out before. */
  fromStart: boolean;
}

/** Pages overlap where something was added or removed while they were read. */
const rememberedPages = 2;

/**
 * The objects of a listing: each is handed out once, as far as what was handed out is remembered. That is the page itself
 * and the two before it; all of them, where the walk may begin again.
 */
export class HandedOut implements Reading {
  duplicatesDropped = 0;
  readonly #expansions: Expansions;
  readonly #seen: SeenIds | undefined;
  readonly #fromStart: boolean;
  /** Whether something without an id was handed out, which couldn't be told from what comes again. */
  #nameless = false;
  /** The ids of the last pages, the latest first. */
  #recent: Set<string>[] = [];
  #lastIsNameless = false;
  /** Whether the last page is about to come once more. */
  #again = false;
  /**
   * Objects of the last page that may come again since its link was asked once more: pages needn't be cut twice in the
   * same way.
   */
  readonly #repeats = new Set<string>();
  /** How many of those handed out before a restart haven't come again since. */
  #missing = 0;

  constructor({ all, fromStart }: Remembering, expansions: Expansions) {
    this.#seen = all ? new SeenIds() : undefined;
    this.#fromStart = fromStart;
    this.#expansions = expansions;
  }

  get behind(): boolean {
    return this.#missing + this.#repeats.size > 0;
  }

  get canRestart(): boolean {
    return this.#seen !== undefined && this.#fromStart && !this.#nameless;
  }

  take({ value }: GraphPage): Taken {
    const ids = new Set<string>();
    const owed = this.#repeats.size;
    this.#lastIsNameless = false;
    const fresh = value.filter(({ id }) => this.#isNew(id, ids));
    // What hasn't come again by now won't come.
    if (value.length > 0 && this.#repeats.size === owed) this.#repeats.clear();
    this.#remember(ids);
    this.duplicatesDropped += value.length - fresh.length;
    const cut = this.#expansions.cutOf(fresh);
    return { value: fresh.length === value.length ? value : fresh, ...(cut.length > 0 && { cut }) };
  }

  repeatLast(): boolean {
    if (this.#lastIsNameless) return false;
    for (const id of this.#recent[0] ?? []) this.#repeats.add(id);
    this.#again = true;
    return true;
  }

  restart(): void {
    this.#missing = this.#seen?.size ?? 0;
    this.#repeats.clear();
    this.#recent = [];
    this.#again = false;
  }

  #isNew(id: unknown, ids: Set<string>): boolean {
    if (typeof id !== "string") {
      this.#nameless = true;
      this.#lastIsNameless = true;
      return true;
    }
    const isRecent = ids.has(id) || this.#recent.some((page) => page.has(id));
    ids.add(id);
    const isOwed = this.#repeats.delete(id);
    const isSeen = this.#seen !== undefined && !this.#seen.add(id);
    if (isSeen && !isRecent && !isOwed) this.#missing = Math.max(0, this.#missing - 1);
    return !isRecent && !isOwed && !isSeen;
  }

  #remember(ids: Set<string>): void {
    const [last] = this.#recent;
    if (this.#again && last !== undefined) for (const id of ids) last.add(id);
    else if (ids.size > 0) this.#recent = [ids, ...this.#recent].slice(0, rememberedPages);
    this.#again = false;
  }
}
