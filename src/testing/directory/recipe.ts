import type { KeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { Member } from "./collection.js";
import { isoSeconds } from "./iso-seconds.js";

/** Properties in the order of the wire, each made of an object's number. */
export type Properties = Readonly<Record<string, (index: number) => unknown>>;

export function maker(ids: KeyedGuids, properties: Properties): (index: number) => Member {
  return (index) => (property) => {
    if (property === "id") return ids.guid(index);
    return Object.hasOwn(properties, property) ? properties[property]!(index) : null;
  };
}

export const none = () => null;
export const empty = () => [];
export const pick = <T>(list: readonly T[], seed: number, index: number): T => list[mix(seed, index) % list.length]!;
export const dateOf = (seed: number, index: number) => isoSeconds(Date.UTC(2016, 0, 1) + mix(seed, index) * 70);
