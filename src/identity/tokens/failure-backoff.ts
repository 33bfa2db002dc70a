import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { retryDelay } from "../../http/retry-after.js";

/** Rest after a failure: this long, and exponentially longer on top. */
const restMs = 5_000;
/** While much of a token's life is left, there is no hurry: at most sixty tries for what is left. */
const triesLeft = 60;

/** What one kind of token remembers of failures, in elapsed time. */
export class Outage {
  readonly #clock: Clock;
  #failures = 0;
  #restUntil = 0;
  #closed: { until: number; error: AppIdentityError } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a background request is in order. */
  get rested(): boolean {
    return this.#clock.monotonic() >= this.#restUntil;
  }

  /**
   * Keeps everybody away for as long as the service asked.
   * @throws AppIdentityError the refusal it asked in
   */
  check(): void {
    const leftMs = this.#closed ? this.#closed.until - this.#clock.monotonic() : 0;
    if (this.#closed && leftMs > 0) throw this.#closed.error.with({ retryAfterMs: leftMs });
  }

  over(): void {
    this.#failures = 0;
    this.#restUntil = 0;
    this.#closed = undefined;
  }

  /** @returns how long background requests rest now */
  failed(error: unknown, tokenLeftMs: number): number {
    const known = error instanceof AppIdentityError ? error : undefined;
    const elapsed = this.#clock.monotonic();
    if (known?.retryable && known.retryAfterMs !== undefined) {
      this.#closed = { until: elapsed + known.retryAfterMs, error: known };
    }
    this.#failures += 1;
    const pause = restMs + retryDelay(this.#failures, known?.retryAfterMs, restMs);
    const rest = Math.max(pause, tokenLeftMs / triesLeft);
    this.#restUntil = elapsed + rest;
    return rest;
  }
}
