/**
 * An array of strings that aren't known before the program runs, such as those that beta has and this package doesn't know yet. An array of
 * literals is none: what they may be is known, and a misspelt one is to be found.
 */
// With a literal among what it holds, the compiler keeps those that it is given.
export interface NamesAtRunTime extends ReadonlyArray<"id" | (string & {})> {
  // As a function, which is compared strictly, and not as a method: that of an array of literals takes no other string.
  readonly indexOf: (name: string & {}) => number;
}

/** An object of which it isn't known what was selected. */
export type Unforeseen<T> = Partial<T> & Record<string, unknown>;
