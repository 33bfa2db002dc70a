import type { Clock } from "../../clock.js";
import type { AppIdentityError } from "../../errors.js";
import { type Logger, log } from "../../logger.js";
import { checkSignal, Flight, type FlightPurpose } from "./flight.js";
import { ageOf, type HeldToken, hold, leftMs } from "./held-token.js";
import { refusalSpacing, refusalsWith, refusedForGood } from "./refused-token.js";
import { type ObtainedToken, StoredTokens } from "./stored-tokens.js";
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

/** All of it stated: a field that is left out would be looked for on the prototype of all objects. */
export interface TokenDemand {
  claims: string | undefined;
  forceRefresh: boolean | undefined;
  refusedToken: string | undefined;
  signal: AbortSignal | undefined;
}

const usual: TokenDemand = { claims: undefined, forceRefresh: undefined, refusedToken: undefined, signal: undefined };

export interface TokenManagerOptions {
  clock: Clock;
  logger?: Logger | undefined;
  store?: TokenStore | undefined;
  /** Kinds of tokens kept; the least recently used go first. Default 10,000. */
  maxTokens?: number | undefined;
}

/** In the background, the retry is the next refresh: one that hangs may not keep an exiting process for long. */
const budgetMs = { waiting: 30_000, background: 5_000 };
const attempts = 3;
/** Requests at a time for one kind of token because of refusals: those of further claims get the latest one's token, which is newer as well. */
const longestRow = 3;

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
    if (age === "ageing" && entry.flights.length === 0 && !entry.backoff.paused) {
      this.#start(entry, subject, { background: true });
    }
    return held;
  }

  /**
   * The token in hand, or a new one where there is none or the demand says so.
   * @throws AppIdentityError `invalid_options` for what is no signal; `aborted` when it aborts; else what `acquire` threw, also for a while
   * after it did so several times in a row; `unauthorized` or `claims_challenge_unmet` where one new token after another was refused.
   */
  async get(subject: TokenSubject, demand: TokenDemand = usual): Promise<HeldToken> {
    const { claims, forceRefresh, signal } = demand;
    checkSignal(signal);
    const held = this.inHand(subject);
    const entry = this.#cache.entry(subject.key);
    if (claims === undefined && forceRefresh !== true) {
      if (held) return held;
      const flight = entry.flights.at(-1) ?? this.#start(entry, subject, {});
      return this.#join(entry, subject, flight, signal);
    }
    return this.#renew(entry, subject, held, demand);
  }

  /** A token other than the one in hand, unless that is newer than the one refused, or a new one would only be refused again. */
  #renew(
    entry: CacheEntry,
    subject: TokenSubject,
    held: HeldToken | undefined,
    { claims, refusedToken, signal }: TokenDemand,
  ): HeldToken | Promise<HeldToken> {
    const renewed = held !== undefined && refusedToken !== undefined && refusedToken !== held.value;
    if (renewed && (claims === undefined || claims === held.claims)) return held;
    const pending = joinable(entry, claims);
    if (pending) return this.#join(entry, subject, pending, signal);
    // Who names claims or a token was refused; `forceRefresh` alone is a wish, such as verify() has, and is granted each time.
    const refused = claims !== undefined || refusedToken !== undefined;
    const refusals = refused ? refusalsWith(held, this.#clock) : 0;
    const spacingMs = refused ? refusalSpacing(held, this.#clock) : 0;
    if (held && spacingMs > 0) {
      if (held.value === refusedToken) throw refusedForGood(claims, refusals, spacingMs);
      return held;
    }
    const flight = this.#start(entry, subject, { claims, refusals, forced: true });
    return this.#join(entry, subject, flight, signal);
  }

  #join(entry: CacheEntry, subject: TokenSubject, flight: Flight, signal: AbortSignal | undefined): Promise<HeldToken> {
    const token = flight.join(signal, () => this.#cache.land(entry, flight));
    if (!flight.background) return token;
    // It gives up early. Whoever has come to need its token asks anew.
    return token.catch(() => this.get(subject, { ...usual, signal }));
  }

  #start(entry: CacheEntry, subject: TokenSubject, purpose: FlightPurpose): Flight {
    const flight = new Flight(purpose, ++this.#order, (flight) => this.#fly(entry, subject, flight));
    this.#cache.takeOff(entry, flight);
    const landed = () => this.#cache.land(entry, flight);
    flight.token.then(landed, landed);
    return flight;
  }

  async #fly(entry: CacheEntry, subject: TokenSubject, flight: Flight): Promise<HeldToken> {
    const refusal = entry.backoff.refusal ?? (flight.claims === undefined ? undefined : entry.claimsBackoff.refusal);
    if (refusal !== undefined) return this.#withoutAsking(entry, subject, flight, refusal);
    const startedAt = this.#clock.monotonic();
    try {
      const obtained = await this.#obtain(entry, subject, flight);
      if (obtained) return this.#keep(entry, subject, flight, obtained, startedAt);
    } catch (error) {
      if (flight.signal.aborted) throw error;
      this.#failed(error, entry, subject, flight, startedAt);
      return this.#asItWas(entry, flight, error);
    }
    // Another process is refreshing it. What comes of that is looked up in a while.
    entry.backoff.pause();
    return this.#asItWas(entry, flight, new Error("Left to another process."));
  }

  /** Too soon after failures. What another process got is welcome. */
  async #withoutAsking(entry: CacheEntry, subject: TokenSubject, flight: Flight, refusal: AppIdentityError) {
    const startedAt = this.#clock.monotonic();
    const token = flight.forced ? undefined : await this.#store?.find(subject.key, this.#acceptance(flight));
    if (token) return this.#keep(entry, subject, flight, { token, fromStore: true }, startedAt);
    return this.#asItWas(entry, flight, refusal);
  }

  #keep(
    entry: CacheEntry,
    { about }: TokenSubject,
    flight: Flight,
    { token, fromStore }: ObtainedToken,
    startedAt: number,
  ): HeldToken {
    const { background, claims, forced, order } = flight;
    let held = hold(token, flight, this.#clock);
    if (entry.held === undefined || order > entry.heldOrder) {
      entry.held = held;
      entry.heldOrder = order;
    } else if (!forced) held = entry.held;
    entry.backoff.succeeded();
    if (claims !== undefined) entry.claimsBackoff.succeeded();
    publishTokenEvent(fromStore ? "served-from-store" : background ? "refreshed" : "acquired", {
      ...about,
      durationMs: this.#clock.monotonic() - startedAt,
      expiresInMs: token.expiresAt - this.#clock.now(),
    });
    return held;
  }

  /** The token in hand, while it is good and the flight wasn't to replace it. @throws the error otherwise */
  #asItWas({ held }: CacheEntry, { forced }: Flight, error: unknown): HeldToken {
    if (forced || held === undefined || leftMs(held, this.#clock) <= 0) throw error;
    return held;
  }

  async #obtain(entry: CacheEntry, subject: TokenSubject, flight: Flight): Promise<ObtainedToken | undefined> {
    const { background, forced, order, signal } = flight;
    const request = () => this.#request(entry, subject, flight);
    if (this.#store === undefined) return { token: await request(), fromStore: false };
    const accept = forced ? undefined : this.#acceptance(flight);
    const current = () => order > entry.heldOrder;
    return this.#store.obtain(subject.key, { accept, background, request, current, signal });
  }

  #acceptance({ background }: Flight) {
    return ({ expiresAt, refreshAt }: Token) => (background ? refreshAt : expiresAt) > this.#clock.now();
  }

  async #request({ backoff, claimsBackoff }: CacheEntry, subject: TokenSubject, flight: Flight): Promise<Token> {
    const { background, claims, signal } = flight;
    const why = background ? "Refreshing the token." : "No valid token in the cache: fetching a new one.";
    log(this.#logger, "info", why);
    const probing = backoff.isProbing(background) || (claims !== undefined && claimsBackoff.isProbing(background));
    const budget = background ? budgetMs.background : budgetMs.waiting;
    return subject.acquire({ claims, signal, budgetMs: budget, attempts: probing ? 1 : attempts });
  }

  #failed(error: unknown, entry: CacheEntry, subject: TokenSubject, flight: Flight, startedAt: number): void {
    const { backoff, claimsBackoff, held } = entry;
    const { background, claims } = flight;
    const { code, aadsts, message, retryable } = error as AppIdentityError;
    const left = held ? leftMs(held, this.#clock) : 0;
    const aboutClaims = claims !== undefined && retryable === false;
    const pausedMs = (aboutClaims ? claimsBackoff : backoff).failed(error, background, left);
    if (!background) return;
    const next = `Trying again in ${Math.ceil(pausedMs / 1000)} s; the token in hand is good for ${Math.floor(left / 1000)} s.`;
    const whose = subject.about.tenantId || "this app";
    log(this.#logger, "warn", `Refreshing the token of ${whose} failed: ${message} ${next}`);
    const durationMs = this.#clock.monotonic() - startedAt;
    const why = { ...(code && { code }), ...(aadsts !== undefined && { aadsts }) };
    publishTokenEvent("refresh-failed", { ...subject.about, durationMs, ...why });
  }
}

/** The request under way whose token a demand for another token may have. */
function joinable({ flights, heldOrder }: CacheEntry, claims: string | undefined): Flight | undefined {
  const newer = flights.filter(({ forced, order }) => forced && order > heldOrder);
  const same = newer.findLast((flight) => claims === undefined || claims === flight.claims);
  return same ?? (newer.length >= longestRow ? newer.at(-1) : undefined);
}
