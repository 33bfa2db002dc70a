import type { AuthenticationProviderOptions } from "@microsoft/microsoft-graph-client";
import type { AppIdentity, GraphTokenRequest } from "../access-token.js";
import type { Clock } from "../clock.js";
import { abortFailure, timeoutFailure } from "./interruption.js";

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
  /** Who the provider speaks as, once it has said so. */
  readonly identity: AppIdentity | undefined;
  /** Keeps the caller's signal connected to a body that is handed over unread. */
  handOver(body: object): void;
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
  readonly signal: AbortSignal;
  identity: AppIdentity | undefined;
  #token: string | undefined;
  #unlink: (() => void) | undefined;
  readonly #stopTimer = new AbortController();

  constructor(
    readonly number: number,
    hints: TokenHints,
    readonly freshConnection: boolean,
    { host, timeoutMs, clock, signal }: AttemptLimits,
  ) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.tokenRequest = {
      enableCae: true,
      ...hints,
      attempt: number,
      signal: controller.signal,
      onIdentity: (identity) => {
        this.identity = identity;
      },
      onToken: (token) => {
        this.#token = token;
      },
    };
    if (signal !== undefined) {
      const leave = () => controller.abort(abortFailure(signal.reason));
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      this.#unlink = () => signal.removeEventListener("abort", leave);
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      const expire = () => controller.abort(timeoutFailure(host, timeoutMs));
      clock.wait(timeoutMs, this.#stopTimer.signal).then(expire, () => {});
    }
  }

  /** The token that this attempt went out with, where the provider or the chain has said so. */
  get token(): string | undefined {
    return this.#token;
  }

  /** The outcome of some work or the end of the attempt, whichever comes first: not all work obeys a signal. */
  until<T>(work: Promise<T>, late?: (value: T) => void): Promise<T> {
    const { signal } = this;
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

  handOver(body: object): void {
    if (this.#unlink === undefined) return;
    handedOver.register(body, this.#unlink);
    this.#unlink = undefined;
  }

  close(): void {
    // With a reason, or each stop would make an error with a stack.
    this.#stopTimer.abort("closed");
    this.#unlink?.();
  }
}
