import type { Clock } from "../../src/clock.js";

/** A clock that stands still until it is told to move. `waits` holds what was asked of it. */
export class ManualClock implements Clock {
  readonly waits: number[] = [];
  #now: number;
  #pending = new Set<{ at: number; resolve: () => void }>();

  constructor(now = Date.now()) {
    this.#now = now;
  }

  now = (): number => this.#now;

  wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    this.waits.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const entry = { at: this.#now + ms, resolve };
      this.#pending.add(entry);
      signal?.addEventListener("abort", () => {
        this.#pending.delete(entry);
        reject(signal.reason);
      });
    });
  };

  /** Moves time and lets everything that was due go on. */
  advance(ms: number): void {
    this.#now += ms;
    for (const entry of [...this.#pending]) {
      if (entry.at <= this.#now) {
        this.#pending.delete(entry);
        entry.resolve();
      }
    }
  }
}
