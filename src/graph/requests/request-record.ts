import type { Clock } from "../../clock.js";
import { Operation } from "../telemetry/operation.js";
import { nameless } from "./path-template.js";
import { resourceUnits } from "./resource-units.js";

/** What becomes of one request, for those who listen. */
export class RequestRecord {
  answers = 0;
  waitedMs = 0;
  #attempts = 0;
  #status: number | undefined;
  #resourceUnits = 0;
  readonly operation: Operation | undefined;
  readonly #beginning: { address: string; method?: string; batched: boolean };
  readonly #clock: Clock;

  constructor(beginning: { address: string; method?: string; batched: boolean }, clock: Clock) {
    this.#beginning = beginning;
    this.#clock = clock;
    this.operation = this.#begin("request");
  }

  sent(): void {
    this.#attempts += 1;
  }

  answered({ status, headers }: Response): void {
    this.answers += 1;
    this.#status = status;
    this.#resourceUnits += resourceUnits(headers);
  }

  /** An attempt, told of as a part of the request. */
  async attempt<T extends object>(number: number, work: () => Promise<T>): Promise<T> {
    const operation = this.#begin("attempt", number);
    const before = { answers: this.answers, resourceUnits: this.#resourceUnits };
    const ending = () => ({
      ...(this.answers > before.answers && this.#status !== undefined && { status: this.#status }),
      resourceUnits: this.#resourceUnits - before.resourceUnits,
    });
    try {
      const outcome = await Operation.within(operation, work);
      const { failure, refusal } = outcome as { failure?: unknown; refusal?: unknown };
      const error = failure ?? refusal;
      if (error === undefined) operation?.end(ending());
      else operation?.fail(error, ending());
      return outcome;
    } catch (error) {
      operation?.fail(error, ending());
      throw error;
    }
  }

  end(): void {
    this.operation?.end(this.#ending());
  }

  fail(error: unknown): void {
    this.operation?.fail(error, this.#ending());
  }

  #begin(kind: "request" | "attempt", attempt?: number): Operation | undefined {
    const { address, method = "GET", batched } = this.#beginning;
    return Operation.begin(
      kind,
      this.#clock,
      () => ({
        ...nameless(address),
        method,
        ...(attempt !== undefined && { attempt }),
        ...(batched && { batched }),
      }),
      this.operation,
    );
  }

  #ending() {
    return {
      ...(this.#status !== undefined && { status: this.#status }),
      attempts: this.#attempts,
      resourceUnits: this.#resourceUnits,
      waitedMs: this.waitedMs,
    };
  }
}
