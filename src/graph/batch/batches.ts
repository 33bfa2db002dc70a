import { setImmediate } from "node:timers/promises";
import type { Client } from "@microsoft/microsoft-graph-client";
import type { Clock } from "../../clock.js";
import { readErrorText, readText } from "../../http/read-body.js";
import { abortFailure } from "../failures/interruption.js";
import type { Attempt } from "../requests/attempt.js";
import { driven } from "../requests/driven-request.js";
import { nameless, pathTemplate } from "../requests/path-template.js";
import type { RequestTally } from "../requests/request-tally.js";
import { resourceUnits } from "../requests/resource-units.js";
import { type BatchStep, type Ending, Operation } from "../telemetry/operation.js";
import { batchTokenRequest } from "./batch-token-request.js";
import { type InnerAnswer, innerAnswer, readResponses, unanswered } from "./inner-answer.js";

/** What Graph takes in one batch. @see https://learn.microsoft.com/graph/json-batching */
export const mostSteps = 20;

/** Answer to a step, and whether it is the batch's own: Graph refused the whole. */
export interface StepAnswer {
  response: Response;
  outer: boolean;
}

/** A place in a batch that is about to leave. */
export interface Seat {
  /** The same for all who are in it. */
  readonly jitter: number;
  send(link: string, headers: Record<string, string>, attempt: Attempt): Promise<StepAnswer>;
}

interface Step {
  link: string;
  headers: Record<string, string>;
  attempt: Attempt;
  resolve(answer: StepAnswer): void;
  reject(error: unknown): void;
}

export interface BatchesOptions {
  client: Client;
  /** Where batches are posted, such as `https://graph.microsoft.com/v1.0/$batch`: its version is that of every step. */
  address: string;
  /** Batches in flight. */
  concurrency: number;
  maxBodyBytes: number;
  clock: Clock;
  tally?: RequestTally | undefined;
  signal: AbortSignal;
  /** What the batches are told of as parts of. */
  operation?: Operation | undefined;
}

// Taken at once, and not from the globals, as tests with false timers replace them.
const turn = setImmediate;

/**
 * Carries requests twenty at a time. A batch leaves when it is full; one that isn't only when no other is under way, or nothing more will
 * come until it has left.
 */
export class Batches {
  /** Batches posted. */
  posted = 0;
  readonly #options: BatchesOptions;
  readonly #queue: { enter(seat: Seat): void; leave(reason: unknown): void }[] = [];
  #inFlight = 0;
  #drained = true;
  #waiting = false;

  constructor(options: BatchesOptions) {
    this.#options = options;
    const { signal } = options;
    // The walk's own signal: it ends with the walk.
    signal.addEventListener("abort", () => {
      for (const { leave } of this.#queue.splice(0)) leave(abortFailure(signal.reason));
    });
  }

  /** Whether nothing more comes before what is here has left: the source has ended, or is far enough ahead. */
  set drained(value: boolean) {
    this.#drained = value;
    if (value) this.#depart();
  }

  /** Waits for a place. */
  seat(): Promise<Seat> {
    const { signal } = this.#options;
    if (signal.aborted) return Promise.reject(abortFailure(signal.reason));
    return new Promise((enter, leave) => {
      this.#queue.push({ enter, leave });
      this.#depart();
    });
  }

  #depart(): void {
    while (this.#queue.length >= mostSteps && this.#inFlight < this.#options.concurrency) void this.#fill();
    if (this.#queue.length > 0 && !this.#waiting) void this.#departPartly();
  }

  /** What comes in the same turn still gets on. */
  async #departPartly(): Promise<void> {
    this.#waiting = true;
    await turn();
    this.#waiting = false;
    const { concurrency } = this.#options;
    const goes = this.#inFlight === 0 || (this.#drained && this.#inFlight < concurrency);
    if (this.#queue.length > 0 && goes) void this.#fill();
  }

  async #fill(): Promise<void> {
    this.#inFlight += 1;
    const steps: Step[] = [];
    const seat: Seat = {
      jitter: Math.random(),
      send: (link, headers, attempt) =>
        new Promise((resolve, reject) => steps.push({ link, headers, attempt, resolve, reject })),
    };
    for (const { enter } of this.#queue.splice(0, mostSteps)) enter(seat);
    // Who got a seat sends in this turn, or doesn't any more.
    await turn();
    if (steps.length > 0 && !this.#options.signal.aborted) await this.#post(steps);
    for (const { reject } of steps) reject(abortFailure(this.#options.signal.reason));
    this.#inFlight -= 1;
    this.#depart();
  }

  async #post(steps: readonly Step[]): Promise<void> {
    const { client, address, maxBodyBytes, clock, tally, operation: whole } = this.#options;
    this.posted += 1;
    const beginning = () => ({ ...nameless(address), method: "POST" });
    const operation = Operation.within(whole, () => Operation.begin("batch", clock, beginning));
    try {
      const requests = steps.map(({ link, headers }, number) => ({
        id: `${number}`,
        method: "GET",
        url: link.replace(/^https:\/\/[^/]+\/[^/]+/, ""),
        ...(Object.keys(headers).length > 0 && { headers }),
      }));
      const attempts = steps.map(({ attempt }) => attempt) as [Attempt, ...Attempt[]];
      // All seats were taken in one turn, and their time is up in one.
      const shared = { signal: attempts[0].signal, tokenRequest: batchTokenRequest(attempts) };
      const response: Response = await driven(client.api(address), shared).post({ requests });
      if (tally !== undefined) tally.requests += 1;
      if (response.status !== 200) {
        const text = await readErrorText(response);
        const { status } = response;
        steps.forEach(({ resolve }, number) => {
          const headers = new Headers(response.headers);
          // What the whole cost is counted once.
          if (number > 0) headers.delete("x-ms-resource-unit");
          resolve({ response: new Response(bodyFor(status, text), { status, headers }), outer: true });
        });
        operation?.end(endingOf(steps, status));
        return;
      }
      const { host } = new URL(address);
      const answers = readResponses(await readText(response, maxBodyBytes), host);
      steps.forEach(({ resolve, reject }, number) => {
        const answer = answers.get(`${number}`);
        if (answer === undefined) reject(unanswered(host));
        else resolve({ response: innerAnswer(answer), outer: false });
      });
      operation?.end(endingOf(steps, response.status, answers));
    } catch (error) {
      operation?.end(endingOf(steps), error);
      for (const { reject } of steps) reject(error);
    }
  }
}

function bodyFor(status: number, text: string): string | null {
  return status === 204 || status === 205 || status === 304 ? null : text;
}

/** What is told of a batch. */
function endingOf(sent: readonly Step[], status?: number, answers?: ReadonlyMap<string, InnerAnswer>): Ending {
  let units = 0;
  const steps = sent.map(({ link }, number): BatchStep => {
    const answer = answers?.get(`${number}`);
    if (answer !== undefined) units += resourceUnits(new Headers(answer.headers));
    return { path: pathTemplate(link), ...(answer && { status: answer.status }) };
  });
  return { ...(status !== undefined && { status }), steps, resourceUnits: units };
}
