import type { Kind } from "./collection.js";
import type { ObjectRef } from "./object-set.js";
import type { Population } from "./population.js";

/** An object of some kinds by its id, or by another name that paths know it by. */
export function findNamed(
  populations: Readonly<Record<Kind, Population>>,
  kinds: readonly Kind[],
  name: string,
): ObjectRef | undefined {
  for (const kind of kinds) {
    const key = populations[kind].keyOf(name);
    if (key !== undefined) return { collection: populations[kind], key };
  }
  return undefined;
}
