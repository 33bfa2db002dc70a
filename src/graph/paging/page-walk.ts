import type { AppIdentityError } from "../../errors.js";
import { abortWith } from "../../on-abort.js";
import { isOwnError } from "../../own-error.js";
import { abortFailure } from "../failures/interruption.js";
import { nameless } from "../requests/path-template.js";
import { Operation } from "../telemetry/operation.js";
import { type Position, writeToken } from "./continuation-token.js";
import type { CutExpansion } from "./expansions.js";
import { trustedLink } from "./links.js";
import { PageRequests, type PageSource } from "./page-requests.js";
import { type ListProgress, Progress } from "./progress.js";
import type { Reading } from "./reading.js";
import { type ReadPage, Recovery } from "./recovery.js";

/** One page of a listing, as it is handed out. */
export interface Page<T> {
  value: T[];
  /** Takes the listing up again behind this page; absent where nothing follows. Good for minutes: Graph forgets. */
  continuationToken?: string;
  /** Total that `count: true` asked for; on the first page only. */
  count?: number;
  /** Expanded relations that may not be whole: Graph gives 20 objects of each at most, and no link to more. */
  cut?: CutExpansion[];
}

/** One page of a round of changes. */
export interface ChangePage<T> extends Page<T> {
  /** Where the next round begins; on the last page only. Good for days. */
  deltaLink?: string;
  /** Graph has forgotten the state: from this page on everything is listed anew, and what isn't listed is gone. */
  reset?: true;
}

/** What one walk through a collection has to know. */
export interface Walk extends PageSource {
  /** Where the collection begins. */
  firstLink: string;
  /** Fingerprint of the query. */
  query: string;
  /** Where to begin in place of `firstLink`. */
  start?: Position | undefined;
  /** Whether pages get a continuation token: nobody sees it who takes one object after another. */
  tokens?: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ListProgress) => void) | undefined;
  /** Says of a failure what the caller can do about it, by the options there are. */
  advise?: ((failure: AppIdentityError) => AppIdentityError) | undefined;
  /** Makes of pages what is handed out: one for each walk. */
  reading(start: Position | undefined): Reading;
  /**
   * Makes it a round of changes, whose last page has the link to the next round: it is told here once the consumer has
   * taken everything there was.
   */
  onDeltaLink?: ((deltaLink: string) => void) | undefined;
}

/**
 * Goes through a collection page by page, each exactly once. The walk has ended well only where the last page had no
 * link; a page whose links can't be trusted isn't handed out, so that a continuation token always names a place between
 * two pages.
 */
