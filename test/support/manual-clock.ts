import type { Clock } from "../../src/clock.js";

/** A clock that stands still until it is told to move. `waits` holds what was asked of it. */
export class ManualClock implements Clock {
  readonly waits: number[] = [];
  #now: number;
  #elapsed = 0;
  #pending = new Set<{ at: number; ring: () => void }>();

  constructor(now = Date.now()) {
    this.#now = now;
  }

  now = (): number => this.#now;

  monotonic = (): number => this.#elapsed;

  wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    this.waits.push(ms);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = this.alarm(ms, resolve);
      signal?.addEventListener("abort", () => {
        stop();
        reject(signal.reason);
      });
    });
  };

  alarm = (ms: number, ring: () => void): (() => void) => {
    const entry = { at: this.#elapsed + ms, ring };
    this.#pending.add(entry);
    return () => this.#pending.delete(entry);
  };

  /** Moves time and lets everything that was due go on. */
  advance(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
    for (const entry of [...this.#pending]) {
      if (entry.at <= this.#elapsed) {
        this.#pending.delete(entry);
        entry.ring();
      }
    }
  }

  /** Sets the wall clock forward or back, as an administrator or a time server would. No time passes. */
  jump(ms: number): void {
    this.#now += ms;
  }
}
