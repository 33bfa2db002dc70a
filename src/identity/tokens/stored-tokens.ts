import type { Clock } from "../../clock.js";
import { withDeadline } from "../../http/deadline.js";
import { type Logger, log } from "../../logger.js";
import type { Token } from "./token.js";
import type { TokenStore } from "./token-store.js";

/** What of a token is told to other processes: the clock is this machine's own. */
const told = ["value", "expiresAt", "refreshAt"] satisfies (keyof Token)[];

export interface StoredTokenDemand {
  /** Whether a token from the store will do. Absent: none will, and this process won't wait for another's either. */
  accept: ((token: Token) => boolean) | undefined;
  /** Asks Entra. */
  request(): Promise<Token>;
  /** Whether what was requested is still the newest. */
  current(): boolean;
  signal: AbortSignal;
}

/** For one word with the store. */
const answerMs = 200;
/** A store that failed is left alone for this long: the next token must not pay for it again. */
const circuitMs = 10_000;
/** How long one process may be the one that asks, and how long the others wait for it. */
const lockMs = 5_000;
const pollMs = 50;

/** A token store that can't fail: at worst it costs a warning and a moment. */
export class StoredTokens {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  #brokenUntil: number | undefined;
  #saidCorrupt = false;

  constructor(store: TokenStore, clock: Clock, logger: Logger | undefined) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A token from the store, or a new one; among processes that need it at the same time, one asks and the others get its answer. */
  async obtain(
    key: string,
    { accept, current, request, signal }: StoredTokenDemand,
  ): Promise<{ token: Token; fromStore: boolean }> {
    const { lock } = this.#store;
    const giveUpAt = this.#clock.monotonic() + lockMs;
    const look = async () => {
      const token = accept && (await this.#read(key));
      return token && accept(token) ? token : undefined;
    };
    let token = await look();
    let unlock: (() => Promise<unknown>) | undefined;
    while (accept && lock && !token && !unlock && !this.#broken() && this.#clock.monotonic() < giveUpAt) {
      unlock = await this.#try("lock", async (late) => {
        const granted = await lock.call(this.#store, key, lockMs);
        // Granted to somebody who has gone: others needn't wait for it to end.
        if (late.aborted) await granted?.();
        return granted;
      });
      if (!unlock && !this.#broken()) await this.#clock.wait(pollMs * (1 + Math.random()), signal);
      // With the lock in hand, too: its last owner may have stored a token since our last look.
      token = await look();
    }
    let written: Promise<void> | undefined;
    try {
      if (token) return { token, fromStore: true };
      token = await request();
      // Nobody waits for the store to take it.
      if (current()) written = this.#write(key, token);
      return { token, fromStore: false };
    } finally {
      if (unlock) void Promise.resolve(written).then(() => this.#try("unlock", unlock));
    }
  }

  async #write(key: string, token: Token): Promise<void> {
    const ttlMs = Math.floor(token.expiresAt - this.#clock.now());
    if (ttlMs > 0) await this.#try("set", () => this.#store.set(key, JSON.stringify(token, told), ttlMs));
  }

  async #read(key: string): Promise<Token | undefined> {
    const text = await this.#try("get", () => this.#store.get(key));
    if (!text) return undefined;
    try {
      const { value, expiresAt, refreshAt } = JSON.parse(text);
      if (typeof value === "string" && value && Number.isFinite(expiresAt) && Number.isFinite(refreshAt)) {
        return { value, expiresAt, refreshAt };
      }
    } catch {
      // Reported below.
    }
    if (!this.#saidCorrupt) {
      log(this.#logger, "warn", "The token store holds something that is no token, or was encrypted with another key.");
    }
    this.#saidCorrupt = true;
    return undefined;
  }

  #broken(): boolean {
    return this.#brokenUntil !== undefined && this.#clock.monotonic() < this.#brokenUntil;
  }

  async #try<T>(action: string, work: (late: AbortSignal) => Promise<T> | undefined): Promise<T | undefined> {
    if (this.#broken()) return undefined;
    const late = () => new Error(`no answer within ${answerMs} ms`);
    try {
      const result = await withDeadline({ clock: this.#clock, timeoutMs: answerMs, late }, async (signal) =>
        work(signal),
      );
      if (this.#brokenUntil !== undefined) log(this.#logger, "info", "The token store answers again.");
      this.#brokenUntil = undefined;
      return result;
    } catch (error) {
      if (this.#brokenUntil === undefined) {
        const reason = error instanceof Error ? error.message : String(error);
        log(this.#logger, "warn", `The token store failed (${action}: ${reason}); doing without it.`);
      }
      this.#brokenUntil = this.#clock.monotonic() + circuitMs;
      return undefined;
    }
  }
}
