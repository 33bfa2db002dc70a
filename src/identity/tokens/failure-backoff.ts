import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { retryDelay } from "../../http/retry-after.js";

/** Between two background requests after a failure: this long, and exponentially longer on top. */
const pauseMs = 5_000;
/** While much of a token's life is left, there is no hurry: at most sixty tries for what is left. */
const triesLeft = 60;

/** What one kind of token remembers of failures, in elapsed time. */
export class FailureBackoff {
  readonly #clock: Clock;
  #failures = 0;
  #pausedUntil = 0;
  #circuit: { openUntil: number; error: AppIdentityError } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a background request would come too soon after one that failed. */
  get paused(): boolean {
    return this.#clock.monotonic() < this.#pausedUntil;
  }

  /**
   * Keeps everybody away for as long as the service asked.
   * @throws AppIdentityError the refusal it asked in
   */
  check(): void {
    const leftMs = this.#circuit ? this.#circuit.openUntil - this.#clock.monotonic() : 0;
    if (this.#circuit && leftMs > 0) throw this.#circuit.error.with({ retryAfterMs: leftMs });
  }

  succeeded(): void {
    this.#failures = 0;
    this.#pausedUntil = 0;
    this.#circuit = undefined;
  }

  /** @returns how long background requests pause now */
  failed(error: unknown, tokenLeftMs: number): number {
    const known = error instanceof AppIdentityError ? error : undefined;
    const elapsed = this.#clock.monotonic();
    if (known?.retryable && known.retryAfterMs !== undefined) {
      this.#circuit = { openUntil: elapsed + known.retryAfterMs, error: known };
    }
    this.#failures += 1;
    const pause = pauseMs + retryDelay(this.#failures, known?.retryAfterMs, pauseMs);
    const pausedMs = Math.max(pause, tokenLeftMs / triesLeft);
    this.#pausedUntil = elapsed + pausedMs;
    return pausedMs;
  }
}
