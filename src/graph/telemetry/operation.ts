import { AsyncLocalStorage } from "node:async_hooks";
import { type Channel, channel } from "node:diagnostics_channel";
import type { Clock } from "../../clock.js";
import type { AppIdentityErrorCode } from "../../errors.js";
import { isOwnError } from "../../own-error.js";

/**
 * What is told of: a `walk` through a collection or through `readEach()`'s items, each `page` of it, each `batch`, each
 * `request` with all its attempts and waits, and each `attempt`.
 */
export type GraphOperation = "walk" | "page" | "batch" | "request" | "attempt";

/** One of the requests that a batch carried. */
export interface BatchStep {
  /** The path with its ids left out. */
  path: string;
  /** Absent where the batch's answer leaves it out. */
  status?: number;
}

/**
 * The message on `graph-app-identity:graph:<operation>`, at the beginning and at the end of each. Nothing secret, no query, and nobody's id.
 * Fields that an operation doesn't have are absent; all but `host`, `path`, `method`, `attempt` and `batched` come at the end.
 */
export interface GraphEvent {
  /** `error` is an end as well: that of what failed. */
  phase: "start" | "end" | "error";
  /** Of the operation, within this process. */
  id: number;
  /** Id of the operation that it is a part of, where that is told of. */
  parent?: number;
  host: string;
  /** The path with its ids left out, as in `/v1.0/groups/{id}/owners`. */
  path: string;
  method?: string;
  /** Number of an attempt, from 1. */
  attempt?: number;
  /** Whether a request or an attempt is a step of a batch, and no HTTP request of its own. */
  batched?: true;
  /** From the beginning until the end, waits included. */
  durationMs?: number;
  /** How much of that was waiting: for a gate, a pace, or the next attempt. */
  waitedMs?: number;
  /** HTTP status of the last answer; absent where there was none. */
  status?: number;
  /** Requests sent, the first included. */
  attempts?: number;
  /** Objects that a page or a walk brought. */
  items?: number;
  /** What the answers cost, as Graph counts it. */
  resourceUnits?: number;
  /** What a batch carried. */
  steps?: readonly BatchStep[];
  /** Why it failed. */
  code?: AppIdentityErrorCode;
}

/** What is known of an operation when it begins. */
export type Beginning = Pick<GraphEvent, "host" | "path" | "method" | "attempt" | "batched">;

/** What is known when it is over. */
export type Ending = Pick<GraphEvent, "waitedMs" | "status" | "attempts" | "items" | "resourceUnits" | "steps">;

const kinds: readonly GraphOperation[] = ["walk", "page", "batch", "request", "attempt"];
const channels = Object.fromEntries(kinds.map((kind) => [kind, channel(`graph-app-identity:graph:${kind}`)])) as Record<
  GraphOperation,
  Channel
>;

const current = new AsyncLocalStorage<Operation>();
let lastId = 0;

/** A piece of work that is told of, from its beginning to its one end. */
export class Operation {
  readonly #id = ++lastId;
  readonly #startedAt: number;
  #over = false;

  private constructor(
    private readonly kind: GraphOperation,
    private readonly beginning: Beginning & { parent?: number },
    private readonly clock: Clock,
  ) {
    this.#startedAt = clock.monotonic();
    channels[kind].publish({ phase: "start", id: this.#id, ...beginning } satisfies GraphEvent);
  }

  /**
   * Begins one where somebody listens, as a part of that within which it begins; where nobody does, there is none, and `beginning` isn't
   * asked.
   */
  static begin(kind: GraphOperation, clock: Clock, beginning: () => Beginning): Operation | undefined {
    if (!channels[kind].hasSubscribers) return undefined;
    const parent = current.getStore();
    return new Operation(kind, { ...(parent && { parent: parent.#id }), ...beginning() }, clock);
  }

  /** Does some work as a part of an operation, if there is one. */
  static within<T>(operation: Operation | undefined, work: () => T): T {
    return operation === undefined ? work() : current.run(operation, work);
  }

  /**
   * Does some work as the whole of an operation, if there is one.
   * @param ending of what came of it; of nothing where it failed
   * @param failureIn a failure that came as a result
   */
  static async whole<T>(
    operation: Operation | undefined,
    work: () => Promise<T>,
    ending: (result?: T) => Ending,
    failureIn?: (result: T) => unknown,
  ): Promise<T> {
    if (operation === undefined) return work();
    try {
      const result = await current.run(operation, work);
      operation.end(ending(result), failureIn?.(result));
      return result;
    } catch (error) {
      operation.end(ending(), error);
      throw error;
    }
  }

  /** @param error what it failed with, if it did */
  end(ending: Ending, error?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const durationMs = this.clock.monotonic() - this.#startedAt;
    channels[this.kind].publish({
      phase: error === undefined ? "end" : "error",
      id: this.#id,
      ...this.beginning,
      durationMs,
      ...ending,
      ...(isOwnError(error) && { code: error.code }),
    } satisfies GraphEvent);
  }
}
