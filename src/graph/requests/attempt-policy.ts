import type { Clock } from "../../clock.js";
import type { AppIdentityError } from "../../errors.js";
import type { Attempt, Seat } from "./attempt.js";
import type { RequestTally } from "./request-tally.js";
import type { ThrottleGates } from "./throttle-gates.js";
import type { RefreshAllowance } from "./token-refusals.js";

/** How persistent a client is. */
export interface RetryOptions {
  /** Attempts per request, the first included. Default 6; 1 switches retrying off. */
  attempts?: number;
  /** Milliseconds after which no attempt begins; a longer Retry-After fails at once as `throttled`. Default 300,000. */
  budgetMs?: number;
  /** Milliseconds the wait grows from where Graph names none: exponential, with full jitter. Default 1,000. */
  delayMs?: number;
  /** How Graph ranks the requests when it throttles: `"low"` ones first. Default: as it ranks what says nothing. */
  priority?: "low" | "normal" | "high";
}

/** What one client decides for all its requests. */
export interface ClientTraits {
  /** Origin of Graph: the only place tokens go to. */
  readonly graphRoot: string;
  readonly retry: Readonly<Required<Omit<RetryOptions, "priority">> & Pick<RetryOptions, "priority">>;
  /** Milliseconds for one attempt: token, answer and body together. */
  readonly timeoutMs: number;
  /** What a body of JSON or text may have at most, unpacked. */
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  readonly gates: ThrottleGates;
  readonly refreshes: RefreshAllowance;
  /**
   * Carries the attempts in place of the client. On it being throttled is no failure: what many ask at once is throttled
   * in part as a matter of course, and the budget alone ends it.
   */
  readonly wire?: Wire | undefined;
  /** Counts along, where many walks are one piece of work. */
  readonly tally?: RequestTally | undefined;
}

/** Carries requests of its own accord, several at a time. */
export interface Wire {
  /** Waits for a place; the attempt's time begins with it. */
  seat(): Promise<Seat>;
}

export interface AttemptPolicy extends ClientTraits {
  signal?: AbortSignal | undefined;
  /** Whether a request may be sent again that Graph may already have carried out. */
  idempotent: boolean;
  /** `false` where the body can be sent only once: there is one attempt then, whatever it ends in. Default `true`. */
  replayable?: boolean;
  /** Whether `read()` is given redirects. Default `false`: they are failures, as nobody follows them. */
  followsRedirects?: boolean;
  /** May veto a repetition after an answer. Attempts count from 1. */
  shouldRetry?: ((response: Response, attempt: number) => boolean) | undefined;
  /** Told of each answer. */
  onAnswer?: ((response: Response) => void) | undefined;
  /** Told before each wait. */
  onRetry?: ((wait: RetryWait) => void) | undefined;
}

export interface RetryWait {
  delayMs: number;
  /** Whether Graph asked for the wait. */
  throttled: boolean;
  /** What ended the last attempt; absent where it is other requests of the same client that are to be spared. */
  failure?: AppIdentityError;
}

export interface AttemptWork<T> {
  /** Where it is sent: what shares a limit with it waits together. */
  readonly address: string;
  /** Default `GET`. */
  readonly method?: string;
  send(attempt: Attempt): Promise<Response>;
  /** Makes a result of an answer that isn't passing trouble. A retryable AppIdentityError has the attempt repeated. */
  read(response: Response, attempt: Attempt): Promise<T>;
}
