import type { CutExpansion } from "./expansions.js";
import type { GraphPage } from "./request-page.js";

/** What is handed out of one page. */
export interface Taken {
  value: unknown[];
  /** Expanded relations that may not be whole. */
  cut?: CutExpansion[];
  /** What was told before is void: from here on everything comes anew. */
  reset?: true;
}

/** What one walk makes of its pages, and what it remembers of those that were: objects, or changes. */
export interface Reading {
  /** What comes of a page that was asked for in order, or once more; `last` where no link follows it. */
  take(page: GraphPage, last: boolean): Taken;
  /** Whether something that was handed out, or must be announced, is still to come since the place was lost. */
  readonly behind: boolean;
  /** Announces that the last page comes once more. `false` where what is on it can't be told from what is new. */
  repeatLast(): boolean;
  /** Whether a walk that begins again would hand out nothing that it mustn't. */
  readonly canRestart: boolean;
  /** Announces that everything comes once more. */
  restart(): void;
  /** What came again and was left out. */
  readonly duplicatesDropped: number;
}
