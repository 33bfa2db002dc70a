import { type AppIdentityError, isAppIdentityError } from "../../errors.js";
import { abortFailure, expectMany } from "../failures/interruption.js";
import { type Position, writeToken } from "./continuation-token.js";
import { SeenIds } from "./id-set.js";
import { trustedLink } from "./links.js";
import { PageRequests, type PageSource } from "./page-requests.js";
import type { ListProgress } from "./progress.js";
import type { GraphPage } from "./request-page.js";

/** One page of a listing, as it is handed out. */
export interface Page<T> {
  value: T[];
  /** Takes the listing up again behind this page; absent where nothing follows. Good for minutes: Graph forgets. */
  continuationToken?: string;
  /** Total that `count: true` asked for; on the first page only. */
  count?: number;
}

/** One page of a round of changes. */
export interface ChangePage<T> extends Page<T> {
  /** Where the next round begins; on the last page only. Good for days. */
  deltaLink?: string;
  /** Graph has forgotten the state: from this page on everything is listed anew, and what isn't listed is gone. */
  reset?: true;
}

/** What a round of changes does differently from a listing. */
export interface ChangeRound<T> {
  /** Makes changes of a page's entries; `reset` where everything is listed anew from here on. */
  read(value: GraphPage["value"], reset: boolean): T[];
  /** Told where the next round begins, once the consumer has taken everything there was. */
  onEnd(deltaLink: string): void;
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
  restart: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ListProgress) => void) | undefined;
  /** What makes it a round of changes. */
  changes?: ChangeRound<unknown> | undefined;
}

const mostRestarts = 3;

/**
 * Goes through a collection page by page, each exactly once. The walk has ended well only where the last page had no
 * link; a page whose links can't be trusted isn't handed out, so that a continuation token always names a place between
 * two pages.
 */
export class PageWalk<T> {
  readonly #walk: Walk;
  readonly #stop = new AbortController();
  readonly #leave = () => this.#stop.abort(this.#walk.signal?.reason);
  readonly #startedAt: number;
  readonly #requests: PageRequests;
  readonly #seen: SeenIds | undefined;
  /** Whether something without an id was handed out, which couldn't be told from what comes again. */
  #nameless = false;
  /** The page to ask for; `undefined` behind the last. */
  #next: Position | undefined;
  /** The link that gave the last page, and what was on it. */
  #last: { link: string; ids: string[] | undefined } | undefined;
  /** Whether that link was asked once more, and nothing has come of it yet. */
  #askedAgain = false;
  /** Where the place was lost, for as long as the way back has brought nothing new. */
  #lost: Position | undefined;
  /**
   * Objects of the last page that may come again since its link was asked once more: pages needn't be cut twice in the
   * same way.
   */
  readonly #repeats = new Set<string>();
  /** How many of those handed out before a restart haven't come again since. */
  #behind = 0;
  #reset = false;
  #deltaLink: string | undefined;
  #ahead: { page: Promise<ChangePage<T>>; from: Position } | undefined;
  #over = false;
  readonly #progress = { pages: 0, items: 0, restarts: 0, duplicatesDropped: 0 };
  #total: number | undefined;

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#startedAt = walk.traits.clock.monotonic();
    this.#requests = new PageRequests(walk, this.#stop.signal);
    this.#next = walk.start ?? { link: walk.firstLink, page: 1 };
    this.#seen = walk.restart ? new SeenIds() : undefined;
    expectMany(walk.signal);
    if (walk.signal?.aborted) this.#leave();
    else walk.signal?.addEventListener("abort", this.#leave, { once: true });
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
        if (this.#deltaLink !== undefined) this.#walk.changes?.onEnd(this.#deltaLink);
        this.close();
        return undefined;
      }
      if (this.#stop.signal.aborted) throw this.#located(abortFailure(this.#stop.signal.reason), from);
      this.#requests.awaited = true;
      const page = this.#cut(await (this.#ahead?.page ?? this.#read()));
      this.#requests.awaited = false;
      this.#ahead = undefined;
      if (this.#over) return undefined;
      this.#progress.pages += 1;
      this.#progress.items += page.value.length;
      this.#total ??= page.count;
      this.#report(false);
      if (this.#next !== undefined && this.#walk.prefetch) {
        this.#ahead = { page: this.#read(), from: this.#next };
        // Its failure is reported when its page is asked for.
        this.#ahead.page.catch(() => {});
      }
      return page;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Stops at once: the request under way is cancelled, and nothing further is asked. */
  close(): void {
    this.#over = true;
    this.#walk.signal?.removeEventListener("abort", this.#leave);
    this.#stop.abort();
  }

  async #read(): Promise<ChangePage<T>> {
    for (;;) {
      const at = this.#next as Position;
      try {
        const page = await this.#requests.ask(at.link);
        const next = this.#requests.follow(page, at.link);
        this.#askedAgain = false;
        return this.#take(page, at, next);
      } catch (error) {
        const rest = await this.#recover(error, at).catch((failure: unknown) => {
          throw isAppIdentityError(failure) ? this.#located(failure, at) : failure;
        });
        if (rest !== undefined) return rest;
      }
    }
  }

