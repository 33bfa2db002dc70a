/**
 * A token's life in this process. The rule, stated once:
 *
 * - fresh (before `refreshAt`): handed out, nothing else happens;
 * - should refresh (from `refreshAt` on): handed out, and one request for the next runs in the background, whose failure nobody notices;
 * - must refresh (none in hand, or over): callers wait, all for the same request.
 *
 * Both clocks decide: the wall clock, because elapsed time stands still while a machine sleeps, and elapsed time, because the wall clock
 * can be turned back. A token is over when either says so; only when no other can be had does elapsed time alone have the word.
 */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../clock.js";
import { AppIdentityError } from "../../errors.js";
import { type Logger, log } from "../../logger.js";
import { Outage } from "./failure-backoff.js";
import { type StampedToken, StoredTokens } from "./stored-tokens.js";
import type { AcquiredToken } from "./token.js";
import { publishTokenEvent, type TokenEvent } from "./token-events.js";
import type { TokenStore } from "./token-store.js";

/** One kind of token: who asks, for what. */
export interface TokenSubject {
  /** Tells this kind from every other, here and in the store. Nothing secret. */
  readonly key: string;
  readonly about: Pick<TokenEvent, "tenantId" | "clientId" | "scopes" | "enableCae">;
  /** @param budgetMs No attempt begins later than this. */
  acquire(claims: string | undefined, signal: AbortSignal, budgetMs: number): Promise<AcquiredToken>;
}

export interface TokenDemand {
  claims?: string | undefined;
  forceRefresh?: boolean | undefined;
  refusedToken?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** A token in hand. */
export interface HeldToken extends StampedToken {
  /** The value as a warm call returns it. */
  readonly promise: Promise<string>;
  /** Wall clock minus elapsed time, when it came. */
  readonly offset: number;
  /** The claims challenge it answered. */
  readonly claims: string | undefined;
}

/** One request for a token. */
interface Flight {
  readonly claims: string | undefined;
  /** Goes past the store, since its callers were refused what may be in there. */
  readonly forced: boolean;
  readonly background: boolean;
  /** A token isn't replaced by that of an earlier flight, however late it lands. */
  readonly order: number;
  readonly stop: AbortController;
}

/** The same, with everybody who waits for it. */
interface PendingFlight extends Flight {
  readonly token: Promise<HeldToken>;
  /** Those who can leave, by their signal. */
  readonly leavers: Map<AbortSignal, Promise<HeldToken>>;
  /** Somebody waits who can't leave. */
  committed: boolean;
}

interface Entry {
  readonly key: string;
  held: HeldToken | undefined;
  heldOrder: number;
  pending: PendingFlight | undefined;
  readonly outage: Outage;
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

/** Where the answer has no `refresh_in`: at 70–80 % of life, so that not all processes come at once. */
const refreshShare = { least: 0.7, most: 0.8 };

export class TokenManager {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #store: StoredTokens | undefined;
  readonly #maxTokens: number;
  /** Those somebody waits for: they are never dropped, and there are only as many as requests under way. */
  readonly #flying = new Map<string, Entry>();
  /** The others, in the order of their last use. */
  readonly #resting = new Map<string, Entry>();
  #lastKey: string | undefined;
  #order = 0;

  constructor({ clock, logger, store, maxTokens = 10_000 }: TokenManagerOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#store = store && new StoredTokens(store, clock, logger);
    this.#maxTokens = maxTokens;
  }

