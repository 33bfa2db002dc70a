import { checkOptionNames } from "../check-options.js";
import { AppIdentityError } from "../errors.js";
import type { ListProgress } from "./paging/progress.js";
import type { ListQuery } from "./query/build-query.js";

/** How a collection is walked through. */
export interface WalkOptions {
  /**
   * Fetches one page ahead while the consumer works; while the consumer waits, the next page is asked for before this
   * one is parsed. Default `true`.
   */
  prefetch?: boolean | undefined;
  /** Stops the walk within milliseconds, wherever it is. */
  signal?: AbortSignal | undefined;
  /** Told after each page, and once more, with `done: true`, at the end. */
  onProgress?: ((progress: ListProgress) => void) | undefined;
}

/** What is asked of a collection, and how it is walked through. */
export interface ListOptions extends ListQuery, WalkOptions {
  /** Ends the listing after so many objects, without asking for a page more than that takes. */
  limit?: number | undefined;
  /**
   * Where Graph loses the place for good, begins again, at most three times, and hands out only what wasn't handed out
   * yet. The ids are remembered for that, at about 20 bytes each. Pages and errors then lack a `continuationToken`
   * until all that was handed out has come again, and a walk that began with a token can't restart. Default `false`:
   * the listing fails with `page_token_expired`.
   */
  restart?: boolean | undefined;
}

type Check = readonly [accepts: (value: unknown) => boolean, expected: string];

const text: Check = [(value) => typeof value === "string" && value.trim() !== "", "a string with something in it"];
const texts: Check = [(value) => text[0](value) || list(value), "a string, or an array of strings"];
const names: Check = [(value) => list(value), "an array of at least one name"];
const flag: Check = [(value) => typeof value === "boolean", "true or false"];
const amount: Check = [(value) => Number.isSafeInteger(value) && (value as number) > 0, "a whole number above 0"];
const signal: Check = [
  // Not instanceof: there is more than one AbortSignal in test runners and polyfills.
  (value) => typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value,
  "an AbortSignal",
];
const callback: Check = [(value) => typeof value === "function", "a function"];

const list = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => text[0](item));

const checks: Record<string, Check> = {
  select: names,
  filter: text,
  search: text,
  orderBy: texts,
  expand: texts,
  count: flag,
  pageSize: amount,
  limit: amount,
  prefetch: flag,
  restart: flag,
  signal,
  onProgress: callback,
  // Of rounds of changes:
  deltaLink: text,
  latest: flag,
  ids: names,
  minimal: flag,
};

/**
 * Checks names and types of options where they are given, and leaves out those that are `undefined`.
 * @throws AppIdentityError `invalid_options`
 */
export function checkedOptions<O extends object>(options: O, known: readonly (keyof O & string)[], caller: string): O {
  checkOptionNames(options, known, caller);
  // By the names known, so that options may be an instance with getters.
  const given = known.map((name) => [name, options[name]] as const).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const [accepts, expected] = checks[name] as Check;
    if (accepts(value)) continue;
    throw new AppIdentityError("invalid_options", `"${name}" of ${caller} must be ${expected}.`, {
      remedy: `Give ${expected}, or leave it out.`,
    });
  }
  return Object.fromEntries(given) as O;
}
