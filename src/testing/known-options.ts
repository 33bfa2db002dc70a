/**
 * An option that is misspelt and ignored makes a test that tests something else.
 * @throws TypeError that names the option and the known ones
 */
export function checkKnown(owner: string, options: object, known: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`${owner} has no option "${name}". It knows ${Object.keys(known).join(", ")}.`);
  }
}

/** Without the fields that are `undefined`, so that they don't hide defaults. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
