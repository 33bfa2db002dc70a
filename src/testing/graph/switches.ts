import { checkChoice } from "../check-options.js";

/** What may be changed while the service runs; `reset()` brings back what it was created with. */
export interface GraphSwitches {
  /** Charge the documented resource units, or requests of reports and mailboxes, and answer 429 when they are used up. Default `false`. */
  throttle: boolean;
  /** How long a `$skiptoken` of a list is accepted, in milliseconds. Default 1 hour: Microsoft documents no figure. */
  pageTokenLifetimeMs: number;
  /** How long the tokens of a delta query are accepted, in milliseconds. Default 7 days, as documented. */
  deltaTokenLifetimeMs: number;
  /** How many changes a page of a delta query holds at most. Default 200. */
  deltaPageSize: number;
  /** How many members and owners a page of a delta query tells at most, an entry half of it. Default 500. */
  deltaRelatedSize: number;
  /**
   * How a delta token that is too old is refused: 410 with a `Location` (`"gone"`), 400 `syncStateNotFound`, or
   * 400 `Request_UnsupportedQuery` (`"unsupportedQuery"`); the service does all three. Default `"gone"`.
   */
  deltaExpiry: "gone" | "syncStateNotFound" | "unsupportedQuery";
  /** Chance from 0 to 0.9 that a page holds fewer members than it could, down to none, and goes on. Default 0. */
  shortPages: number;
  /** Chance from 0 to 1 that a change is told again, in its page or in the next round. Default 0. */
  replays: number;
  /** Every listing comes in an order of its own. Default `false`: the order of creation. */
  shuffle: boolean;
}

const defaultSwitches: GraphSwitches = {
  throttle: false,
  pageTokenLifetimeMs: 3_600_000,
  deltaTokenLifetimeMs: 7 * 86_400_000,
  deltaPageSize: 200,
  deltaRelatedSize: 500,
  deltaExpiry: "gone",
  shortPages: 0,
  replays: 0,
  shuffle: false,
};

export const expiries = [
  "gone",
  "syncStateNotFound",
  "unsupportedQuery",
] as const satisfies GraphSwitches["deltaExpiry"][];

/** Of those that have one. The others are from 0 on. */
export const ranges: Partial<Record<keyof GraphSwitches, [least: number, most: number]>> = {
  deltaPageSize: [1, 1000],
  deltaRelatedSize: [1, 100_000],
  shortPages: [0, 0.9],
  replays: [0, 1],
};

/**
 * The defaults, and what was chosen instead; other options are left aside.
 * @throws TypeError for a value of another type, RangeError for one out of range
 */
export function initialSwitches(options: Partial<GraphSwitches>): GraphSwitches {
  const chosen = Object.entries(options).filter(([name, value]) => name in defaultSwitches && value !== undefined);
  for (const [name, value] of chosen as [keyof GraphSwitches, unknown][]) {
    const type = typeof defaultSwitches[name];
    if (name === "deltaExpiry") checkChoice(name, value, expiries);
    const [least, most] = ranges[name] ?? [0, Number.POSITIVE_INFINITY];
    if (typeof value !== type) throw new TypeError(`${name} must be a ${type}, not ${typeof value}`);
    if (typeof value === "number" && !(value >= least && value <= most)) {
      throw new RangeError(`${name} must be from ${least} to ${most}, not ${value}`);
    }
  }
  return { ...defaultSwitches, ...Object.fromEntries(chosen) };
}
