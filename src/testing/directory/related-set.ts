import { type Kind, objectId, objectOf } from "./collection.js";
import type { Changed } from "./links.js";
import type { ObjectRef, ObjectSet } from "./object-set.js";
import type { Population } from "./population.js";
import { holds, keyAt, type Segment } from "./segments.js";

/** What one relation gives: the generated objects, and what was changed about them. */
export interface RelatedPart {
  segments: readonly Segment[];
  changed: Changed | undefined;
}

type Populations = Readonly<Record<Kind, Population>>;

/** From here on it is quicker to look for those who are gone than to look at everybody. */
const many = 64;

/**
 * The objects that one object is related to: first the generated ones, part by part, then those added later, in turns
 * from each part, so that no position moves when another is added.
 * Over sixty lines: short methods that share the parts and their pieces.
 */
export function createRelatedSet(
  parts: readonly RelatedPart[],
  leadsTo: readonly Kind[],
  populations: Populations,
): ObjectSet {
  const pieces = parts.flatMap(({ segments, changed }) => segments.map((segment) => ({ segment, changed })));
  const generated = pieces.reduce((sum, { segment }) => sum + segment.count, 0);

  const isThere = (kind: Kind, key: number, changed: Changed | undefined) =>
    populations[kind].exists(key) && !changed?.gone.has(objectId(kind, key));

  function present(kind: Kind, key: number, changed: Changed | undefined): ObjectRef | undefined {
    return isThere(kind, key, changed) ? { collection: populations[kind], key } : undefined;
  }

  function addedAt(position: number): ObjectRef | undefined {
    const { changed } = parts[position % parts.length]!;
    const id = changed?.added[Math.floor(position / parts.length)];
    if (id === undefined) return undefined;
    const { kind, key } = objectOf(id);
    return leadsTo.includes(kind) ? present(kind, key, changed) : undefined;
  }

  function countOf(segment: Segment, changed: Changed | undefined): number {
    const { kind, count } = segment;
    let missing = 0;
    if (count <= many) {
      for (let position = 0; position < count; position += 1) {
        if (!isThere(kind, keyAt(segment, position), changed)) missing += 1;
      }
      return count - missing;
    }
    for (const key of populations[kind].removed.keys()) if (holds(segment, kind, key)) missing += 1;
    for (const id of changed?.gone ?? []) {
      const object = objectOf(id);
      if (holds(segment, object.kind, object.key) && populations[kind].exists(object.key)) missing += 1;
    }
    return count - missing;
  }

  return {
    generated,
    collections: leadsTo.map((kind) => populations[kind]),
    get end() {
      return generated + parts.length * Math.max(0, ...parts.map(({ changed }) => changed?.added.length ?? 0));
    },
    get count() {
      let count = 0;
      for (const { segment, changed } of pieces) {
        if (leadsTo.includes(segment.kind)) count += countOf(segment, changed);
      }
      for (let position = generated; position < this.end; position += 1) {
        if (addedAt(position - generated)) count += 1;
      }
      return count;
    },
    next: (position) => position,
    at(position) {
      if (position >= generated) return addedAt(position - generated);
      let left = position;
      for (const { segment, changed } of pieces) {
        if (left < segment.count) {
          return leadsTo.includes(segment.kind) ? present(segment.kind, keyAt(segment, left), changed) : undefined;
        }
        left -= segment.count;
      }
      return undefined;
    },
    has({ collection, key }) {
      const kind = collection.kind;
      if (kind === undefined || !leadsTo.includes(kind)) return false;
      return parts.some(
        ({ segments, changed }) =>
          isThere(kind, key, changed) &&
          (changed?.known.has(objectId(kind, key)) || segments.some((segment) => holds(segment, kind, key))),
      );
    },
    only: (wanted) =>
      createRelatedSet(
        parts,
        leadsTo.filter((kind) => wanted.includes(kind)),
        populations,
      ),
  };
}
