/** What may be changed while the service runs; `reset()` brings back what it was created with. */
export interface GraphSwitches {
  /** Charge the documented resource units and answer 429 when they are used up. Default `false`. */
  throttle: boolean;
  /** How long a `$skiptoken` is accepted, in milliseconds. Default 1 hour: Microsoft documents no figure. */
  pageTokenLifetimeMs: number;
  /** Chance from 0 to 1 that a page holds fewer members than asked for, down to none, and goes on. Default 0. */
  shortPages: number;
  /** Every listing comes in an order of its own. Default `false`: the order of creation. */
  shuffle: boolean;
}
