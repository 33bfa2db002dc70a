import { longestWaitMs } from "../../http/retry-after.js";
import { Pace } from "./pace.js";
import { everything, type ThrottleScope, widthOf } from "./throttle-scope.js";

/** What a request is to do before it is sent. */
export interface Passage {
  /** Milliseconds to wait, and then to ask again; 0 where the way is free. */
  waitMs: number;
  /** Whether the wait ends a longer one than anybody waits: this request finds out for the others. */
  probe: boolean;
}

interface Gate {
  opensAt: number;
  /** Closed for as long as anybody waits, or longer: nobody knows whether it is over. */
  longest: boolean;
  /** Somebody is finding out, until `opensAt` at most. */
  probing: boolean;
}

/** How often those look again who wait for a probe. */
const lookAgainMs = 1_000;
const probeMs = 60_000;
const mostIdle = 1_000;

/**
 * One throttle answer slows all requests of its client that share the limit: what is asked while throttled counts
 * against the same allowance, so the others wait at this gate until the Retry-After of the one has passed. However long
 * that is, after an hour one request tries. Times are monotonic.
 * @see https://learn.microsoft.com/graph/throttling
 */
export class ThrottleGates {
  readonly #gates = new Map<string, Gate>();
  readonly #paces = new Map<string, Pace>();

  /** Whether a request may be sent now. Called again after each wait. */
  enter(scope: ThrottleScope, now: number): Passage {
    const closed = this.#gatesOf(scope);
    const opensAt = Math.max(now, ...closed.map((gate) => gate.opensAt));
    if (opensAt > now) {
      const probing = closed.some((gate) => gate.probing && gate.opensAt === opensAt);
      return { waitMs: probing ? Math.min(lookAgainMs, opensAt - now) : opensAt - now, probe: false };
    }
    const probed = closed.filter((gate) => gate.longest);
    for (const gate of probed) Object.assign(gate, { probing: true, opensAt: now + probeMs });
    return { waitMs: 0, probe: probed.length > 0 };
  }

  /** A probe has come back: with an answer that is no refusal, or with nothing that would tell. */
  settle(scope: ThrottleScope, answered: boolean, now: number): void {
    for (const [key, gate] of this.#gates) {
      if (!gate.probing || !keysOf(scope).includes(key)) continue;
      if (answered) this.#gates.delete(key);
      else Object.assign(gate, { probing: false, opensAt: now });
    }
  }

  /** Keeps everyone out who shares the limit, for `ms` from `now`; a shorter word never shortens a longer one. */
  close(ms: number, now: number, scope: ThrottleScope, headers: Pick<Headers, "get">): void {
    const { area, reads, writes } = widthOf(headers, scope);
    if (this.#gates.size > mostIdle) this.#forget(now);
    const [asked, longest] = [Math.min(ms, longestWaitMs), ms >= longestWaitMs];
    for (const key of [...(reads ? [`read ${area}`] : []), ...(writes ? [`write ${area}`] : [])]) {
      const gate = this.#gates.get(key);
      const before = gate === undefined || gate.probing ? 0 : gate.opensAt;
      this.#gates.set(key, { opensAt: Math.max(before, now + asked), longest, probing: false });
    }
  }

  /** How fast requests may go that share the limit. */
  paceOf(scope: ThrottleScope): Pace {
    const area = keysOf(scope).at(-1) as string;
    const pace = this.#paces.get(area) ?? new Pace();
    this.#paces.delete(area);
    this.#paces.set(area, pace);
    if (this.#paces.size > mostIdle) this.#paces.delete(this.#paces.keys().next().value as string);
    return pace;
  }

  #gatesOf(scope: ThrottleScope): Gate[] {
    return keysOf(scope).flatMap((key) => this.#gates.get(key) ?? []);
  }

  #forget(now: number): void {
    for (const [key, { opensAt, longest }] of this.#gates) if (opensAt <= now && !longest) this.#gates.delete(key);
  }
}

function keysOf({ workload, resource, writes }: ThrottleScope): string[] {
  const does = writes ? "write" : "read";
  const areas = [everything, workload, ...(resource === undefined ? [] : [`${workload}/${resource}`])];
  return areas.map((area) => `${does} ${area}`);
}
