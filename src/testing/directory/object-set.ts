import type { Collection, Kind } from "./collection.js";

export interface ObjectRef {
  readonly collection: Collection;
  readonly key: number;
}

/**
 * Objects in an order, counted by positions. A position means the same object for as long as the directory lasts,
 * whoever comes or goes: that is what pages are cut by.
 */
export interface ObjectSet {
  /** The first position that can hold nothing. */
  readonly end: number;
  /** How many positions were there from the start. */
  readonly generated: number;
  /** What the objects can be. */
  readonly collections: readonly Collection[];
  readonly count: number;
  /** The first position from here on that is worth looking at. */
  next(position: number): number;
  /** `undefined` where nothing is, or nothing any more. */
  at(position: number): ObjectRef | undefined;
  /** Whether an object that exists is among these. */
  has(object: ObjectRef): boolean;
  /** Those of some kinds only. */
  only(kinds: readonly Kind[]): ObjectSet;
}

const same = (position: number) => position;

/** A whole collection. */
export function allOf(collection: Collection): ObjectSet {
  return {
    get end() {
      return collection.end;
    },
    generated: collection.generated,
    collections: [collection],
    get count() {
      return collection.count;
    },
    next: same,
    at: (position) => (collection.exists(position) ? { collection, key: position } : undefined),
    has: (object) => object.collection === collection,
    only: (kinds) => (kinds.includes(collection.kind as Kind) ? allOf(collection) : nothing),
  };
}

/** No objects, but of these kinds: what may be asked of them may be asked all the same. */
export function noneOf(collections: readonly Collection[]): ObjectSet {
  return {
    end: 0,
    generated: 0,
    collections,
    count: 0,
    next: same,
    at: () => undefined,
    has: () => false,
    only: (kinds) => noneOf(collections.filter(({ kind }) => kinds.includes(kind as Kind))),
  };
}

export const nothing = noneOf([]);

/** Those that pass a test. Counting goes through all of them: for sets known to be small. */
export function passing(set: ObjectSet, passes: (object: ObjectRef) => boolean): ObjectSet {
  return {
    end: set.end,
    generated: set.generated,
    collections: set.collections,
    get count() {
      let count = 0;
      for (let position = set.next(0); position < set.end; position = set.next(position + 1)) {
        const object = set.at(position);
        if (object && passes(object)) count += 1;
      }
      return count;
    },
    next: (position) => set.next(position),
    at(position) {
      const object = set.at(position);
      return object && passes(object) ? object : undefined;
    },
    has: (object) => passes(object) && set.has(object),
    only: (kinds) => passing(set.only(kinds), passes),
  };
}

/** All of a set, one after the other. */
export function* eachOf(set: ObjectSet): Generator<ObjectRef> {
  const { end } = set;
  for (let position = set.next(0); position < end; position = set.next(position + 1)) {
    const object = set.at(position);
    if (object) yield object;
  }
}
