import type { Clock } from "../../clock.js";
import { FailureBackoff } from "./failure-backoff.js";
import type { Flight } from "./flight.js";
import type { HeldToken } from "./held-token.js";

/** What is known of one kind of token. */
export interface CacheEntry {
  readonly key: string;
  held: HeldToken | undefined;
  /** Number of the flight that brought it. */
  heldOrder: number;
  /** The latest request under way. */
  flight: Flight | undefined;
  readonly backoff: FailureBackoff;
}

/** A bounded memory of tokens, from which the least recently used goes first. */
export class TokenCache {
  readonly #clock: Clock;
  readonly #maxTokens: number;
  /** Those somebody waits for: they are never dropped, and there are only as many as requests under way. */
  readonly #flying = new Map<string, CacheEntry>();
  /** The others, in the order of their last use. */
  readonly #idle = new Map<string, CacheEntry>();
  #lastKey: string | undefined;

  constructor(clock: Clock, maxTokens: number) {
    this.#clock = clock;
    this.#maxTokens = maxTokens;
  }

  /** The entry of a kind, which counts as a use of it. */
  entry(key: string): CacheEntry {
    let entry = this.#flying.get(key) ?? this.#idle.get(key);
    if (entry !== undefined && (entry.flight !== undefined || key === this.#lastKey)) return entry;
    entry ??= { key, held: undefined, heldOrder: 0, flight: undefined, backoff: new FailureBackoff(this.#clock) };
    this.#putLast(entry);
    return entry;
  }

  takeOff(entry: CacheEntry, flight: Flight): void {
    entry.flight = flight;
    this.#idle.delete(entry.key);
    this.#flying.set(entry.key, entry);
  }

  /** Does nothing for a flight that another has taken the place of. */
  land(entry: CacheEntry, flight: Flight): void {
    if (entry.flight !== flight) return;
    entry.flight = undefined;
    this.#putLast(entry);
  }

  #putLast(entry: CacheEntry): void {
    this.#flying.delete(entry.key);
    this.#idle.delete(entry.key);
    this.#idle.set(entry.key, entry);
    this.#lastKey = entry.key;
    if (this.#idle.size > this.#maxTokens) this.#idle.delete(this.#idle.keys().next().value as string);
  }
}
