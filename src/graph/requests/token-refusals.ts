import type { Clock } from "../../clock.js";
import type { AppIdentityError } from "../../errors.js";
import { isOwnError } from "../../own-error.js";
import { claimsChallenge } from "../failures/claims-challenge.js";
import type { TokenHints } from "./attempt.js";

const refreshEveryMs = 300_000;
const sharedForMs = 30_000;

/** Limits the tokens fetched because of a 403 to one in five minutes per client: most of them are simply meant. */
export class RefreshAllowance {
  #at = Number.NEGATIVE_INFINITY;
  #refused: string | undefined;

  /** Whether the token may be exchanged now. All who were refused with the same token share one exchange. */
  permit(refused: string | undefined, now: number): boolean {
    if (refused !== undefined && refused === this.#refused) return now - this.#at < sharedForMs;
    if (now - this.#at < refreshEveryMs) return false;
    this.#at = now;
    this.#refused = refused;
    return true;
  }
}

/** A provider that fetches no further token because so many were refused says so in an error of its own; Graph's words tell more. */
export function withoutToken(error: unknown, refusal: AppIdentityError): unknown {
  if (!isOwnError(error) || error.host !== undefined || error.retryAfterMs === undefined) return error;
  const limited = error.code === "unauthorized" || error.code === "claims_challenge_unmet";
  return limited ? refusal.with({ retryAfterMs: error.retryAfterMs }) : error;
}

/** Refusals of one request's tokens. Each kind is answered once; after that the new token isn't wanted either. */
export class Refusals {
  readonly #answered = new Set<"claims" | "plain" | "forbidden">();

  constructor(
    private readonly allowance: RefreshAllowance,
    private readonly clock: Clock,
  ) {}

  /** What to ask the provider for after this answer; `undefined` where another token wouldn't help. */
  answer({ status, headers }: Response, refusedToken: string | undefined): TokenHints | undefined {
    if (status !== 401 && status !== 403) return undefined;
    const claims = status === 401 ? claimsChallenge(headers) : undefined;
    const kind = status === 403 ? "forbidden" : claims === undefined ? "plain" : "claims";
    if (this.#answered.has(kind)) return undefined;
    this.#answered.add(kind);
    // A 403 right after a new token is about the app's permissions.
    if (
      kind === "forbidden" &&
      (this.#answered.size > 1 || !this.allowance.permit(refusedToken, this.clock.monotonic()))
    ) {
      return undefined;
    }
    return {
      ...(claims === undefined ? { forceRefresh: true } : { claims }),
      ...(refusedToken !== undefined && { refusedToken }),
    };
  }
}
