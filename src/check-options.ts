import { refusal } from "./refusal.js";

/** What one option may be. */
export interface Check {
  readonly accepts: (value: unknown) => boolean;
  /** Completes "must be …". */
  readonly expected: string;
  /** What to do, where "Give …, or leave it out." doesn't say it. */
  readonly remedy?: string;
}

/** A function's options, each with its check. */
export type Checks<O> = { readonly [K in keyof O]-?: Check };

const isText = (value: unknown) => typeof value === "string" && value.trim() !== "";
const isList = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isText);
const hasMethods = (value: unknown, names: readonly string[]) =>
  typeof value === "object" &&
  value !== null &&
  names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");

/** The kinds of options that more than one function takes. */
export const kinds = {
  /** For what the function itself looks at. */
  anything: { accepts: () => true, expected: "anything" },
  text: { accepts: isText, expected: "a string with something in it" },
  texts: { accepts: (value) => isText(value) || isList(value), expected: "a string, or an array of strings" },
  names: { accepts: isList, expected: "an array of at least one name" },
  flag: { accepts: (value) => typeof value === "boolean", expected: "true or false" },
  amount: {
    accepts: (value) => Number.isSafeInteger(value) && (value as number) > 0,
    expected: "a whole number above 0",
  },
  callback: { accepts: (value) => typeof value === "function", expected: "a function" },
  fetch: {
    accepts: (value) => typeof value === "function",
    expected: "a function",
    remedy: "Give a function like the global fetch, or leave it out.",
  },
  // Not instanceof: there is more than one AbortSignal in test runners and polyfills.
  signal: {
    accepts: (value) => hasMethods(value, ["addEventListener"]) && "aborted" in (value as object),
    expected: "an AbortSignal",
  },
} as const satisfies Record<string, Check>;

/** A number from `least` on; `Infinity` is one. */
export function numberFrom(least: number): Check {
  return {
    accepts: (value) => typeof value === "number" && value >= least,
    expected: `a number, at least ${least}`,
  };
}

/** An object with certain methods. */
export function objectWith(names: readonly string[], expected: string, remedy: string): Check {
  return { accepts: (value) => hasMethods(value, names), expected, remedy };
}

/**
 * All options by their names, checked by kind where they are given. Those that aren't are there, too, and undefined: what a stranger wrote to
 * the prototype of all objects isn't seen through them.
 * @throws AppIdentityError `invalid_options`
 */
export function checkedOptions<O extends object>(
  options: O,
  checks: Readonly<Record<string, Check>>,
  owner: string,
): O {
  checkOptionNames(options, Object.keys(checks), owner);
  const all = Object.entries(checks).map(([name, { accepts, expected, remedy }]) => {
    const value = optionOf(options, name);
    if (value === undefined || accepts(value)) return [name, value];
    throw refusal(
      "invalid_options",
      `"${name}" of ${owner} must be ${expected}, and is ${kindOf(value)}.`,
      remedy ?? `Give ${expected}, or leave it out.`,
    );
  });
  return Object.fromEntries(all) as O;
}

/**
 * One option's value. Options may be an instance with getters, so what they inherit counts; but not from the prototype that all objects
 * share, where a stranger may have left something.
 */
export function optionOf(options: object, name: string): unknown {
  for (let at: object | null = options; at !== null; at = Object.getPrototypeOf(at)) {
    if (at !== options && Object.getPrototypeOf(at) === null) return undefined;
    if (Object.hasOwn(at, name)) return (options as Record<string, unknown>)[name];
  }
  return undefined;
}

/**
 * Options must be an object without names nobody knows: a misspelt option that is ignored is a job that does something else.
 * @throws AppIdentityError `invalid_options`
 */
export function checkOptionNames(options: unknown, known: readonly string[], owner: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw refusal(
      "invalid_options",
      `${owner} takes an options object.`,
      `Pass an object with any of: ${known.join(", ")}.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw refusal(
      "invalid_options",
      `${owner} has no option "${name.slice(0, longestName)}".`,
      nearest ? `Did you mean "${nearest}"?` : `Its options are ${known.join(", ")}.`,
    );
  }
}

// Nothing has a longer name, and telling how far two texts are apart takes the product of their lengths.
const longestName = 100;

/** The known name that a misspelt one most likely means, if any comes close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > longestName) return undefined;
  const limit = Math.max(2, Math.floor(name.length / 3));
  let nearest: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** A value by its kind: a text may be a secret that was given in the wrong place. */
function kindOf(value: unknown): string {
  if (value === null || typeof value === "number" || typeof value === "boolean") return String(value);
  if (value === "") return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
