/** What Graph's limits are counted over, as a rule; and for so long a warning is remembered. */
const windowMs = 10_000;
/** Where Graph begins to warn, and where a scope is held. In between lies room for what is under way. */
const ease = 0.75;
const target = 0.88;
/** How strongly the speed answers a step beside the target, and how fast it learns (per millisecond). */
const gain = 20;
const learning = 0.0025;
/** No silence teaches more than this, and no rate is lower: one word too many never stops a scope. */
const longestLessonMs = 500;
const lowestRate = 1 / 10_000;
/** How often those look again who wait, as the speed may have changed. */
const lookAgainMs = 500;

/**
 * Spaces requests out once Graph says how much of a limit is used (`x-ms-throttle-limit-percentage`, from 0.8 on), so
 * that the limit is approached and not passed. Which limit that is, nobody says: the speed is found by what comes of it.
 * Who waits holds a place and not a time, so that all who wait profit by what is learnt meanwhile. Times are monotonic.
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export class Pace {
  /** Requests of the last seconds, older ones counting ever less. */
  #recent = 0;
  #countedAt = 0;
  /** Requests per millisecond that keep the share where it is; `undefined` while there is no warning. */
  #rate: number | undefined;
  #share = 0;
  #toldAt = 0;
  #warnedAt = 0;
  /** Places up to here may go, since `#freeAt`. */
  #free = 0;
  #freeAt = 0;
  #next = 0;

  /** Takes a place in the order of those who are to be sent. */
  place(now: number): number {
    this.#count(now, 1);
    if (!this.#isHeld(now)) return 0;
    this.#advance(now);
    // What wasn't used isn't saved up.
    const place = Math.max(this.#free, this.#next);
    this.#next = place + 1;
    return place;
  }

  /** Milliseconds to wait, and then to ask again; 0 for a place whose turn it is. */
  waitMs(place: number, now: number): number {
    if (!this.#isHeld(now)) return 0;
    this.#advance(now);
    const missing = place - this.#free;
    return missing < 1e-6 ? 0 : Math.min(lookAgainMs, missing / this.#speed(now));
  }

  /** One who waits goes away: whoever comes next has the place. */
  leave(): void {
    this.#next = Math.max(this.#free, this.#next - 1);
  }

  /** Takes note of how much of the limit an answer says is used; `undefined` for nothing, which is little. */
  answered(share: number | undefined, now: number): void {
    if (share !== undefined) this.#warnedAt = now;
    if (this.#rate === undefined) {
      if (share === undefined) return;
      this.#count(now, 0);
      // A bucket that was filled so fast drains at about a window's part of what filled it.
      this.#rate = Math.max(lowestRate, this.#recent / windowMs);
      [this.#free, this.#freeAt] = [this.#next, now];
    } else if (this.#isHeld(now)) {
      this.#advance(now);
      const beside = target - Math.min(share ?? ease, 1);
      const lesson = learning * beside * Math.min(longestLessonMs, now - this.#toldAt);
      this.#rate = Math.max(lowestRate, this.#rate * Math.exp(lesson));
    }
    this.#share = share ?? ease;
    this.#toldAt = now;
  }

  /** Whether there was a warning of late. */
  #isHeld(now: number): boolean {
    if (now - this.#warnedAt > windowMs) this.#rate = undefined;
    return this.#rate !== undefined;
  }

  /** Slower, the nearer the limit. What nothing was heard of for a while has drained. */
  #speed(now: number): number {
    const share = this.#share - (now - this.#toldAt) / windowMs;
    return (this.#rate ?? 0) * Math.min(3, Math.max(0.1, 1 + gain * (target - Math.max(ease, share))));
  }

  #advance(now: number): void {
    this.#free += (now - this.#freeAt) * this.#speed(now);
    this.#freeAt = now;
  }

  #count(now: number, sent: number): void {
    this.#recent = this.#recent * Math.exp((this.#countedAt - now) / windowMs) + sent;
    this.#countedAt = now;
  }
}

/** The share of its limit that a scope has used, where Graph tells: a fraction, whatever the header's name says. */
export function usedShare(headers: Pick<Headers, "get">): number | undefined {
  const share = Number(headers.get("x-ms-throttle-limit-percentage") ?? Number.NaN);
  return share >= 0.8 && share <= 2 ? share : undefined;
}
