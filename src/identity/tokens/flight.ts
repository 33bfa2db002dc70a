import { AppIdentityError } from "../../errors.js";
import { onAbort } from "../../on-abort.js";
import type { HeldToken } from "./held-token.js";

/** What a request for a token is for. */
export interface FlightPurpose {
  readonly claims?: string | undefined;
  /** How many tokens in a row were refused before it. */
  readonly refusals?: number;
  /** Goes past the store, since its callers were refused what may be in there. */
  readonly forced?: boolean;
  /** Nobody waits for it. */
  readonly background?: boolean;
}

/** One request for a token, and everybody who waits for it. */
export class Flight {
  readonly claims: string | undefined;
  readonly refusals: number;
  readonly forced: boolean;
  readonly background: boolean;
  readonly token: Promise<HeldToken>;
  readonly #stop = new AbortController();
  readonly #waiters = new Map<AbortSignal, Promise<HeldToken>>();
  /** Somebody waits who can't leave. */
  #pinned: boolean;

  /** @param order A token isn't replaced by that of an earlier flight, however late it lands. */
  constructor(
    { claims, refusals = 0, forced = false, background = false }: FlightPurpose,
    readonly order: number,
    fly: (flight: Flight) => Promise<HeldToken>,
  ) {
    this.claims = claims;
    this.refusals = refusals;
    this.forced = forced;
    this.background = background;
    this.#pinned = background;
    this.token = fly(this);
  }

  /** Aborts when the last one who waited has left. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /**
   * Waits for the token. Whoever has a signal may leave at once; the last to leave ends the flight.
   * @param abandon Called then, before the end.
   */
  join(signal: AbortSignal | undefined, abandon: () => void): Promise<HeldToken> {
    if (signal === undefined) {
      this.#pinned = true;
      return this.token;
    }
    const waiting = this.#waiters.get(signal) ?? this.#wait(signal, abandon);
    this.#waiters.set(signal, waiting);
    return waiting;
  }

  #wait(signal: AbortSignal, abandon: () => void): Promise<HeldToken> {
    return new Promise<HeldToken>((resolve, reject) => {
      const leave = () => {
        this.#waiters.delete(signal);
        reject(aborted(signal));
        if (this.#pinned || this.#waiters.size > 0) return;
        abandon();
        this.#stop.abort();
      };
      const unlink = onAbort(signal, leave);
      this.token.then(resolve, reject).finally(unlink);
    });
  }
}

/** @throws AppIdentityError `invalid_options` for what is no signal, `aborted` for one that has aborted. */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof (signal as AbortSignal | null)?.addEventListener !== "function") {
    throw new AppIdentityError("invalid_options", "The signal is not an AbortSignal.", {
      remedy: "Give the signal of an AbortController, or AbortSignal.timeout(milliseconds).",
    });
  }
  if (signal.aborted) throw aborted(signal);
}

function aborted(signal: AbortSignal): AppIdentityError {
  if (signal.reason instanceof AppIdentityError) return signal.reason;
  return new AppIdentityError("aborted", "The caller's signal aborted before there was a token.", {
    remedy: "Nothing to repair, unless the signal is a timeout that is too short for a token request.",
    cause: signal.reason,
  });
}