  /** Makes what was read the page to hand out, and moves on. */
  #take(page: GraphPage, at: Position, next: string | undefined): ChangePage<T> {
    const { changes, query, scope, tokens } = this.#walk;
    // A round of changes ends with the link to the next round, or it hasn't ended.
    const deltaLink = changes && next === undefined ? trustedLink(page.deltaLink, at.link, scope) : undefined;
    const { ids } = page;
    // Announced with the first change, or at the end where there is none.
    const reset = this.#reset && (page.value.length > 0 || next === undefined);
    const value = changes?.read(page.value, reset) ?? this.#unseen(page.value, ids);
    if (reset) this.#reset = false;
    if (changes === undefined ? value.length > 0 || !this.#isBehind : !this.#reset) this.#lost = undefined;
    this.#last = { link: at.link, ids };
    this.#nameless ||= ids === undefined;
    this.#next = next === undefined ? undefined : { link: next, page: at.page + 1 };
    this.#deltaLink = deltaLink;
    const place = tokens && this.#next && this.#resumable(this.#next);
    return {
      value: value as T[],
      ...(place && { continuationToken: writeToken(place, query) }),
      ...(page.count !== undefined && { count: page.count }),
      ...(deltaLink !== undefined && { deltaLink }),
      ...(reset && { reset }),
    };
  }

  /**
   * Finds the way back where Graph has lost the place. As Microsoft documents it, the link that gave the last page is
   * asked once more for a fresh one; where that doesn't help, the walk begins again if it may. Returns a page if that
   * brought one, and throws where nothing helps.
   * @see https://learn.microsoft.com/graph/paging#error-handling
   */
  async #recover(error: unknown, at: Position): Promise<ChangePage<T> | undefined> {
    if (!isTokenLoss(error)) throw error;
    const { changes, firstLink, restart, start } = this.#walk;
    const last = this.#last;
    if (last !== undefined && !this.#askedAgain && !isForgotten(error)) {
      this.#askedAgain = true;
      const page = await this.#requests.ask(last.link).catch((second: unknown) => {
        if (!isTokenLoss(second)) throw second;
      });
      // That more followed was known: a page that is the last one now would end the listing early.
      if (page && "nextLink" in page && (changes !== undefined || last.ids !== undefined)) {
        const fresh = this.#requests.follow(page, last.link);
        if (changes === undefined) {
          this.#lost ??= at;
          for (const id of last.ids ?? []) this.#repeats.add(id);
        }
        const rest = this.#take(page, { link: last.link, page: at.page - 1 }, fresh);
        return rest.value.length > 0 ? rest : undefined;
      }
    }
    const mayRestart = changes !== undefined || (restart && start === undefined && !this.#nameless);
    if (!mayRestart || at.link === firstLink || this.#progress.restarts === mostRestarts) throw error;
    this.#progress.restarts += 1;
    this.#lost ??= at;
    this.#behind = this.#seen?.size ?? 0;
    this.#repeats.clear();
    this.#reset = changes !== undefined;
    this.#requests.forget();
    this.#last = undefined;
    this.#askedAgain = false;
    this.#next = { link: firstLink, page: 1 };
    return undefined;
  }

  /** What wasn't handed out before, as far as that is remembered. */
  #unseen(value: GraphPage["value"], ids: readonly string[] | undefined): GraphPage["value"] {
    const [seen, repeats] = [this.#seen, this.#repeats];
    if (ids === undefined || (seen === undefined && repeats.size === 0)) return value;
    const unrepeated = value.filter((_, index) => !repeats.delete(ids[index]!));
    // What hasn't come again by now won't come.
    if (value.length > 0 && unrepeated.length === value.length) repeats.clear();
    const fresh = seen === undefined ? unrepeated : unrepeated.filter(({ id }) => seen.add(id as string));
    this.#behind = Math.max(0, this.#behind - (unrepeated.length - fresh.length));
    this.#progress.duplicatesDropped += value.length - fresh.length;
    return fresh;
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

  get #isBehind(): boolean {
    return this.#behind + this.#repeats.size > 0;
  }

  /**
   * The place from which exactly the rest follows. Once the place was lost, that is where it was lost, until something
   * new has come, or the reset was announced; then there is none until all that was handed out before has come again.
   */
  #resumable(at: Position): Position | undefined {
    return this.#lost ?? (this.#isBehind ? undefined : at);
  }

  #located(error: AppIdentityError, at: Position): AppIdentityError {
    const place = this.#resumable(at);
    const { page } = place ?? at;
    return error.with({ page, ...(place && { continuationToken: writeToken(place, this.#walk.query) }) });
  }

  #report(done: boolean): void {
    this.#walk.onProgress?.({
      ...this.#progress,
      retries: this.#requests.retries,
      throttledMs: this.#requests.throttledMs,
      elapsedMs: Math.round(this.#walk.traits.clock.monotonic() - this.#startedAt),
      ...(this.#total !== undefined && { total: this.#total }),
      requestIds: [...this.#requests.ids],
      done,
    });
  }
}

function isTokenLoss(error: unknown): error is AppIdentityError {
  return isAppIdentityError(error) && error.code === "page_token_expired";
}

/** Graph says that it no longer knows this state at all, so that no other link into it helps. */
function isForgotten({ statusCode, graphCode = "" }: AppIdentityError): boolean {
  return statusCode === 410 || /^(syncState|resync)/i.test(graphCode);
}
