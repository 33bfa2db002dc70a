import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { longestWaitMs, retryDelay } from "../../http/retry-after.js";

/** Between two background requests after a failure: this long, and exponentially longer on top. */
const pauseMs = 5_000;
/** While much of a token's life is left, there is no hurry: at most sixty tries for what is left. */
const triesLeft = 60;
/** So many failures in a row are each met by a request of its own. After them demands are spaced, so that a cure is noticed within the longest. */
const unspaced = 3;
const spaceMs = { first: 1_000, longest: 30_000 };

/** How long after the last of so many failures in a row the same demand isn't made again. */
export function spacing(failures: number): number {
  return failures < unspaced ? 0 : Math.min(spaceMs.first * 2 ** (failures - unspaced), spaceMs.longest);
}

/** What one kind of token remembers of failures, in elapsed time. */
export class FailureBackoff {
  readonly #clock: Clock;
  /** In a row; those somebody waited for count apart, as those in the background keep nobody waiting. */
  #failures = { all: 0, waiting: 0 };
  #pausedUntil = 0;
  #last: { until: number; error: AppIdentityError } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a background request would come too soon after one that failed. */
  get paused(): boolean {
    return this.#clock.monotonic() < this.#pausedUntil;
  }

  /** What a demand fails with that is made too soon: before the service wants it, or after a row of failures. */
  get refusal(): AppIdentityError | undefined {
    const leftMs = this.#last ? this.#last.until - this.#clock.monotonic() : 0;
    return leftMs > 0 ? this.#last?.error.with({ retryAfterMs: leftMs }) : undefined;
  }

  /** Whether the last request of this kind failed: the next one shows whether that is over, in one attempt. */
  isProbing(background: boolean): boolean {
    return (background ? this.#failures.all : this.#failures.waiting) > 0;
  }

  /** Keeps background requests away for a moment, though nothing failed. */
  pause(): void {
    this.#pausedUntil = this.#clock.monotonic() + pauseMs * (1 + Math.random());
  }

  succeeded(): void {
    this.#failures = { all: 0, waiting: 0 };
    this.#pausedUntil = 0;
    this.#last = undefined;
  }

  /** @returns how long background requests pause now */
  failed(error: unknown, background: boolean, tokenLeftMs: number): number {
    const known = error instanceof AppIdentityError ? error : undefined;
    const elapsed = this.#clock.monotonic();
    const askedMs = known?.retryAfterMs === undefined ? undefined : Math.min(known.retryAfterMs, longestWaitMs);
    this.#failures.all += 1;
    if (!background) this.#failures.waiting += 1;
    const spacedMs = background ? 0 : spacing(this.#failures.waiting);
    const until = elapsed + Math.max(known?.retryable ? (askedMs ?? 0) : 0, spacedMs);
    if (known && until >= (this.#last?.until ?? 0)) this.#last = { until, error: known };
    const pause = pauseMs + retryDelay(this.#failures.all, askedMs, pauseMs);
    const unhurriedMs = Math.min(tokenLeftMs / triesLeft, longestWaitMs);
    this.#pausedUntil = Math.max(elapsed + pause, elapsed + unhurriedMs, this.#last?.until ?? 0);
    return this.#pausedUntil - elapsed;
  }
}
