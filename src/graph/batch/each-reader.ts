import type { Client } from "@microsoft/microsoft-graph-client";
import type { AppIdentityError } from "../../errors.js";
import { abortWith } from "../../on-abort.js";
import { isOwnError } from "../../own-error.js";
import { type Collection, locateCollection } from "../collection.js";
import { abortFailure } from "../failures/interruption.js";
import type { ListProgress } from "../paging/progress.js";
import { ProgressListener } from "../paging/progress-listener.js";
import { SerialIterator } from "../paging/serial-iterator.js";
import type { RetryWait } from "../requests/attempt-policy.js";
import { nameless } from "../requests/path-template.js";
import { RequestTally } from "../requests/request-tally.js";
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
export class EachReader<I> extends SerialIterator<Handed<I>> {
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
  readonly #tally = new RequestTally();
  #handedOut = 0;
  #source: Iterator<I> | AsyncIterator<I> | undefined;
  #unlink: (() => void) | undefined;
  #startedAt = 0;
  #operation: Operation | undefined;
  #begun = false;
  #exhausted = false;

  constructor(client: Client, items: Iterable<I> | AsyncIterable<I>, pathOf: (item: I) => string, options: Options) {
    super();
    this.#client = client;
    this.#items = items;
    this.#pathOf = pathOf;
    this.#options = options;
    this.#listener = new ProgressListener(options.onProgress);
    this.#concurrency = options.concurrency ?? 4;
  }

  protected async produce(): Promise<Handed<I> | undefined> {
    try {
      this.#begin();
      const handed = await this.#take();
      if (this.closed) return undefined;
      if (handed !== undefined) this.#handedOut += 1;
      this.#report(handed === undefined);
      return handed;
    } catch (error) {
      this.#operation?.end(this.#ending(), error);
      throw error;
    }
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
    const { resourceUnits, throttledMs: waitedMs } = this.#tally;
    return { items: this.#handedOut, resourceUnits, waitedMs };
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
    const policy = {
      ...collection.traits,
      wire,
      signal: this.#stop.signal,
      idempotent: true,
      onAnswer: (response: Response) => this.#tally.answered(response),
      onRetry: (wait: RetryWait) => this.#tally.waits(wait),
    };
    try {
      return { value: await readStep(collection, policy, this.#countAll) };
    } catch (error) {
      const told = isOwnError(error) ? error.with({ path }) : error;
      return !outer && this.#options.failed === "yield" && isOwnError(told) ? { error: told } : { fatal: told };
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

  /** What the pages of a collection add, told once, at their end. */
  readonly #countAll = ({ done, resourceUnits, retries, throttledMs }: ListProgress) => {
    if (!done) return;
    this.#tally.resourceUnits += resourceUnits;
    this.#tally.retries += retries;
    this.#tally.throttledMs += throttledMs;
  };

  get #clock() {
    return locateCollection(this.#client, "/").traits.clock;
  }

  #report(done: boolean): void {
    const requests = [...this.#batches.values()].reduce((sum, { posted }) => sum + posted, 0);
    const elapsedMs = Math.round(this.#clock.monotonic() - this.#startedAt);
    const { resourceUnits, retries, throttledMs } = this.#tally;
    this.#listener.tell({ items: this.#handedOut, requests, resourceUnits, retries, throttledMs, elapsedMs, done });
  }

  protected stop(): void {
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
