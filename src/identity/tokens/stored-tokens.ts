/**
 * Tokens that processes share. Where none is good, one process asks and the others wait for its answer:
 *
 * - the store's lock says who asks, for as long as a process may be silent, not for as long as Entra may take;
 * - who has asked for a second says so in the token's place, again each second; seeing that, the others look for the token only;
 * - when it falls silent, the next one takes the lock; when nobody says anything for longer than a lock can live, each asks for itself.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../clock.js";
import { type Logger, log } from "../../logger.js";
import { StoreAccess } from "./store-access.js";
import { byOwnClock, readStored, writeAsking, writeToken } from "./stored-form.js";
import type { Token } from "./token.js";
import type { TokenStore } from "./token-store.js";

export interface StoredTokenDemand {
  /** Whether a token from the store will do. Absent: none will, and this process won't wait for another's either. */
  accept: ((token: Token) => boolean) | undefined;
  /** Nobody waits for it, as the token in hand is good: what another process asks for already can be left to it. */
  background: boolean;
  /** Asks Entra. */
  request(): Promise<Token>;
  /** Whether what was requested is still the newest. */
  current(): boolean;
  signal: AbortSignal;
}

export interface ObtainedToken {
  token: Token;
  fromStore: boolean;
}

/** How long a lock lives, and how long a process is believed to be asking that doesn't say so again. Shorter than anybody's patience. */
const silenceMs = 3_000;
const signMs = 1_000;
/** Without any sign: then locks are broken, or nobody gives them back. */
const patienceMs = 5_000;
/** With signs: as long as a token request may take, and not all together. */
const longestWaitMs = { least: 45_000, most: 60_000 };
/** A refresh behind everybody's back says nothing, as there is a good token in its place. */
const backgroundLockMs = 20_000;
const pollMs = { first: 100, longest: 1_000 };

type Unlock = () => Promise<unknown>;
type Haste = "hasty" | "patient";

export class StoredTokens {
  readonly #store: TokenStore;
  readonly #access: StoreAccess;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  #saidUnreadable = false;

  constructor(store: TokenStore, clock: Clock, logger: Logger | undefined) {
    this.#store = store;
    this.#access = new StoreAccess(clock, logger);
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A token from the store that will do. */
  async find(key: string, accept: (token: Token) => boolean): Promise<Token | undefined> {
    const { token } = await this.#read(key);
    return token && accept(token) ? token : undefined;
  }

  /** A token from the store, or a new one; `undefined` where the demand is left to another process. */
  async obtain(key: string, demand: StoredTokenDemand): Promise<ObtainedToken | undefined> {
    const { accept, background, signal } = demand;
    if (accept === undefined) return this.#ask(key, demand, undefined, false);
    const turn = await this.#turn(key, accept, background, signal);
    if (turn === "another's") return undefined;
    if ("token" in turn) return { token: turn.token, fromStore: true };
    return this.#ask(key, demand, turn.unlock, turn.waited && !background);
  }

  /** Waits until this process may ask, or has what another asked for. */
  async #turn(key: string, accept: (token: Token) => boolean, background: boolean, signal: AbortSignal) {
    const startedAt = this.#clock.monotonic();
    const endAt = startedAt + longestWaitMs.least + Math.random() * (longestWaitMs.most - longestWaitMs.least);
    const lockMs = background ? backgroundLockMs : silenceMs;
    let sign = "";
    let signAt = startedAt;
    let waited = false;
    for (let pauseMs = pollMs.first; ; pauseMs = Math.min(2 * pauseMs, pollMs.longest)) {
      const { token, asking = "" } = await this.#read(key, waited ? "patient" : "hasty");
      if (token && accept(token)) return { token };
      const now = this.#clock.monotonic();
      if (asking !== sign) [sign, signAt] = [asking, now];
      const heard = sign !== "" && now - signAt < silenceMs;
      const unlock = heard ? undefined : await this.#lock(key, lockMs, waited ? "patient" : "hasty");
      if (unlock) return this.#onTurn(key, accept, unlock, waited);
      const leftMs = Math.min(signAt + patienceMs, endAt) - this.#clock.monotonic();
      if (!this.#canWait || leftMs <= 0) return { unlock: undefined, waited };
      if (background) return "another's";
      waited = true;
      await this.#clock.wait(Math.min(pauseMs * (0.75 + Math.random() / 2), leftMs), signal);
    }
  }

  /** Whether there is a lock to wait for, in a store that answers. */
  get #canWait(): boolean {
    return this.#store.lock !== undefined && !this.#access.broken;
  }

