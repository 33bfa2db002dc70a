import { createClosures } from "./closure.js";
import { type Kind, objectId, objectOf } from "./collection.js";
import { createLinks, type Links } from "./links.js";
import { eachOf, nothing, type ObjectRef, type ObjectSet } from "./object-set.js";
import type { Change, Population } from "./population.js";
import { createRelatedSet, type RelatedPart } from "./related-set.js";
import { type Navigation, navigationNamed, type RelationRule, relationRules } from "./relation-rules.js";
import { holds, keyAt } from "./segments.js";
import type { Structure } from "./structure.js";

/** The relations of a directory: those it was generated with, and what was changed since. */
export interface Relations {
  /** Where a way leads to from an object. */
  from(object: ObjectRef, navigation: Navigation): ObjectSet;
  /** @returns whether they weren't related before */
  link(rule: RelationRule, source: number, target: ObjectRef): boolean;
  /** @returns whether they were */
  unlink(rule: RelationRule, source: number, target: ObjectRef): boolean;
  /** Objects that were related once, and aren't any more, both ends being there. */
  ended(rule: RelationRule, source: number): ObjectRef[];
  /** Of a relation to one: that one from now on, or nobody. */
  point(rule: RelationRule, source: number, target: ObjectRef | undefined): void;
  related(rule: RelationRule, source: number, target: ObjectRef): boolean;
  /** What differs from the generated relations, be its objects deleted. */
  changes(): Iterable<RelationChange>;
  reset(): void;
}

/** Objects related to one, and generated ones that aren't any more. */
export interface RelationChange {
  rule: RelationRule;
  source: number;
  added: ObjectRef[];
  gone: ObjectRef[];
}

interface RelationsOptions {
  populations: Readonly<Record<Kind, Population>>;
  structure: Structure;
  log(change: Change): void;
  /** Changes whenever anything in the directory does. */
  version(): number;
}

/** Over sixty lines: short methods that share the links of each relation. */
export function createRelations({ populations, structure, log, version }: RelationsOptions): Relations {
  const links = new Map<RelationRule, Links>(relationRules.map((rule) => [rule, createLinks()]));
  const linksOf = (rule: RelationRule) => links.get(rule)!;
  const closures = createClosures({ populations, visit, version });

  const idOf = ({ collection, key }: ObjectRef) => objectId(collection.kind!, key);
  const refOf = (id: number): ObjectRef => {
    const { kind, key } = objectOf(id);
    return { collection: populations[kind], key };
  };
  function partsOf(object: ObjectRef, { parts }: Navigation): RelatedPart[] {
    const kind = object.collection.kind!;
    return parts.map(({ rule, forward }) => ({
      segments: forward ? structure.forward(rule, object.key) : structure.backward(rule, kind, object.key),
      changed: linksOf(rule)[forward ? "forward" : "backward"](idOf(object)),
    }));
  }

  /** The same as going through the set, without making one: a closure may take a million steps. */
  function visit(object: ObjectRef, way: Navigation, use: (population: Population, key: number) => void): void {
    for (const { segments, changed } of partsOf(object, way)) {
      const isThere = (kind: Kind, key: number) =>
        populations[kind].exists(key) && !changed?.gone.has(objectId(kind, key));
      for (const each of segments) {
        const { kind, count } = each;
        for (let position = 0; position < count; position += 1) {
          const key = keyAt(each, position);
          if (isThere(kind, key)) use(populations[kind], key);
        }
      }
      for (const { kind, key } of (changed?.added ?? []).map(objectOf))
        if (isThere(kind, key)) use(populations[kind], key);
    }
  }

  const generated = (rule: RelationRule, source: number, { collection, key }: ObjectRef) =>
    structure.forward(rule, source).some((segment) => holds(segment, collection.kind!, key));

  function told(rule: RelationRule, source: number, target: ObjectRef): void {
    log({ kind: rule.from, key: source, properties: [rule.name], related: idOf(target) });
  }

  function from(object: ObjectRef, navigation: Navigation): ObjectSet {
    if (object.collection.kind === undefined) return nothing;
    if (navigation.repeats) return closures.of(object, navigation);
    return createRelatedSet(partsOf(object, navigation), navigation.kinds, populations);
  }

  function link(rule: RelationRule, source: number, target: ObjectRef): boolean {
    const isNew = linksOf(rule).connect(objectId(rule.from, source), idOf(target), generated(rule, source, target));
    if (isNew) told(rule, source, target);
    return isNew;
  }

  function unlink(rule: RelationRule, source: number, target: ObjectRef): boolean {
    const was = linksOf(rule).disconnect(objectId(rule.from, source), idOf(target), generated(rule, source, target));
    if (was) told(rule, source, target);
    return was;
  }

  return {
    from,
    link,
    unlink,
    point(rule, source, target) {
      const way = navigationNamed(rule.from, rule.name)!;
      const former = [...eachOf(from({ collection: populations[rule.from], key: source }, way))];
      if (target && former.some((each) => idOf(each) === idOf(target))) return;
      for (const each of former) unlink(rule, source, each);
      if (target) link(rule, source, target);
    },
    related(rule, source, target) {
      const entry = linksOf(rule).forward(objectId(rule.from, source));
      const id = idOf(target);
      if (entry?.gone.has(id)) return false;
      return (entry?.known.has(id) ?? false) || generated(rule, source, target);
    },
    ended(rule, source) {
      const gone = linksOf(rule).forward(objectId(rule.from, source))?.gone ?? [];
      return [...gone].map(refOf);
    },
    *changes() {
      for (const [rule, each] of links) {
        for (const id of each.sources()) {
          const { added, known, gone } = each.forward(id)!;
          const source = objectOf(id).key;
          const later = added.filter((other) => !gone.has(other)).map(refOf);
          const former = [...gone].filter((other) => !known.has(other)).map(refOf);
          if (later.length + former.length > 0) yield { rule, source, added: later, gone: former };
        }
      }
    },
    reset() {
      for (const each of links.values()) each.clear();
      closures.clear();
    },
  };
}