export class PageWalk<T> {
  readonly #walk: Walk;
  readonly #stop = new AbortController();
  readonly #unlink: (() => void) | undefined;
  readonly #requests: PageRequests;
  readonly #reading: Reading;
  readonly #recovery: Recovery;
  /** The page to ask for; `undefined` behind the last. */
  #next: Position | undefined;
  #deltaLink: string | undefined;
  #ahead: { page: Promise<ChangePage<T>>; from: Position } | undefined;
  #over = false;
  readonly #progress: Progress;
  readonly #operation: Operation | undefined;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#progress = new Progress(walk.traits.clock, walk.onProgress);
    this.#operation = Operation.begin("walk", walk.traits.clock, () => nameless(walk.firstLink));
    this.#requests = new PageRequests(walk, this.#stop.signal, this.#operation);
    this.#reading = walk.reading(walk.start);
    this.#recovery = new Recovery(walk.firstLink, this.#requests, this.#reading);
    this.#next = walk.start ?? { link: walk.firstLink, page: 1 };
    this.#unlink = walk.signal && abortWith(walk.signal, this.#stop);
  }

  /** Fires when the walk's signal does, or it is closed. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The next page, or `undefined` at the end. To be called again only when the last call has settled. */
  async next(): Promise<ChangePage<T> | undefined> {
    if (this.#over) return undefined;
    try {
      const from = this.#ahead?.from ?? this.#next;
      if (from === undefined) {
        this.#report(true);
        if (this.#deltaLink !== undefined) this.#walk.onDeltaLink?.(this.#deltaLink);
        this.close();
        return undefined;
      }
      if (this.#stop.signal.aborted) throw this.#located(abortFailure(this.#stop.signal.reason), from);
      this.#requests.awaited = true;
      const page = this.#cut(await (this.#ahead?.page ?? this.#read()));
      this.#requests.awaited = false;
      this.#ahead = undefined;
      if (this.#over) return undefined;
      this.#progress.add(page);
      this.#report(false);
      this.#readAhead();
      return page;
    } catch (error) {
      this.#operation?.end(this.#told(), error);
      this.close();
      throw error;
    }
  }

  /** Stops at once: the request under way is cancelled, and nothing further is asked. */
  close(): void {
    this.#over = true;
    this.#unlink?.();
    this.#stop.abort();
    this.#operation?.end(this.#told());
  }

  #readAhead(): void {
    if (this.#next === undefined || !this.#walk.prefetch) return;
    this.#ahead = { page: this.#read(), from: this.#next };
    // Its failure is reported when its page is asked for.
    this.#ahead.page.catch(() => {});
  }

  async #read(): Promise<ChangePage<T>> {
    for (;;) {
      const at = this.#next as Position;
      try {
        const page = await this.#step(at);
        if (page !== undefined) return page;
      } catch (error) {
        throw this.#located(error, at);
      }
    }
  }

  /** The page at a place; `undefined` where the way back begins elsewhere, or brought nothing new. */
  async #step(at: Position): Promise<ChangePage<T> | undefined> {
    try {
      const page = await this.#requests.ask(at.link);
      return this.#take({ page, at, next: this.#requests.follow(page, at.link) });
    } catch (error) {
      const found = await this.#recovery.from(error, at);
      if ("link" in found) {
        this.#next = found;
        return undefined;
      }
      const page = this.#take(found);
      return page.value.length > 0 ? page : undefined;
    }
  }

  /** Makes what was read the page to hand out, and moves on. */
  #take(read: ReadPage): ChangePage<T> {
    const { onDeltaLink, query, scope, tokens } = this.#walk;
    const { page, at, next } = read;
    // A round of changes ends with the link to the next round, or it hasn't ended.
    const deltaLink = onDeltaLink && next === undefined ? trustedLink(page.deltaLink, at.link, scope) : undefined;
    const taken = this.#reading.take(page, next === undefined);
    this.#recovery.arrived(read, taken.value.length > 0);
    this.#next = next === undefined ? undefined : { link: next, page: at.page + 1 };
    this.#deltaLink = deltaLink;
    const place = tokens && this.#next && this.#recovery.resumable(this.#next);
    return {
      ...(taken as ChangePage<T>),
      ...(place && { continuationToken: writeToken(place, query) }),
      ...(page.count !== undefined && { count: page.count }),
      ...(deltaLink !== undefined && { deltaLink }),
    };
  }

  /** Ends the walk with this page where the limit is reached. A page that had to be cut can't be continued behind. */
  #cut(page: ChangePage<T>): ChangePage<T> {
    const left = (this.#walk.limit ?? Number.POSITIVE_INFINITY) - this.#progress.items;
    if (page.value.length < left) return page;
    this.#next = undefined;
    if (page.value.length === left) return page;
    const { continuationToken: _, ...kept } = page;
    return { ...kept, value: page.value.slice(0, left) };
  }

  #located(error: unknown, at: Position): unknown {
    if (!isOwnError(error)) return error;
    const place = this.#recovery.resumable(at);
    const { page } = place ?? at;
    const advised = this.#walk.advise?.(error) ?? error;
    return advised.with({ page, ...(place && { continuationToken: writeToken(place, this.#walk.query) }) });
  }

  #told() {
    const { resourceUnits, throttledMs: waitedMs } = this.#requests.tally;
    return { items: this.#progress.items, resourceUnits, waitedMs };
  }

  #report(done: boolean): void {
    const { requests, resourceUnits, retries, throttledMs } = this.#requests.tally;
    this.#progress.tell({
      restarts: this.#recovery.restarts,
      duplicatesDropped: this.#reading.duplicatesDropped,
      requests,
      resourceUnits,
      retries,
      throttledMs,
      requestIds: [...this.#requests.ids],
      done,
    });
  }
}
