import type { Client } from "@microsoft/microsoft-graph-client";
import { type AppIdentityError, isAppIdentityError } from "../../errors.js";
import { abortWith } from "../../on-abort.js";
import { type Collection, locateCollection } from "../collection.js";
import { abortFailure } from "../failures/interruption.js";
import type { ListProgress } from "../paging/progress.js";
import { ProgressListener } from "../paging/progress-listener.js";
import { nameless } from "../requests/path-template.js";
import { resourceUnits } from "../requests/resource-units.js";
import { Operation } from "../telemetry/operation.js";
import { Batches, mostSteps } from "./batches.js";
import { readStep } from "./read-step.js";
import { Signal } from "./signal.js";

/** How far a reading is. */
export interface ReadProgress {
  /** Items handed out. */
  items: number;
  /** Batches posted. */
  requests: number;
  /** What all answers cost, as Graph counts it; services that don't count say nothing. */
  resourceUnits: number;
  /** Requests within them that had to be repeated. */
  retries: number;
  /** Milliseconds that requests spent waiting because Graph asked for it, added up. */
  throttledMs: number;
  /** Milliseconds since the reading began. */
  elapsedMs: number;
  /** `true` in the one call that follows the last item. */
  done: boolean;
}

interface Options {
  concurrency?: number | undefined;
  failed?: "throw" | "yield" | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ReadProgress) => void) | undefined;
}

type Outcome = { value: unknown } | { error: AppIdentityError } | { fatal: unknown };
interface Entry<I> {
  item: I;
  outcome: Promise<Outcome>;
}
type Handed<I> = { item: I; value: unknown } | { item: I; error: AppIdentityError };

