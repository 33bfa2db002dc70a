import type { Clock } from "../../clock.js";
import type { AppIdentityError } from "../../errors.js";
import { type Logger, log } from "../../logger.js";
import { checkSignal, Flight, type FlightPurpose } from "./flight.js";
import { ageOf, type HeldToken, hold, leftMs } from "./held-token.js";
import { StoredTokens } from "./stored-tokens.js";
import type { Token, TokenRequest } from "./token.js";
import { type CacheEntry, TokenCache } from "./token-cache.js";
import { publishTokenEvent, type TokenEvent } from "./token-events.js";
import type { TokenStore } from "./token-store.js";

/** One kind of token: who asks, for what. */
export interface TokenSubject {
  /** Tells this kind from every other, here and in the store. Nothing secret. */
  readonly key: string;
  readonly about: Pick<TokenEvent, "tenantId" | "clientId" | "scopes" | "enableCae">;
  acquire(request: TokenRequest): Promise<Token>;
}

export interface TokenDemand {
  claims?: string | undefined;
  forceRefresh?: boolean | undefined;
  refusedToken?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface TokenManagerOptions {
  clock: Clock;
  logger?: Logger | undefined;
  store?: TokenStore | undefined;
  /** Kinds of tokens kept; the least recently used go first. Default 10,000. */
  maxTokens?: number | undefined;
}

/** In the background, the retry is the next refresh: one that hangs may not keep an exiting process for long. */
const budgetMs = { waiting: 30_000, background: 5_000 };

/** Decides what a demand gets: the token in hand, that of a request under way, or that of a new one. */
export class TokenManager {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #store: StoredTokens | undefined;
  readonly #cache: TokenCache;
  #order = 0;

  constructor({ clock, logger, store, maxTokens = 10_000 }: TokenManagerOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#store = store && new StoredTokens(store, clock, logger);
    this.#cache = new TokenCache(clock, maxTokens);
  }

  /** The token in hand, while it is good. The warm path: it awaits nothing and allocates nothing. */
  inHand(subject: TokenSubject): HeldToken | undefined {
    const entry = this.#cache.entry(subject.key);
    const { held } = entry;
    if (held === undefined) return undefined;
    const age = ageOf(held, this.#clock);
    if (age === "over") return undefined;
    if (age === "ageing" && entry.flight === undefined && !entry.backoff.paused) {
      this.#start(entry, subject, { background: true });
    }
    return held;
  }

  /**
   * The token in hand, or a new one where there is none or the demand says so.
   * @throws AppIdentityError `invalid_options` for what is no signal; `aborted` when it aborts; else what `acquire` threw.
   */
  async get(subject: TokenSubject, demand: TokenDemand = {}): Promise<HeldToken> {
    const { claims, forceRefresh, refusedToken, signal } = demand;
    checkSignal(signal);
    const forced = forceRefresh === true || claims !== undefined;
    const held = this.inHand(subject);
    if (held) {
      const answersClaims = claims === undefined || claims === held.claims;
      const renewedMeanwhile = refusedToken !== undefined && refusedToken !== held.value;
      if (!forced || (answersClaims && renewedMeanwhile)) return held;
    }
    const entry = this.#cache.entry(subject.key);
    const pending = entry.flight;
    const joinable = pending && (!forced || (pending.forced && (claims === undefined || claims === pending.claims)));
    const flight = joinable ? pending : this.#start(entry, subject, { claims, forced });
    const token = flight.join(signal, () => this.#cache.land(entry, flight));
    if (!flight.background) return token;
    // It gives up early. Whoever has come to need its token asks anew.
    return token.catch(() => this.get(subject, { signal }));
  }

  #start(entry: CacheEntry, subject: TokenSubject, purpose: FlightPurpose): Flight {
    const flight = new Flight(purpose, ++this.#order, (flight) => this.#fly(entry, subject, flight));
    this.#cache.takeOff(entry, flight);
    const landed = () => this.#cache.land(entry, flight);
    flight.token.then(landed, landed);
    return flight;
  }

  async #fly(entry: CacheEntry, subject: TokenSubject, flight: Flight): Promise<HeldToken> {
    const startedAt = this.#clock.monotonic();
    try {
      const { token, fromStore } = await this.#obtain(entry, subject, flight);
      if (entry.held === undefined || flight.order > entry.heldOrder) {
        entry.held = hold(token, flight.claims, this.#clock);
        entry.heldOrder = flight.order;
      }
      entry.backoff.succeeded();
      publishTokenEvent(fromStore ? "served-from-store" : flight.background ? "refreshed" : "acquired", {
        ...subject.about,
        durationMs: this.#clock.monotonic() - startedAt,
        expiresInMs: token.expiresAt - this.#clock.now(),
      });
      return entry.held;
    } catch (error) {
      return this.#failed(error, entry, subject, flight, startedAt);
    }
  }

  async #obtain(entry: CacheEntry, subject: TokenSubject, flight: Flight) {
    const request = () => this.#request(entry, subject, flight);
    if (this.#store === undefined) return { token: await request(), fromStore: false };
    const accept = ({ expiresAt, refreshAt }: Token) => (flight.background ? refreshAt : expiresAt) > this.#clock.now();
    return this.#store.obtain(subject.key, {
      accept: flight.forced ? undefined : accept,
      request,
      current: () => flight.order > entry.heldOrder,
      signal: flight.signal,
    });
  }

  async #request(entry: CacheEntry, subject: TokenSubject, flight: Flight): Promise<Token> {
    const { background, claims, signal } = flight;
    entry.backoff.check();
    const why = background ? "Refreshing the token." : "No valid token in the cache: fetching a new one.";
    log(this.#logger, "info", why);
    return subject.acquire({ claims, signal, budgetMs: background ? budgetMs.background : budgetMs.waiting });
  }

  #failed(error: unknown, entry: CacheEntry, subject: TokenSubject, flight: Flight, startedAt: number): HeldToken {
    if (flight.signal.aborted) throw error;
    const { held } = entry;
    const left = held ? leftMs(held, this.#clock) : 0;
    const pausedMs = entry.backoff.failed(error, left);
    if (flight.background) {
      const { code, aadsts, message } = error as AppIdentityError;
      const next = `Trying again in ${Math.ceil(pausedMs / 1000)} s; the token in hand is good for ${Math.floor(left / 1000)} s.`;
      const whose = subject.about.tenantId || "this app";
      log(this.#logger, "warn", `Refreshing the token of ${whose} failed: ${message} ${next}`);
      const durationMs = this.#clock.monotonic() - startedAt;
      const why = { ...(code && { code }), ...(aadsts !== undefined && { aadsts }) };
      publishTokenEvent("refresh-failed", { ...subject.about, durationMs, ...why });
    }
    if (flight.forced || held === undefined || left <= 0) throw error;
    return held;
  }
}
