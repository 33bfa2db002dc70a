import type { Clock } from "../../clock.js";
import { type Beginning, type Ending, Operation } from "../telemetry/operation.js";
import type { Outcome } from "./attempt-once.js";
import { nameless } from "./path-template.js";
import { resourceUnits } from "./resource-units.js";

/** What becomes of one request, for those who listen. */
export class RequestRecord {
  attempts = 0;
  answers = 0;
  waitedMs = 0;
  readonly operation: Operation | undefined;
  readonly #beginning: () => Beginning;
  readonly #clock: Clock;
  /** Of all answers together; the status is the last one's. */
  #answered: Ending = { resourceUnits: 0 };
  /** Of the attempt under way. */
  #answer: Ending = { resourceUnits: 0 };

  constructor(work: { address: string; method?: string }, batched: boolean, clock: Clock) {
    const { address, method = "GET" } = work;
    this.#beginning = () => ({ ...nameless(address), method, ...(batched && { batched }) });
    this.#clock = clock;
    this.operation = Operation.begin("request", clock, this.#beginning);
  }

  answered({ status, headers }: Response): void {
    const units = resourceUnits(headers);
    this.answers += 1;
    this.#answer = { status, resourceUnits: units };
    this.#answered = { status, resourceUnits: this.#answered.resourceUnits! + units };
  }

  /** An attempt, told of as a part of the request. */
  attempt<T extends Outcome<unknown>>(number: number, work: () => Promise<T>): Promise<T> {
    this.#answer = { resourceUnits: 0 };
    const beginning = () => ({ ...this.#beginning(), attempt: number });
    const operation = Operation.begin("attempt", this.#clock, beginning);
    return Operation.whole(
      operation,
      work,
      () => this.#answer,
      (outcome) => ("result" in outcome ? undefined : "failure" in outcome ? outcome.failure : outcome.refusal),
    );
  }

  ending(): Ending {
    return { ...this.#answered, attempts: this.attempts, waitedMs: this.waitedMs };
  }
}
