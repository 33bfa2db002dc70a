/**
 * One throttle answer slows every request of its client: what is asked while throttled counts against the same
 * allowance, so the others wait at this gate until the Retry-After of the one has passed. Times are monotonic.
 * @see https://learn.microsoft.com/graph/throttling
 */
export class ThrottleGate {
  #opensAt = 0;

  /** Keeps everyone out for `ms` from `now`; a shorter word never shortens a longer one. */
  close(ms: number, now: number): void {
    this.#opensAt = Math.max(this.#opensAt, now + ms);
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  remaining(now: number): number {
    return Math.max(0, this.#opensAt - now);
  }
}
