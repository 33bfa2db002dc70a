import type { AuthenticationProviderOptions } from "@microsoft/microsoft-graph-client";
import type { AppIdentity, GraphTokenRequest } from "../../access-token.js";
import type { Clock } from "../../clock.js";
import { onAbort } from "../../on-abort.js";
import { abortFailure, timeoutFailure } from "../failures/interruption.js";

/** One attempt at a request, as the one who sends it sees it. */
export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** What to ask the provider. To be handed over unchanged: through it the attempt learns token and identity. */
  readonly tokenRequest: Omit<GraphTokenRequest, "scopes"> & AuthenticationProviderOptions;
  /** Fires when the caller's signal does, or the attempt's time is up; its reason is the error to fail with. */
  readonly signal: AbortSignal;
  /** Set after a 503, for which Microsoft asks for a new connection. */
  readonly freshConnection: boolean;
  /** The token that it went out with, once the provider or the chain has said so. */
  readonly token: string | undefined;
  /** What carries it in place of the client, where its policy has a wire. */
  readonly seat?: Seat | undefined;
  /** Who the provider speaks as, once it has said so. */
  readonly identity: AppIdentity | undefined;
  /** Keeps the caller's signal connected to a body that is handed over unread. To be called back when that has ended. */
  handOver(body: object): () => void;
}

/** A place on a wire that carries several requests at once. */
export interface Seat {
  /** From 0 to 1: what the wait after a failure is made of. One for all who sit together, so that they come back together. */
  readonly jitter: number;
  send(link: string, headers: Record<string, string>, attempt: Attempt): Promise<Response>;
}

/** What the last answer makes of the next token request. */
export type TokenHints = Pick<GraphTokenRequest, "claims" | "forceRefresh" | "refusedToken">;

interface AttemptLimits {
  host: string;
  timeoutMs: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** Lets go of a body nobody will read; else its socket stays taken until the garbage collector finds it. */
export function release(response: Response): void {
  // Not every fetch has bodies with cancel(), and a body that is being read can't be cancelled.
  response.body?.cancel?.().catch(() => {});
}

// Unread bodies outlive their attempt; their link to the caller's signal must not outlive them.
const handedOver = new FinalizationRegistry<() => void>((unlink) => unlink());

export class OpenAttempt implements Attempt {
  readonly tokenRequest: Attempt["tokenRequest"];
  identity: AppIdentity | undefined;
  #token: string | undefined;
  readonly #controller = new AbortController();
  #stopTimer = () => {};
  #unlink: (() => void) | undefined;

  constructor(
    readonly number: number,
    hints: TokenHints,
    readonly freshConnection: boolean,
    { host, timeoutMs, clock, signal }: AttemptLimits,
    readonly seat?: Seat,
  ) {
    this.tokenRequest = {
      enableCae: true,
      ...hints,
      attempt: number,
      signal: this.signal,
      onIdentity: (identity) => {
        this.identity = identity;
      },
      onToken: (token) => {
        this.#token = token;
      },
    };
    if (signal !== undefined) {
      this.#unlink = onAbort(signal, () => this.#controller.abort(abortFailure(signal.reason)));
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#stopTimer = clock.alarm(timeoutMs, () => this.#controller.abort(timeoutFailure(host, timeoutMs)));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The token that this attempt went out with, where the provider or the chain has said so. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The outcome of some work or the end of the attempt, whichever comes first: not all work obeys a signal. */
  until<T>(work: Promise<T>, late?: (value: T) => void): Promise<T> {
    const { signal } = this;
    // No race against one promise per attempt: that would hold what was won, which is pages, for the garbage collector.
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(signal.reason);
        if (late !== undefined) work.then(late, () => {});
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  handOver(body: object): () => void {
    const unlink = this.#unlink;
    if (unlink === undefined) return () => {};
    this.#unlink = undefined;
    handedOver.register(body, unlink, unlink);
    return () => {
      handedOver.unregister(unlink);
      unlink();
    };
  }

  close(): void {
    this.#stopTimer();
    this.#unlink?.();
  }
}
