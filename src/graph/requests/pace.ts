/** Where Graph begins to warn, and where a scope is held. In between lies room for what is under way. */
const ease = 0.75;
const target = 0.88;
/** How strongly the speed answers a step beside the target, and how fast it learns (per second). */
const gain = 20;
const learning = 2.5;
/** Of the speed that led to the first warning: what is under way then will still count. */
const firstStep = 0.25;
const measuredMs = 2_000;
const mostMeasured = 100;
/** Without a warning for so long, nothing is held back any more. */
const forgottenAfterMs = 10_000;

/**
 * Spaces requests out once Graph says how much of a limit is used (`x-ms-throttle-limit-percentage`, from 0.8 on), so
 * that the limit is approached and not passed. Which limit that is, nobody says: the speed is found by what comes of it.
 * Times are monotonic.
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export class Pace {
  readonly #sent: number[] = [];
  /** Requests per millisecond that keep the share where it is; `undefined` while there is no warning. */
  #rate: number | undefined;
  #share = 0;
  #nextAt = 0;
  #toldAt = 0;
  #warnedAt = 0;

  /** Milliseconds to wait before the next request is sent. Each call takes a place of its own. */
  reserve(now: number): number {
    this.#sent.push(now);
    if (this.#sent.length > mostMeasured) this.#sent.shift();
    if (this.#rate === undefined) return 0;
    const speed = this.#rate * Math.min(3, Math.max(0.1, 1 + gain * (target - this.#share)));
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1 / speed;
    return at - now;
  }

  /** Takes note of how much of the limit an answer says is used; `undefined` for nothing, which is little. */
  answered(share: number | undefined, now: number): void {
    if (share !== undefined) this.#warnedAt = now;
    if (this.#rate === undefined) {
      if (share === undefined) return;
      this.#rate = firstStep * this.#measured(now);
      this.#nextAt = now;
    } else if (now - this.#warnedAt > forgottenAfterMs) this.#rate = undefined;
    else this.#rate *= Math.exp((learning * (target - (share ?? ease)) * (now - this.#toldAt)) / 1_000);
    this.#share = share ?? ease;
    this.#toldAt = now;
  }

  #measured(now: number): number {
    const recent = this.#sent.filter((at) => now - at < measuredMs);
    return Math.max(1, recent.length) / Math.max(50, now - (recent[0] ?? now));
  }
}

/** The share of its limit that a scope has used, where Graph tells. */
export function usedShare(headers: Pick<Headers, "get">): number | undefined {
  const share = Number(headers.get("x-ms-throttle-limit-percentage") ?? Number.NaN);
  return share >= 0.8 && share < 100 ? share : undefined;
}
