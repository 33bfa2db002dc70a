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
import type { Clock } from "../clock.js";
import { AppIdentityError } from "../errors.js";
import { type Logger, log } from "../logger.js";
import { retryDelay } from "../retry-policy.js";
import { publishTokenEvent, type TokenEvent } from "./diagnostics.js";
import type { AcquiredToken } from "./msal.js";
import { type StampedToken, StoredTokens } from "./stored-tokens.js";
import type { TokenStore } from "./token-store.js";

/** One kind of token: who asks, for what. */
export interface TokenSubject {
  /** Tells this kind from every other, here and in the store. Nothing secret. */
  readonly key: string;
  readonly about: Pick<TokenEvent, "tenantId" | "clientId" | "scopes" | "enableCae">;
  acquire(claims: string | undefined, signal: AbortSignal): Promise<AcquiredToken>;
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

/** One request for a token, with everybody who waits for it. */
interface Flight {
  readonly claims: string | undefined;
  /** Goes past the store, since its callers were refused what may be in there. */
  readonly forced: boolean;
  readonly background: boolean;
  /** A token isn't replaced by that of an earlier flight, however late it lands. */
  readonly order: number;
  readonly stop: AbortController;
  /** Those who can leave, by their signal. */
  readonly leavers: Map<AbortSignal, Promise<HeldToken>>;
  /** Somebody waits who can't leave. */
  committed: boolean;
  token: Promise<HeldToken>;
}

interface Entry {
  held: HeldToken | undefined;
  heldOrder: number;
  pending: Flight | undefined;
  /** In a row. */
  failures: number;
  /** No background refresh before this, in elapsed time. */
  restUntil: number;
  /** The service asked to be left alone until then, in elapsed time. */
  closed: { until: number; error: AppIdentityError } | undefined;
}

export interface TokenManagerOptions {
  clock: Clock;
  logger?: Logger | undefined;
  store?: TokenStore | undefined;
  /** Kinds of tokens kept; the least recently used go first. Default 10,000. */
  maxTokens?: number;
}

/** Where the answer has no `refresh_in`: at 70–80 % of life, so that not all processes come at once. */
const refreshShare = { least: 0.7, most: 0.8 };
/** Rest after a failed refresh: this long, and exponentially longer on top. */
const restMs = 5_000;

export class TokenManager {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #store: StoredTokens | undefined;
  readonly #maxTokens: number;
  readonly #entries = new Map<string, Entry>();
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
    const elapsed = this.#clock.monotonic();
    const time = Math.max(this.#clock.now(), elapsed + held.offset);
    if (time >= held.expiresAt) return undefined;
    if (time >= held.refreshAt && entry.pending === undefined && elapsed >= entry.restUntil) {
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
    return this.#join(entry, joinable ? pending : this.#start(entry, subject, { claims, forced }), signal);
  }

  #entry(key: string): Entry {
    let entry = this.#entries.get(key);
    if (entry !== undefined && key === this.#lastKey) return entry;
    // The map's order is the order of use.
    this.#entries.delete(key);
    entry ??= { held: undefined, heldOrder: 0, pending: undefined, failures: 0, restUntil: 0, closed: undefined };
    this.#entries.set(key, entry);
    this.#lastKey = key;
    if (this.#entries.size > this.#maxTokens) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return entry;
  }

  #start(
    entry: Entry,
    subject: TokenSubject,
    { claims, forced = false, background = false }: Partial<Pick<Flight, "claims" | "forced" | "background">>,
  ): Flight {
    const flight: Omit<Flight, "token"> = {
      claims,
      forced,
      background,
      order: ++this.#order,
      stop: new AbortController(),
      leavers: new Map(),
      committed: background,
    };
    const started: Flight = Object.assign(flight, { token: this.#fly(entry, subject, flight) });
    const clear = () => {
      if (entry.pending === started) entry.pending = undefined;
    };
    started.token.then(clear, clear);
    entry.pending = started;
    return started;
  }

  /** Waits for a flight. Whoever has a signal may leave at once; the last to leave ends the flight. */
  #join(entry: Entry, flight: Flight, signal: AbortSignal | undefined): Promise<HeldToken> {
    if (signal === undefined) {
      flight.committed = true;
      return flight.token;
    }
    const waiting =
      flight.leavers.get(signal) ??
      new Promise<HeldToken>((resolve, reject) => {
        const leave = () => {
          flight.leavers.delete(signal);
          reject(aborted(signal));
          if (flight.committed || flight.leavers.size > 0) return;
          if (entry.pending === flight) entry.pending = undefined;
          flight.stop.abort();
        };
        signal.addEventListener("abort", leave, { once: true });
        flight.token.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
      });
    flight.leavers.set(signal, waiting);
    return waiting;
  }

  async #fly(entry: Entry, subject: TokenSubject, flight: Omit<Flight, "token">): Promise<HeldToken> {
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
      entry.failures = 0;
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

  async #obtain(entry: Entry, subject: TokenSubject, flight: Omit<Flight, "token">) {
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

  async #request(entry: Entry, subject: TokenSubject, flight: Omit<Flight, "token">): Promise<StampedToken> {
    const { closed } = entry;
    const leftMs = closed ? closed.until - this.#clock.monotonic() : 0;
    if (closed && leftMs > 0) throw closed.error.with({ retryAfterMs: leftMs });
    entry.closed = undefined;
    log(
      this.#logger,
      "info",
      flight.background ? "Refreshing the token." : "No token in hand will do: asking for a new one.",
    );
    try {
      const { value, expiresInMs, refreshInMs } = await subject.acquire(flight.claims, flight.stop.signal);
      const now = this.#clock.now();
      const share = refreshShare.least + Math.random() * (refreshShare.most - refreshShare.least);
      return { value, expiresAt: now + expiresInMs, refreshAt: now + (refreshInMs ?? expiresInMs * share) };
    } catch (error) {
      const { retryable, retryAfterMs } = error as AppIdentityError;
      if (retryable && retryAfterMs !== undefined) {
        entry.closed = { until: this.#clock.monotonic() + retryAfterMs, error: error as AppIdentityError };
      }
      throw error;
    }
  }

  #failed(
    error: unknown,
    entry: Entry,
    subject: TokenSubject,
    flight: Omit<Flight, "token">,
    startedAt: number,
  ): HeldToken {
    if (flight.stop.signal.aborted) throw error;
    const { code, aadsts, message, retryAfterMs } = error as AppIdentityError;
    const elapsed = this.#clock.monotonic();
    entry.failures += 1;
    const rest = restMs + retryDelay(entry.failures, retryAfterMs, restMs);
    entry.restUntil = elapsed + rest;
    const { held } = entry;
    const leftMs = held ? held.expiresAt - (elapsed + held.offset) : 0;
    if (flight.background) {
      const next = `Trying again in ${Math.ceil(rest / 1000)} s; the token in hand is good for ${Math.floor(leftMs / 1000)} s.`;
      log(this.#logger, "warn", `Refreshing the token failed: ${message} ${next}`);
      const known = { ...(code && { code }), ...(aadsts !== undefined && { aadsts }) };
      publishTokenEvent("refresh-failed", { ...subject.about, durationMs: elapsed - startedAt, ...known });
    }
    if (flight.forced || held === undefined || leftMs <= 0) throw error;
    return held;
  }
}

function aborted(signal: AbortSignal): AppIdentityError {
  return new AppIdentityError("aborted", "The caller's signal aborted before there was a token.", {
    remedy: "Nothing to repair, unless the signal is a timeout that is too short for a token request.",
    cause: signal.reason,
  });
}
