import { AppIdentityError } from "./errors.js";

/** The known name that a misspelt one most likely means, if any comes close. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3));
  let nearest: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/**
 * Options must be an object without names nobody knows: a misspelt option that is ignored is a job that does something else.
 * @throws AppIdentityError `invalid_options`
 */
export function checkOptionNames(options: unknown, known: readonly string[], owner: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new AppIdentityError("invalid_options", `${owner} takes an options object.`, {
      remedy: `Pass an object with any of: ${known.join(", ")}.`,
    });
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new AppIdentityError("invalid_options", `${owner} has no option "${name}".`, {
      remedy: nearest ? `Did you mean "${nearest}"?` : `Its options are ${known.join(", ")}.`,
    });
  }
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
