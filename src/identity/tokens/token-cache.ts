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
  /** Requests under way, the latest last. */
  readonly flights: Flight[];
  readonly backoff: FailureBackoff;
  /** Of claims that Entra refuses, which says nothing about tokens without them. */
  readonly claimsBackoff: FailureBackoff;
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
    if (entry !== undefined && (entry.flights.length > 0 || key === this.#lastKey)) return entry;
    entry ??= this.#newEntry(key);
    this.#putLast(entry);
    return entry;
  }

  takeOff(entry: CacheEntry, flight: Flight): void {
    entry.flights.push(flight);
    this.#idle.delete(entry.key);
    this.#flying.set(entry.key, entry);
  }

  land(entry: CacheEntry, flight: Flight): void {
    const index = entry.flights.indexOf(flight);
    if (index < 0) return;
    entry.flights.splice(index, 1);
    if (entry.flights.length === 0) this.#putLast(entry);
  }

  #newEntry(key: string): CacheEntry {
    const backoff = new FailureBackoff(this.#clock);
    const claimsBackoff = new FailureBackoff(this.#clock);
    return { key, held: undefined, heldOrder: 0, flights: [], backoff, claimsBackoff };
  }

  #putLast(entry: CacheEntry): void {
    this.#flying.delete(entry.key);
    this.#idle.delete(entry.key);
    this.#idle.set(entry.key, entry);
    this.#lastKey = entry.key;
    if (this.#idle.size > this.#maxTokens) this.#idle.delete(this.#idle.keys().next().value as string);
  }
}