  /** The token in hand, while it is good. The warm path: it awaits nothing and allocates nothing. */
  inHand(subject: TokenSubject): HeldToken | undefined {
    const entry = this.#entry(subject.key);
    const { held } = entry;
    if (held === undefined) return undefined;
    const time = Math.max(this.#clock.now(), this.#clock.monotonic() + held.offset);
    if (time >= held.expiresAt) return undefined;
    if (time >= held.refreshAt && entry.pending === undefined && entry.outage.rested) {
      this.#start(entry, subject, { background: true });
    }
    return held;
  }

  /**
   * The token in hand, or a new one where there is none or the demand says so.
   * @throws AppIdentityError `aborted` when the demand's signal aborts; else what `acquire` threw.
   */
  async get(
    subject: TokenSubject,
    { claims, forceRefresh, refusedToken, signal }: TokenDemand = {},
  ): Promise<HeldToken> {
    checkSignal(signal);
    if (signal?.aborted) throw aborted(signal);
    const forced = forceRefresh === true || claims !== undefined;
    const held = this.inHand(subject);
    if (held) {
      const answersClaims = claims === undefined || claims === held.claims;
      const renewedMeanwhile = refusedToken !== undefined && refusedToken !== held.value;
      if (!forced || (answersClaims && renewedMeanwhile)) return held;
    }
    const entry = this.#entry(subject.key);
    const { pending } = entry;
    const joinable = pending && (!forced || (pending.forced && (claims === undefined || claims === pending.claims)));
    const flight = joinable ? pending : this.#start(entry, subject, { claims, forced });
    const token = this.#join(entry, flight, signal);
    if (!flight.background) return token;
    // It gives up early. Whoever has come to need its token asks anew.
    return token.catch(() => this.get(subject, { signal }));
  }

  #entry(key: string): Entry {
    let entry = this.#flying.get(key) ?? this.#resting.get(key);
    if (entry !== undefined && (entry.pending !== undefined || key === this.#lastKey)) return entry;
    entry ??= { key, held: undefined, heldOrder: 0, pending: undefined, outage: new Outage(this.#clock) };
    this.#rest(entry);
    return entry;
  }

  /** Puts an entry behind all others, and drops the first where there are too many. */
  #rest(entry: Entry): void {
    this.#flying.delete(entry.key);
    this.#resting.delete(entry.key);
    this.#resting.set(entry.key, entry);
    this.#lastKey = entry.key;
    if (this.#resting.size > this.#maxTokens) this.#resting.delete(this.#resting.keys().next().value as string);
  }

  #land(entry: Entry, flight: PendingFlight): void {
    if (entry.pending !== flight) return;
    entry.pending = undefined;
    this.#rest(entry);
  }

  #start(
    entry: Entry,
    subject: TokenSubject,
    { claims, forced = false, background = false }: Partial<Pick<Flight, "claims" | "forced" | "background">>,
  ): PendingFlight {
    const flight = { claims, forced, background, order: ++this.#order, stop: new AbortController() };
    const token = this.#fly(entry, subject, flight);
    const pending: PendingFlight = { ...flight, token, leavers: new Map(), committed: background };
    const landed = () => this.#land(entry, pending);
    token.then(landed, landed);
    entry.pending = pending;
    this.#resting.delete(entry.key);
    this.#flying.set(entry.key, entry);
    return pending;
  }

  /** Waits for a flight. Whoever has a signal may leave at once; the last to leave ends the flight. */
  #join(entry: Entry, flight: PendingFlight, signal: AbortSignal | undefined): Promise<HeldToken> {
    if (signal === undefined) {
      flight.committed = true;
      return flight.token;
    }
    // A thousand tenants' requests may share one signal: that is no leak.
    if (signal instanceof AbortSignal) setMaxListeners(0, signal);
    const waiting =
      flight.leavers.get(signal) ??
      new Promise<HeldToken>((resolve, reject) => {
        const leave = () => {
          flight.leavers.delete(signal);
          reject(aborted(signal));
          if (flight.committed || flight.leavers.size > 0) return;
          this.#land(entry, flight);
          flight.stop.abort();
        };
        signal.addEventListener("abort", leave, { once: true });
        flight.token.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
      });
    flight.leavers.set(signal, waiting);
    return waiting;
  }

  async #fly(entry: Entry, subject: TokenSubject, flight: Flight): Promise<HeldToken> {
    const startedAt = this.#clock.monotonic();
    try {
      const { token, fromStore } = await this.#obtain(entry, subject, flight);
      const now = this.#clock.now();
      const elapsed = this.#clock.monotonic();
      if (entry.held === undefined || flight.order > entry.heldOrder) {
        const promise = Promise.resolve(token.value);
        entry.held = { ...token, promise, offset: now - elapsed, claims: flight.claims };
        entry.heldOrder = flight.order;
      }
      entry.outage.over();
      publishTokenEvent(fromStore ? "served-from-store" : flight.background ? "refreshed" : "acquired", {
        ...subject.about,
        durationMs: elapsed - startedAt,
        expiresInMs: token.expiresAt - now,
      });
      return entry.held;
    } catch (error) {
      return this.#failed(error, entry, subject, flight, startedAt);
    }
  }

  async #obtain(entry: Entry, subject: TokenSubject, flight: Flight) {
    const request = () => this.#request(entry, subject, flight);
    if (this.#store === undefined) return { token: await request(), fromStore: false };
    const accept = ({ expiresAt, refreshAt }: StampedToken) =>
      (flight.background ? refreshAt : expiresAt) > this.#clock.now();
    return this.#store.obtain(subject.key, {
      accept: flight.forced ? undefined : accept,
      request,
      current: () => flight.order > entry.heldOrder,
      signal: flight.stop.signal,
    });
  }

