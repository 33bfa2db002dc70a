import type { Navigation } from "../directory/relation-rules.js";

/** How far the relations of one object have been told: the number of the relation, and a place in it. */
export interface Within {
  relation: number;
  place: number;
}

export const fromTheStart: Within = { relation: 0, place: 0 };

export type DeltaEntry = Record<string, unknown>;

/** So many at most of what a relation has to tell from a place on, and where it goes on; `undefined` at its end. */
export type ItemsOf = (way: Navigation, place: number, room: number) => { items: object[]; next: number | undefined };

/** A page of a delta query, until it is full of objects or of what they are related to. */
export interface DeltaPage {
  readonly value: object[];
  isFull(): boolean;
  /** @returns where the object's relations go on in the next page; `undefined` when all of it was told */
  tell(ways: readonly Navigation[], from: Within, entryOf: () => DeltaEntry, itemsOf: ItemsOf): Within | undefined;
}

export function createDeltaPage(room: number, relatedRoom: number): DeltaPage {
  const value: object[] = [];
  // An entry holds half of what a page does: large groups come in several, in a page and in the next ones.
  const most = Math.ceil(relatedRoom / 2);
  let left = relatedRoom;

  return {
    value,
    isFull: () => value.length >= room || left <= 0,
    tell(ways, from, entryOf, itemsOf) {
      let within: Within | undefined = from;
      do {
        const entry = entryOf();
        const filled = fill(entry, ways, within, Math.min(left, most), itemsOf);
        value.push(entry);
        left -= filled.taken;
        within = filled.left;
      } while (within && left > 0 && value.length < room);
      return within;
    },
  };
}

/** Puts the next relations of an object into its entry, so many at most; what is left starts where it says. */
function fill(
  entry: DeltaEntry,
  ways: readonly Navigation[],
  from: Within,
  room: number,
  itemsOf: ItemsOf,
): { taken: number; left: Within | undefined } {
  let taken = 0;
  let { relation, place } = from;
  for (; relation < ways.length; relation += 1, place = 0) {
    const way = ways[relation]!;
    if (taken >= room) return { taken, left: { relation, place } };
    const { items, next } = itemsOf(way, place, room - taken);
    if (items.length > 0) entry[`${way.name}@delta`] = items;
    taken += items.length;
    if (next !== undefined) return { taken, left: { relation, place: next } };
  }
  return { taken, left: undefined };
}
