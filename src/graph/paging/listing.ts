import { inspect } from "node:util";
import { type Checks, checkedOptions, kinds } from "../../check-options.js";
import { abortFailure } from "../failures/interruption.js";
import { readToken } from "./continuation-token.js";
import { type Page, PageWalk, type Walk } from "./page-walk.js";
import { SerialIterator } from "./serial-iterator.js";

/** A collection that can be walked through, object by object or page by page. Each walk is a listing of its own. */
export interface Listing<T, P = Page<T>> extends AsyncIterable<T> {
  [Symbol.asyncIterator](): AsyncIterableIterator<T>;
  /**
   * Walks page by page.
   * @throws AppIdentityError `invalid_continuation_token` for a token that is empty, damaged, or from another query or
   * cloud
   */
  byPage(options?: PagingOptions): AsyncIterableIterator<P>;
  /** Walks to the end and holds everything in memory. `limit` bounds it. */
  toArray(): Promise<T[]>;
  /** A sentence that says how to get at what is listed: a listing itself holds nothing. */
  toJSON(): string;
}

/** Where a walk by pages begins. */
export interface PagingOptions {
  /**
   * From a page, or from the error that ended a listing of the same query. Default: the first page. It leads to what is
   * listed or is refused. One that a stranger made up can skip or repeat objects, or bring others of the same collection and
   * what Graph tells of them unasked; it brings nothing else. A walk that begins with one doesn't know what was handed out
   * before it.
   */
  continuationToken?: string | undefined;
}

const pagingChecks = {
  // What is wrong with a token is told by the one who reads it.
  continuationToken: kinds.anything,
} satisfies Checks<PagingOptions>;

/** The two ways through a collection. */
export function listing<T, P extends Page<T> = Page<T>>(asked: Walk): Listing<T, P> {
  const walk: Walk = { start: undefined, tokens: false, advise: undefined, onDeltaLink: undefined, ...asked };
  const items = () => new ItemIterator<T>(() => new PageWalk(walk));
  const sentence = `A listing of ${walk.scope.path}, which asks while it is walked: for await (const item of it), or await its toArray().`;
  return {
    [Symbol.asyncIterator]: items,
    byPage(options = {}) {
      const { continuationToken: token } = checkedOptions(options, pagingChecks, "byPage()");
      const start = token === undefined ? walk.start : readToken(token, walk);
      return new PageIterator<T, P>(() => new PageWalk({ ...walk, start, tokens: true }));
    },
    async toArray() {
      const all: T[] = [];
      for await (const item of items()) all.push(item);
      return all;
    },
    toJSON: () => sentence,
    [inspect.custom]: () => sentence,
  } as Listing<T, P>;
}

/** An iterator over one walk. */
abstract class WalkIterator<T, V> extends SerialIterator<V> {
  protected walk: PageWalk<T> | undefined;
  readonly #begin: () => PageWalk<T>;

  constructor(begin: () => PageWalk<T>) {
    super();
    this.#begin = begin;
  }

  /** The walk, which begins with the first call. */
  protected begun(): PageWalk<T> {
    this.walk ??= this.#begin();
    return this.walk;
  }

  protected stop(): void {
    this.walk?.close();
  }
}

class PageIterator<T, P extends Page<T>> extends WalkIterator<T, P> {
  protected produce(): Promise<P | undefined> {
    return this.begun().next() as Promise<P | undefined>;
  }
}

class ItemIterator<T> extends WalkIterator<T, T> {
  #items: readonly T[] = [];
  #at = 0;

  override next(): Promise<IteratorResult<T, undefined>> {
    // Nearly every call: the page is here and nobody is before us.
    if (this.#at < this.#items.length && this.waiting === 0 && !this.walk?.signal.aborted) {
      return Promise.resolve({ done: false, value: this.#take() });
    }
    return super.next();
  }

  protected async produce(): Promise<T | undefined> {
    const walk = this.begun();
    while (this.#at >= this.#items.length) {
      const page = await walk.next();
      if (page === undefined) return undefined;
      this.#items = page.value;
      this.#at = 0;
    }
    // In the middle of a page there is no place that a continuation token could name.
    if (walk.signal.aborted) throw abortFailure(walk.signal.reason);
    return this.#take();
  }

  #take(): T {
    const item = this.#items[this.#at++] as T;
    // A page that is used up needn't be in memory beside the next.
    if (this.#at === this.#items.length) this.#items = [];
    return item;
  }
}