  async #request(entry: Entry, subject: TokenSubject, flight: Flight): Promise<StampedToken> {
    entry.outage.check();
    log(
      this.#logger,
      "info",
      flight.background ? "Refreshing the token." : "No valid token in the cache: fetching a new one.",
    );
    const { value, expiresInMs, refreshInMs, clockSkewMs } = await subject.acquire(
      flight.claims,
      flight.stop.signal,
      flight.background ? budgetMs.background : budgetMs.waiting,
    );
    const now = this.#clock.now();
    const share = refreshShare.least + Math.random() * (refreshShare.most - refreshShare.least);
    return { value, expiresAt: now + expiresInMs, refreshAt: now + (refreshInMs ?? expiresInMs * share), clockSkewMs };
  }

  #failed(error: unknown, entry: Entry, subject: TokenSubject, flight: Flight, startedAt: number): HeldToken {
    if (flight.stop.signal.aborted) throw error;
    const { held } = entry;
    const elapsed = this.#clock.monotonic();
    const leftMs = held ? held.expiresAt - (elapsed + held.offset) : 0;
    const restMs = entry.outage.failed(error, leftMs);
    if (flight.background) {
      const { code, aadsts, message } = error as AppIdentityError;
      const next = `Trying again in ${Math.ceil(restMs / 1000)} s; the token in hand is good for ${Math.floor(leftMs / 1000)} s.`;
      const whose = subject.about.tenantId || "this app";
      log(this.#logger, "warn", `Refreshing the token of ${whose} failed: ${message} ${next}`);
      const why = { ...(code && { code }), ...(aadsts !== undefined && { aadsts }) };
      publishTokenEvent("refresh-failed", { ...subject.about, durationMs: elapsed - startedAt, ...why });
    }
    if (flight.forced || held === undefined || leftMs <= 0) throw error;
    return held;
  }
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.addEventListener === "function") return;
  throw new AppIdentityError("invalid_options", "The signal is not an AbortSignal.", {
    remedy: "Give the signal of an AbortController, or AbortSignal.timeout(milliseconds).",
  });
}

function aborted(signal: AbortSignal): AppIdentityError {
  if (signal.reason instanceof AppIdentityError) return signal.reason;
  return new AppIdentityError("aborted", "The caller's signal aborted before there was a token.", {
    remedy: "Nothing to repair, unless the signal is a timeout that is too short for a token request.",
    cause: signal.reason,
  });
}
