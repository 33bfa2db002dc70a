import { type Clock, systemClock } from "../../src/clock.js";

/** The clock of a machine that is so much ahead. */
export function shifted(ms: number, clock: Clock = systemClock): Clock {
  const { monotonic, wait, alarm } = clock;
  return { now: () => clock.now() + ms, monotonic, wait, alarm };
}