/** Takes items ahead of its consumer, has what belongs to them read in batches, and hands out in order. */
export class EachReader<I> implements AsyncIterableIterator<Handed<I>> {
  readonly #client: Client;
  readonly #items: Iterable<I> | AsyncIterable<I>;
  readonly #pathOf: (item: I) => string;
  readonly #options: Options;
  readonly #concurrency: number;
  readonly #listener: ProgressListener<ReadProgress>;
  readonly #stop = new AbortController();
  readonly #batches = new Map<string, Batches>();
  readonly #entries: Entry<I>[] = [];
  readonly #arrived = new Signal();
  readonly #room = new Signal();
  readonly #told = { items: 0, resourceUnits: 0, retries: 0, throttledMs: 0 };
  #source: Iterator<I> | AsyncIterator<I> | undefined;
  #unlink: (() => void) | undefined;
  #startedAt = 0;
  #operation: Operation | undefined;
  #begun = false;
  #exhausted = false;
  #closed = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(client: Client, items: Iterable<I> | AsyncIterable<I>, pathOf: (item: I) => string, options: Options) {
    this.#client = client;
    this.#items = items;
    this.#pathOf = pathOf;
    this.#options = options;
    this.#listener = new ProgressListener(options.onProgress);
    this.#concurrency = options.concurrency ?? 4;
  }

  /** Calls wait for each other, so that concurrent ones get different items, in order. */
  next(): Promise<IteratorResult<Handed<I>, undefined>> {
    const result = this.#tail.then(() => this.#step());
    this.#tail = result.catch(() => {});
    return result;
  }

  /** What `break` calls: stops whatever is under way, and closes the source. */
  async return(): Promise<IteratorResult<Handed<I>, undefined>> {
    this.#close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #step(): Promise<IteratorResult<Handed<I>, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      this.#begin();
      const value = await this.#take();
      if (value !== undefined && !this.#closed) {
        this.#told.items += 1;
        this.#report(false);
        return { done: false, value };
      }
      if (!this.#closed) this.#report(true);
    } catch (error) {
      if (!this.#closed) {
        this.#operation?.fail(error, this.#ending());
        this.#close();
        throw error;
      }
    }
    return this.return();
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { signal } = this.#options;
    this.#startedAt = this.#clock.monotonic();
    this.#unlink = signal && abortWith(signal, this.#stop);
    this.#stop.signal.addEventListener("abort", () => this.#arrived.wake());
    const { url } = locateCollection(this.#client, "/$batch");
    this.#operation = Operation.begin("walk", this.#clock, () => nameless(url));
    void Operation.within(this.#operation, () => this.#pump());
  }

  #ending() {
    const { items, resourceUnits, throttledMs: waitedMs } = this.#told;
    return { items, resourceUnits, waitedMs };
  }

  /** The next in order; `undefined` at the end. */
  async #take(): Promise<Handed<I> | undefined> {
    for (;;) {
      const { aborted, reason } = this.#stop.signal;
      if (aborted) throw abortFailure(reason);
      const entry = this.#entries[0];
      if (entry !== undefined) {
        const outcome = await entry.outcome;
        this.#entries.shift();
        this.#room.wake();
        if ("fatal" in outcome) throw outcome.fatal;
        return { item: entry.item, ...outcome };
      }
      if (this.#exhausted) return undefined;
      await this.#arrived.wait();
    }
  }

  /** Takes from the source for as long as there is room, and has everything that was taken read. */
  async #pump(): Promise<void> {
    const most = mostSteps * (this.#concurrency + 1);
    try {
      const items = this.#items as Iterable<I> & AsyncIterable<I>;
      const source = (items[Symbol.asyncIterator] ?? items[Symbol.iterator]).call(items) as AsyncIterator<I>;
      this.#source = source;
      while (!this.#stop.signal.aborted) {
        const full = this.#entries.length >= most;
        this.#drain(full);
        if (full) {
          await this.#room.wait();
          continue;
        }
        const { done, value } = await source.next();
        if (done) {
          this.#source = undefined;
          break;
        }
        const item = (await value) as I;
        this.#entries.push({ item, outcome: this.#read(item) });
        this.#arrived.wake();
      }
    } catch (error) {
      this.#source = undefined;
      this.#entries.push({ item: undefined as I, outcome: Promise.resolve({ fatal: error }) });
    }
    this.#exhausted = true;
    this.#drain(true);
    this.#arrived.wake();
  }

  /** The caller's own error, where `pathOf` throws one, is told as it is. */
  async #read(item: I): Promise<Outcome> {
    let path: string;
    let collection: Collection;
    try {
      path = this.#pathOf(item);
      collection = locateCollection(this.#client, path);
    } catch (error) {
      return { fatal: error };
    }
    /** Whether nothing has come but from the batch as a whole. */
    let outer = true;
    const wire = {
      seat: async () => {
        const seat = await this.#batchesFor(collection).seat();
        return {
          jitter: seat.jitter,
          send: async (...request: Parameters<typeof seat.send>) => {
            outer = true;
            const answer = await seat.send(...request);
            outer = answer.outer;
            return answer.response;
          },
        };
      },
    };
    const told = { onAnswer: this.#countUnits, onRetry: this.#count };
    const policy = { ...collection.traits, wire, signal: this.#stop.signal, idempotent: true, ...told };
    try {
      return { value: await readStep(collection, policy, this.#countAll) };
    } catch (error) {
      const told = isAppIdentityError(error) ? error.with({ path }) : error;
      return !outer && this.#options.failed === "yield" && isAppIdentityError(told) ? { error: told } : { fatal: told };
    }
  }

  /** The version of a batch is that of every step. */
  #batchesFor({ client, traits, scope }: Collection): Batches {
    const address = `${scope.origin}/${scope.path.split("/")[1]}/$batch`;
    let batches = this.#batches.get(address);
    if (batches === undefined) {
      const { maxBodyBytes, clock, tally } = traits;
      const { signal } = this.#stop;
      const operation = this.#operation;
      batches = new Batches({
        client,
        address,
        concurrency: this.#concurrency,
        maxBodyBytes,
        clock,
        tally,
        signal,
        operation,
      });
      batches.drained = this.#exhausted;
      this.#batches.set(address, batches);
    }
    return batches;
  }

  #drain(drained: boolean): void {
    for (const batches of this.#batches.values()) batches.drained = drained;
  }

  readonly #countUnits = ({ headers }: Response) => {
    this.#told.resourceUnits += resourceUnits(headers);
  };

  readonly #count = ({ delayMs, throttled, failure }: { delayMs: number; throttled: boolean; failure?: unknown }) => {
    if (failure !== undefined) this.#told.retries += 1;
    if (throttled) this.#told.throttledMs += delayMs;
  };

  /** What the pages of a collection add, told once, at their end. */
  readonly #countAll = ({ done, resourceUnits, retries, throttledMs }: ListProgress) => {
    if (!done) return;
    this.#told.resourceUnits += resourceUnits;
    this.#told.retries += retries;
    this.#told.throttledMs += throttledMs;
  };

  get #clock() {
    return locateCollection(this.#client, "/").traits.clock;
  }

  #report(done: boolean): void {
    const requests = [...this.#batches.values()].reduce((sum, { posted }) => sum + posted, 0);
    const elapsedMs = Math.round(this.#clock.monotonic() - this.#startedAt);
    this.#listener.tell({ ...this.#told, requests, elapsedMs, done });
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#operation?.end(this.#ending());
    this.#unlink?.();
    this.#stop.abort();
    this.#room.wake();
    const source = this.#source;
    this.#source = undefined;
    // Whoever is in the middle of a next() ends when that has settled; nobody waits for it here.
    void Promise.resolve(source?.return?.()).catch(() => {});
  }
}
