import type { Clock } from "../../src/clock.js";

/** The time limits of the library: they pass only when a test says so. */
const limits = [200, 10_000, 30_000, 60_000];

/** A clock on which pauses take no time, while limits stand still. `pauses` holds what was waited for. */
export class LimitedClock implements Clock {
  readonly pauses: number[] = [];
  #now: number;
  #elapsed = 0;
  #limits = new Map<() => void, number>();

  constructor(now = Date.now()) {
    this.#now = now;
  }

  now = (): number => this.#now;

  monotonic = (): number => this.#elapsed;

  wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
    if (limits.includes(ms)) {
      await new Promise<void>((resolve, reject) => {
        this.#limits.set(resolve, ms);
        signal?.addEventListener("abort", () => {
          this.#limits.delete(resolve);
          reject(signal.reason);
        });
      });
      return;
    }
    signal?.throwIfAborted();
    this.pauses.push(ms);
    this.advance(ms);
  };

  advance(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
  }

  /** Sets the wall clock forward or back. No time passes. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets the limits that are running now pass. */
  exceedLimits(): void {
    const [longest = 0] = [...this.#limits.values()].sort((a, b) => b - a);
    this.advance(longest);
    for (const pass of this.#limits.keys()) pass();
    this.#limits.clear();
  }

  get running(): number[] {
    return [...this.#limits.values()];
  }
}
