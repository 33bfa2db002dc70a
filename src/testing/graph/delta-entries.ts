import { objectOf } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import type { ObjectRef } from "../directory/object-set.js";
import type { Population } from "../directory/population.js";
import { type Navigation, navigationNamed, type RelationRule } from "../directory/relation-rules.js";
import type { DeltaEntry, ItemsOf } from "./delta-page.js";
import type { DeltaAsked } from "./delta-query.js";
import type { Happened } from "./happened.js";
import type { View } from "./view.js";

/** What a delta query shows of objects, and of those they are related to. */
export interface DeltaEntries {
  isWanted(object: ObjectRef): boolean;
  /** Whether any of what changed was asked for. */
  isAskedFor(object: ObjectRef, changed: ReadonlySet<string>): boolean;
  /** The relations that are tracked. */
  ways(object: ObjectRef): readonly Navigation[];
  tombstone(object: ObjectRef): DeltaEntry;
  /** An object with the properties asked for; those that never had a value are left out. */
  whole(object: ObjectRef, changed?: ReadonlySet<string>): DeltaEntry;
  /** An object with nothing but what changed, and the id. */
  reduced(object: ObjectRef, changed: ReadonlySet<string>): DeltaEntry;
  /** Everyone who is related to an object, and who isn't any more: what a first round tells. */
  related(object: ObjectRef): ItemsOf;
  /** Those who came or went. */
  touched(object: ObjectRef, happened: Happened): ItemsOf;
}

/** Over sixty lines: short methods that share what was asked and what the caller may see. */
export function createDeltaEntries(directory: Directory, asked: DeltaAsked, view: View): DeltaEntries {
  const { populations, relations } = directory;

  const idOf = ({ collection, key }: ObjectRef) => collection.member(key)("id");
  const typeOf = ({ collection }: ObjectRef) => `#microsoft.graph.${collection.entity}`;
  /** Where several kinds are told together, each says what it is. */
  const typed = (object: ObjectRef): DeltaEntry => (asked.mixed ? { "@odata.type": typeOf(object) } : {});
  const populationOf = ({ collection }: ObjectRef) => populations[collection.kind!];
  const propertiesOf = ({ kind, defaults }: Population) => asked.select?.[kind] ?? defaults;
  /** Delta queries go along relations that are told from here: one rule each. */
  const ruleOf = ({ parts }: Navigation): RelationRule => parts[0]!.rule;

  function whole(object: ObjectRef, changed?: ReadonlySet<string>): DeltaEntry {
    const population = populationOf(object);
    const { key } = object;
    const read = view.member(object);
    const shown = typed(object);
    for (const property of new Set(["id", ...propertiesOf(population)])) {
      const value = read(property);
      if (value !== null || changed?.has(property) || population.wasSet(key, property)) shown[property] = value;
    }
    return shown;
  }

  function item(object: ObjectRef, removed: boolean): object {
    const named = { "@odata.type": typeOf(object), id: idOf(object) };
    return removed ? { ...named, "@removed": { reason: "deleted" } } : named;
  }

  return {
    isWanted: (object) => !asked.ids || asked.ids.includes(String(idOf(object))),
    isAskedFor(object, changed) {
      const population = populationOf(object);
      const names = [...propertiesOf(population), ...(asked.related[population.kind] ?? [])];
      return names.some((name) => changed.has(name));
    },
    ways: ({ collection }) =>
      (asked.related[collection.kind!] ?? []).map((name) => navigationNamed(collection.kind, name)!),
    tombstone(object) {
      const { reason } = populationOf(object).removed.get(object.key)!;
      return { ...typed(object), id: idOf(object), "@removed": { reason } };
    },
    whole,
    reduced(object, changed) {
      const entries = Object.entries(whole(object, changed));
      return Object.fromEntries(entries.filter(([name]) => name === "id" || name[0] === "@" || changed.has(name)));
    },
    related: (object) => (way, place, room) => {
      if (view.hides(object, way)) return { items: [], next: undefined };
      const set = view.related(object, way);
      const items: object[] = [];
      for (let at = set.next(place); at < set.end; at = set.next(at + 1)) {
        const other = set.at(at);
        if (!other) continue;
        if (items.length === room) return { items, next: at };
        items.push(item(other, false));
      }
      for (const former of relations.ended(ruleOf(way), object.key)) {
        if (set.collections.includes(former.collection)) items.push(item(former, true));
      }
      return { items, next: undefined };
    },
    touched: (object, happened) => (way, place, room) => {
      if (view.hides(object, way)) return { items: [], next: undefined };
      const ids = [...(happened.related.get(way.name) ?? [])];
      const visible = view.related(object, way).collections;
      const items = ids.slice(place, place + room).flatMap((id) => {
        const { kind, key } = objectOf(id);
        const other = { collection: populations[kind], key };
        if (!visible.includes(other.collection)) return [];
        const isRelated = relations.related(ruleOf(way), object.key, other);
        // Who was deleted isn't told as having left.
        return isRelated && !other.collection.exists(key) ? [] : [item(other, !isRelated)];
      });
      const next = place + room;
      return { items, next: next < ids.length ? next : undefined };
    },
  };
}
