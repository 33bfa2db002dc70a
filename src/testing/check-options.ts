import { inspect } from "node:util";

/**
 * An option that is misspelt and ignored makes a test that tests something else.
 * @throws TypeError that names the option and the known ones
 */
export function checkKnown(owner: string, options: object, known: Readonly<Record<string, unknown>>): void {
  checkValue(`What ${owner} takes`, options ?? null, typeof options === "object" && options !== null, "an object");
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`${owner} has no option "${name}". It knows ${Object.keys(known).join(", ")}.`);
  }
}

/**
 * So does one with a value that nobody understands. `undefined` stands for the default.
 * @throws TypeError that tells name, value and what was expected
 */
export function checkValue(name: string, value: unknown, fits: boolean, expected: string): void {
  if (value === undefined || fits) return;
  throw new TypeError(`${name} must be ${expected}, not ${inspect(value, { depth: 1 })}.`);
}

/** The same for a text. */
export function checkText(name: string, value: unknown): void {
  checkValue(name, value, typeof value === "string" && value.trim() !== "", "a string with something in it");
}

/** The same for a list of texts. */
export function checkTexts(name: string, value: unknown): void {
  const fits = Array.isArray(value) && value.every((each) => typeof each === "string");
  checkValue(name, value, fits, "an array of strings");
}

/** The same for one of a few texts. */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  checkValue(name, value, choices.includes(value as string), `one of ${choices.join(", ")}`);
}

/** The same for a whole number. @throws RangeError */
export function checkWhole(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= most))
    return;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${inspect(value)}.`);
}

/** Without the fields that are `undefined`, so that they don't hide defaults. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
