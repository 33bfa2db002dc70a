import type { Clock } from "../../src/clock.js";
import type { TokenStore } from "../../src/identity/tokens/token-store.js";

/** A store in memory whose values and locks end by its own clock, and that counts what is asked of it. */
export class TimedStore implements TokenStore {
  calls = 0;
  readonly values = new Map<string, { value: string; until: number }>();
  readonly #time: Clock;

  constructor(time: Clock) {
    this.#time = time;
  }

  #live(key: string) {
    const entry = this.values.get(key);
    return entry && entry.until > this.#time.now() ? entry : undefined;
  }

  async get(key: string) {
    this.calls += 1;
    return this.#live(key)?.value;
  }
  async set(key: string, value: string, ttlMs: number) {
    this.calls += 1;
    this.values.set(key, { value, until: this.#time.now() + ttlMs });
  }
  async lock(key: string, ttlMs: number) {
    this.calls += 1;
    const name = `${key}:lock`;
    if (this.#live(name)) return undefined;
    const mine = { value: "", until: this.#time.now() + ttlMs };
    this.values.set(name, mine);
    return async () => void (this.values.get(name) === mine && this.values.delete(name));
  }
  remaining(key: string) {
    const entry = this.#live(key);
    return entry && entry.until - this.#time.now();
  }
}