  /** With the lock in hand: its last owner may have stored a token since our last look. */
  async #onTurn(key: string, accept: (token: Token) => boolean, unlock: Unlock, waited: boolean) {
    const token = await this.find(key, accept);
    if (token === undefined) return { unlock, waited };
    void this.#access.try("unlock", unlock);
    return { token };
  }

  #lock(key: string, ttlMs: number, haste: Haste): Promise<Unlock | undefined> {
    const { lock } = this.#store;
    if (lock === undefined) return Promise.resolve(undefined);
    return this.#access.try(
      "lock",
      async (late) => {
        const unlock = await lock.call(this.#store, key, ttlMs);
        // Granted to somebody who has gone: others needn't wait for it to end.
        if (late.aborted) await unlock?.();
        return unlock;
      },
      haste,
    );
  }

  async #ask(
    key: string,
    { accept, background, current, request }: StoredTokenDemand,
    unlock: Unlock | undefined,
    signAtOnce: boolean,
  ): Promise<ObtainedToken> {
    const quiet = unlock && accept && !background ? this.#saySo(key, signAtOnce) : undefined;
    let written: Promise<unknown> | undefined;
    try {
      const token = await request();
      // Nobody waits for the store to take it.
      if (current()) written = Promise.resolve(quiet?.()).then(() => this.#write(key, token));
      return { token, fromStore: false };
    } catch (error) {
      written = quiet?.(true);
      throw error;
    } finally {
      if (unlock) void Promise.resolve(written ?? quiet?.()).then(() => this.#access.try("unlock", unlock));
    }
  }

  /** Tells the others each second that this process is asking. @returns ends that, and waits for the last word; whether it gave up */
  #saySo(key: string, atOnce: boolean): (gaveUp?: boolean) => Promise<unknown> {
    const who = randomUUID();
    let count = 0;
    let said: Promise<unknown> = Promise.resolve();
    const say = (text: string, ttlMs: number) => {
      said = said.then(() => this.#access.try("set", () => this.#store.set(key, text, ttlMs), "patient"));
    };
    let stop = () => {};
    const next = () => {
      say(writeAsking(`${who}:${++count}`), silenceMs);
      stop = this.#clock.alarm(signMs, next);
    };
    if (atOnce) next();
    else stop = this.#clock.alarm(signMs, next);
    return (gaveUp = false) => {
      stop();
      if (gaveUp && count > 0) say(writeAsking(""), 1);
      return said;
    };
  }

  async #write(key: string, token: Token): Promise<void> {
    const now = this.#clock.now();
    const ttlMs = Math.floor(token.expiresAt - now);
    const set = () => this.#store.set(key, writeToken(token, now), ttlMs);
    if (ttlMs > 0) await this.#access.try("set", set, "patient", token.value);
  }

  async #read(
    key: string,
    haste: Haste = "hasty",
  ): Promise<{ token?: Token | undefined; asking?: string | undefined }> {
    const text = await this.#access.try("get", () => this.#store.get(key), haste);
    if (text === undefined || text === null) return {};
    const stored = typeof text === "string" ? readStored(text) : undefined;
    if (stored === undefined) this.#sayUnreadable();
    if (stored?.token === undefined) return { asking: stored?.asking };
    const remainingMs = await this.#access.try("get", () => this.#remainingMs(key), haste);
    return { token: byOwnClock(stored.token, this.#clock.now(), remainingMs) };
  }

  /** A store that can't tell costs only what its word would have been worth. */
  async #remainingMs(key: string): Promise<number | undefined> {
    try {
      const ms: unknown = await this.#store.remainingMs?.(key);
      return typeof ms === "number" && ms > 0 ? ms : undefined;
    } catch {
      return undefined;
    }
  }

  #sayUnreadable(): void {
    if (!this.#saidUnreadable) {
      log(this.#logger, "warn", "The token store holds something that is no token, or was encrypted with another key.");
    }
    this.#saidUnreadable = true;
  }
}
