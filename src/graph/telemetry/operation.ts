import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import type { Clock } from "../../clock.js";
import { type AppIdentityErrorCode, isAppIdentityError } from "../../errors.js";

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

const channels = {
  walk: channel("graph-app-identity:graph:walk"),
  page: channel("graph-app-identity:graph:page"),
  batch: channel("graph-app-identity:graph:batch"),
  request: channel("graph-app-identity:graph:request"),
  attempt: channel("graph-app-identity:graph:attempt"),
};

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
   * Begins one where somebody listens; where nobody does, there is none, and `beginning` isn't asked. It is a part of
   * `parent`, or else of the operation within which it begins.
   */
  static begin(
    kind: GraphOperation,
    clock: Clock,
    beginning: () => Beginning,
    parent: Operation | undefined = current.getStore(),
  ): Operation | undefined {
    if (!channels[kind].hasSubscribers) return undefined;
    return new Operation(kind, { ...(parent && { parent: parent.#id }), ...beginning() }, clock);
  }

  /** Does some work as a part of an operation, if there is one. */
  static within<T>(operation: Operation | undefined, work: () => T): T {
    return operation === undefined ? work() : current.run(operation, work);
  }

  end(ending: Ending = {}): void {
    this.#tell({ phase: "end", ...ending });
  }

  fail(error: unknown, ending: Ending = {}): void {
    this.#tell({ phase: "error", ...ending, ...(isAppIdentityError(error) && { code: error.code }) });
  }

  #tell(end: { phase: "end" | "error"; code?: AppIdentityErrorCode } & Ending): void {
    if (this.#over) return;
    this.#over = true;
    const durationMs = this.clock.monotonic() - this.#startedAt;
    channels[this.kind].publish({ id: this.#id, ...this.beginning, durationMs, ...end } satisfies GraphEvent);
  }
}
