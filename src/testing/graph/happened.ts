import { type Kind, objectId } from "../directory/collection.js";
import type { Change } from "../directory/population.js";

/** All that happened to one object in a while. */
export interface Happened {
  kind: Kind;
  key: number;
  /** Properties and relations that changed; `undefined` when the object came or went. */
  properties: ReadonlySet<string> | undefined;
  /** Relation → objects at its other end that came or went. */
  related: ReadonlyMap<string, ReadonlySet<number>>;
}

/**
 * Changes from one on, gathered by object. An object that changed several times is found once, where it changed last.
 * @param at the number of a change; `undefined` where the object's last one is another
 */
export function changesSince(
  changes: readonly Change[],
  since: number,
  kinds: readonly Kind[],
): { at(index: number): Happened | undefined } {
  const last = new Map<number, number>();
  const gathered = new Map<
    number,
    Happened & { properties: Set<string> | undefined; related: Map<string, Set<number>> }
  >();
  for (let index = since; index < changes.length; index += 1) {
    const { kind, key, properties, related } = changes[index]!;
    if (!kinds.includes(kind)) continue;
    const id = objectId(kind, key);
    last.set(id, index);
    const happened = gathered.get(id) ?? { kind, key, properties: new Set<string>(), related: new Map() };
    gathered.set(id, happened);
    if (!properties) happened.properties = undefined;
    for (const name of properties ?? []) {
      happened.properties?.add(name);
      if (related === undefined) continue;
      const others = happened.related.get(name) ?? new Set<number>();
      happened.related.set(name, others.add(related));
    }
  }
  return {
    at(index) {
      const change = changes[index];
      const id = change && kinds.includes(change.kind) ? objectId(change.kind, change.key) : undefined;
      return id !== undefined && last.get(id) === index ? gathered.get(id) : undefined;
    },
  };
}
