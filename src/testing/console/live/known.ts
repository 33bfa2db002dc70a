import type { AppShown, ClockShown, Entry, FaultShown, Health, Switches } from "../calls/answers.js";
import type { Refusals } from "../refusals/fold-refusals.js";
import { observable } from "./observable.js";

/** What the console knows of the emulator. */
export interface Known {
  /** `locked`: it wants a token. */
  link: "starting" | "live" | "lost" | "locked";
  health?: Health;
  clock?: ClockShown;
  apps: AppShown[];
  faults: FaultShown[];
  graph?: Switches;
  users: number;
  groups: number;
  /** The latest of the log, oldest first. */
  entries: readonly Entry[];
  /** Since the log was emptied. */
  asked: number;
  refused: number;
  refusals: Refusals;
  /** Grows with each change of state: what pages have read for themselves is to be read again. */
  changes: number;
}

const known = observable<Known>({
  link: "starting",
  apps: [],
  faults: [],
  users: 0,
  groups: 0,
  entries: [],
  asked: 0,
  refused: 0,
  refusals: new Map(),
  changes: 0,
});

export const { get: getKnown, use: useKnown } = known;

export function learn(change: Partial<Known>): void {
  known.set({ ...known.get(), ...change });
}
