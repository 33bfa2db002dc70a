import type { Clock } from "../../src/clock.js";

/** A clock on which pauses take no time, while limits stand still until a test says so. `pauses` holds what was waited for. */
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
    signal?.throwIfAborted();
    this.pauses.push(ms);
    this.advance(ms);
  };

  alarm = (ms: number, ring: () => void): (() => void) => {
    this.#limits.set(ring, ms);
    return () => this.#limits.delete(ring);
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
    const reached = [...this.#limits.keys()];
    this.#limits.clear();
    for (const ring of reached) ring();
  }

  get running(): number[] {
    return [...this.#limits.values()];
  }
}
