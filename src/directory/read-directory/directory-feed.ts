import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { Signal } from "../../graph/batch/signal.js";
import { abortFailure } from "../../graph/failures/interruption.js";
import { ProgressListener } from "../../graph/paging/progress-listener.js";
import { SerialIterator } from "../../graph/paging/serial-iterator.js";
import type { RequestTally } from "../../graph/requests/request-tally.js";
import { abortWith } from "../../on-abort.js";
import { isOwnError } from "../../own-error.js";
import type { DirectoryPage } from "./directory-change.js";
import type { Stream, StreamPlan } from "./stream-plan.js";

/** What a reading of the directory came to. */
export interface DirectorySummary {
  /** Pages handed out. */
  pages: number;
  /** Users and groups on them, those that were removed included. */
  objects: number;
  /** Memberships on them, those that have ended included. */
  edges: number;
  /** Requests that were answered, those repeated and those for pages ahead included. */
  requests: number;
  /** What they cost, as Graph counts it; a service that doesn't tell counts as nothing. */
  resourceUnits: number;
  /** Requests that had to be repeated. */
  retries: number;
  /** Milliseconds that requests spent waiting because Graph asked for it, added up. */
  throttledMs: number;
  /** Milliseconds since the reading began. */
  elapsedMs: number;
}

/** How far a reading of the directory is. */
export interface DirectoryProgress extends DirectorySummary {
  /** Streams that have reached their end. */
  streamsDone: number;
  /** `true` in the one call that follows the last page. */
  done: boolean;
}

export interface WalkOptions {
  concurrency: number;
  signal: AbortSignal | undefined;
  onProgress: ((progress: DirectoryProgress) => void) | undefined;
  clock: Clock;
  tally: RequestTally;
  /** Makes the plan of this walk, whose requests end with a signal. */
  plan(signal: AbortSignal, begin: (stream: Stream) => void): StreamPlan;
  /** Told once, however the walk ends. */
  onEnd(summary: DirectorySummary): void;
}

type Ready = { page: DirectoryPage; taken: () => void } | { error: unknown };

/**
 * Reads several streams at a time and hands out their pages as they come, those of one stream in order. Each has one page
 * ready at most, and the next under way only once that was taken.
 */
export class DirectoryWalk extends SerialIterator<DirectoryPage> {
  readonly #options: WalkOptions;
  readonly #listener: ProgressListener<DirectoryProgress>;
  readonly #stop = new AbortController();
  readonly #arrived = new Signal();
  readonly #queued: Stream[] = [];
  readonly #ready: Ready[] = [];
  readonly #told = { pages: 0, objects: 0, edges: 0 };
  #streamsDone = 0;
  #running = 0;
  #begun = false;
  #startedAt = 0;
  #unlink: (() => void) | undefined;

  constructor(options: WalkOptions) {
    super();
    this.#options = options;
    this.#listener = new ProgressListener(options.onProgress);
  }

  protected async produce(): Promise<DirectoryPage | undefined> {
    this.#begin();
    const page = await this.#take();
    if (page !== undefined) {
      this.#count(page);
      this.#listener.tell(this.#progress(false));
    } else if (!this.closed) this.#listener.tell(this.#progress(true));
    return page;
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { signal, clock, plan } = this.#options;
    this.#startedAt = clock.monotonic();
    this.#stop.signal.addEventListener("abort", () => this.#release());
    this.#unlink = signal && abortWith(signal, this.#stop);
    if (this.#stop.signal.aborted) return;
    plan(this.#stop.signal, (stream) => {
      this.#queued.push(stream);
      this.#fill();
    }).start();
  }

  /** The next page; `undefined` at the end. */
  async #take(): Promise<DirectoryPage | undefined> {
    for (;;) {
      const { aborted, reason } = this.#stop.signal;
      if (aborted) {
        if (this.closed) return undefined;
        throw abortFailure(reason);
      }
      const next = this.#ready.shift();
      if (next === undefined) {
        if (this.#running + this.#queued.length === 0) return undefined;
        await this.#arrived.wait();
      } else if ("page" in next) {
        next.taken();
        return next.page;
      } else throw next.error;
    }
  }

  #fill(): void {
    while (this.#running < this.#options.concurrency && !this.#stop.signal.aborted) {
      const stream = this.#queued.shift();
      if (stream === undefined) return;
      this.#running += 1;
      void this.#read(stream);
    }
  }

  async #read(stream: Stream): Promise<void> {
    try {
      for await (const page of stream.pages()) {
        if (this.#stop.signal.aborted) break;
        await new Promise<void>((taken) => {
          this.#ready.push({ page, taken });
          this.#arrived.wake();
        });
        if (this.#stop.signal.aborted) break;
      }
    } catch (error) {
      this.#ready.push({ error: failureOf(error, stream.name) });
    }
    this.#running -= 1;
    this.#fill();
    this.#arrived.wake();
  }

  #count({ changes, done }: DirectoryPage): void {
    this.#told.pages += 1;
    if (done) this.#streamsDone += 1;
    for (const { kind } of changes) this.#told[kind === "membership" ? "edges" : "objects"] += 1;
  }

  #summary(): DirectorySummary {
    const { requests, resourceUnits, retries, throttledMs } = this.#options.tally;
    const elapsedMs = Math.round(this.#options.clock.monotonic() - this.#startedAt);
    return { ...this.#told, requests, resourceUnits, retries, throttledMs, elapsedMs };
  }

  #progress(done: boolean): DirectoryProgress {
    return { ...this.#summary(), streamsDone: this.#streamsDone, done };
  }

  protected stop(): void {
    this.#unlink?.();
    if (this.#begun) this.#options.onEnd(this.#summary());
    this.#stop.abort();
  }

  /** Whoever waits for a page to be taken leaves, and closes what it reads. */
  #release(): void {
    for (const ready of this.#ready.splice(0)) if ("page" in ready) ready.taken();
    this.#arrived.wake();
  }
}

/** A place inside of a stream is its cursor's affair. */
function failureOf(error: unknown, stream: string): unknown {
  if (!isOwnError(error)) return error;
  const { name: _name, code, message, continuationToken: _token, ...known } = error.toJSON();
  return new AppIdentityError(code, message, { ...known, stream, cause: error.cause });
}
