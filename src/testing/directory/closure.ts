import { kinds as allKinds, type Kind } from "./collection.js";
import type { ObjectRef, ObjectSet } from "./object-set.js";
import type { Population } from "./population.js";
import { createPositions, type Positions } from "./positions.js";
import { type Navigation, navigationNamed } from "./relation-rules.js";

/** Everything that can be reached by going a way again and again, each object once. */
export interface Closures {
  of(object: ObjectRef, navigation: Navigation): ObjectSet;
  clear(): void;
}

interface ClosuresOptions {
  populations: Readonly<Record<Kind, Population>>;
  /** Goes one step, to each object that exists. */
  visit(object: ObjectRef, navigation: Navigation, use: (population: Population, key: number) => void): void;
  version(): number;
}

/** The latest ones are kept, so that the pages of a listing don't go all the way each. */
const mostKept = 16;

/** Over sixty lines: short walks that share the sets kept and the version they are of. */
export function createClosures({ populations, visit, version }: ClosuresOptions): Closures {
  const kept = new Map<string, { at: number; positions: Positions }>();

  /** An object's place is the same in every closure, whatever else is in it. */
  const places = (navigation: Navigation) => allKinds.filter((kind) => navigation.kinds.includes(kind));

  function reach(start: ObjectRef, navigation: Navigation): Positions {
    const order = places(navigation);
    const found = createPositions();
    const ways = new Map(
      [...order, start.collection.kind!].map((kind) => [kind, navigationNamed(kind, navigation.repeats!)]),
    );
    const waiting = [start];
    for (let object = waiting.pop(); object; object = waiting.pop()) {
      visit(object, ways.get(object.collection.kind!)!, (collection, key) => {
        if (key === start.key && collection === start.collection) return;
        const isNew = found.add(key * order.length + order.indexOf(collection.kind));
        if (isNew && ways.get(collection.kind)) waiting.push({ collection, key });
      });
    }
    return found;
  }

  function positionsOf(object: ObjectRef, navigation: Navigation): Positions {
    const name = `${object.collection.name} ${object.key} ${navigation.name}`;
    const known = kept.get(name);
    kept.delete(name);
    const current = known?.at === version() ? known : { at: version(), positions: reach(object, navigation) };
    kept.set(name, current);
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break;
      kept.delete(oldest);
    }
    return current.positions;
  }

  function setOf(positions: Positions, navigation: Navigation, wanted: readonly Kind[]): ObjectSet {
    const order = places(navigation);
    const at = (position: number): ObjectRef | undefined => {
      const kind = order[position % order.length]!;
      if (!wanted.includes(kind) || !positions.has(position)) return undefined;
      return { collection: populations[kind], key: Math.floor(position / order.length) };
    };
    return {
      end: positions.end,
      generated: 0,
      collections: wanted.map((kind) => populations[kind]),
      get count() {
        if (wanted.length === order.length) return positions.count;
        let count = 0;
        for (let place = positions.next(0); place < positions.end; place = positions.next(place + 1)) {
          if (wanted.includes(order[place % order.length]!)) count += 1;
        }
        return count;
      },
      next: (position) => positions.next(position),
      at,
      has({ collection, key }) {
        const index = order.indexOf(collection.kind!);
        return index >= 0 && wanted.includes(order[index]!) && positions.has(key * order.length + index);
      },
      only: (some) =>
        setOf(
          positions,
          navigation,
          wanted.filter((kind) => some.includes(kind)),
        ),
    };
  }

  return {
    of: (object, navigation) => setOf(positionsOf(object, navigation), navigation, navigation.kinds),
    clear: () => kept.clear(),
  };
}
