import { isDeepStrictEqual } from "node:util";
import type { EmulatorClock } from "../wire/messages.js";
import { clone } from "./clone.js";
import type { Collection, Kind, Member } from "./collection.js";
import { isoSeconds } from "./iso-seconds.js";
import { navigationsOf } from "./relation-rules.js";

/** How an object went: it can be restored for 30 days (`changed`), or is gone for good (`deleted`). */
export interface Removal {
  reason: "changed" | "deleted";
  /** Milliseconds since 1970. */
  at: number;
}

/** One thing that happened to an object. */
export interface Change {
  kind: Kind;
  key: number;
  /** Properties and relations that changed; `undefined` when the whole object came or went. */
  properties: readonly string[] | undefined;
  /** Of a relation: the object at its other end. */
  related?: number;
}

/** Objects of one kind: so many generated ones, and whatever was done to them since. */
export interface Population extends Collection {
  readonly kind: Kind;
  readonly removed: ReadonlyMap<number, Removal>;
  /** Whether someone gave this property a value, be it null. */
  wasSet(key: number, property: string): boolean;
  /** @throws TypeError when nobody has this name */
  keyNamed(name: string): number;
  /** All listable properties, as a copy. */
  view(key: number): Record<string, unknown>;
  /** @returns the key of the new object */
  add(given: object): number;
  /** Objects that were given something, in the order of their keys; not those that are gone for good. */
  touched(): number[];
  /** What a generated object was given, as far as it differs from what it was generated with; of another everything. */
  given(key: number): Record<string, unknown>;
  /** Gives an object properties, or adds one, without looking whether its names are taken: see `checkNames`. @returns its key */
  write(key: number | undefined, given: object): number;
  /** @throws TypeError when another has a name of this object */
  checkNames(key: number): void;
  update(key: number, given: object): void;
  /** @param at milliseconds since 1970. Default: now */
  remove(key: number, reason: Removal["reason"], at?: number): void;
  /** The object with this name among those that were deleted and can be restored. */
  restorable(name: string): number | undefined;
  restore(key: number): void;
  /** Tells what an object is related to: a relation is read like a property, to filter by. */
  readRelations(related: (key: number, name: string) => unknown): void;
  reset(): void;
}

export interface Recipe
  extends Pick<
    Collection,
    "entity" | "defaults" | "singleOnly" | "leftOut" | "foundBy" | "filterRules" | "orderRules" | "generated"
  > {
  kind: Kind;
  /** Listable properties. */
  properties: readonly string[];
  /** An object made of its key alone. */
  make(key: number): Member;
  /** Properties that identify an object, the id among them, and how a generated object is found by each. */
  identifiers: Readonly<Record<string, (value: string) => number | undefined>>;
  /** What property a name in a path is a value of. Default: the id. */
  identifierOf?(name: string): string;
  /** What comes with the properties given to a new object. */
  complete?(given: Record<string, unknown>, key: number): object;
}

/** `contoso_courses: { courseId: 1 }` or `ext0a1b2c3d_courses`: a complex value under a name with the owner before it. */
function isSchemaExtension(name: string, value: unknown): boolean {
  return /^[a-z\d]+_[a-z]\w*$/i.test(name) && typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Objects are numbered: the generated ones from 0, those added later from there on. Numbers are never used twice.
 * Over sixty lines: short methods that share what was changed, removed and named otherwise.
 */
export function createPopulation(recipe: Recipe, clock: EmulatorClock, log: (change: Change) => void): Population {
  const { kind, entity, properties, singleOnly, generated, make, identifiers } = recipe;
  const { identifierOf = () => "id", leftOut = [] } = recipe;
  const overlays = new Map<number, Record<string, unknown>>();
  const removed = new Map<number, Removal>();
  /** `property value` → key, for values that aren't the generated ones. */
  const aliases = new Map<string, number>();
  const relationNames = new Set(navigationsOf(kind).map(({ name }) => name));
  let related: (key: number, name: string) => unknown = () => null;
  /** Extensions of a schema, known from the first object that has them. */
  const schemaExtensions = new Map<string, string>();
  const names = new Map([...properties, ...singleOnly, ...leftOut].map((name) => [name.toLowerCase(), name]));
  let end = generated;

  const exists = (key: number) => key >= 0 && key < end && !removed.has(key);

  function member(key: number): Member {
    const overlay = overlays.get(key);
    const removal = removed.get(key);
    const own = make(key);
    const made: Member = (property) => (relationNames.has(property) ? related(key, property) : own(property));
    if (!overlay && !removal) return made;
    const deletedDateTime = removal && isoSeconds(removal.at);
    return (property) => {
      if (deletedDateTime && property === "deletedDateTime") return deletedDateTime;
      return overlay && Object.hasOwn(overlay, property) ? overlay[property] : made(property);
    };
  }

  /** Neither a name once given nor a generated one need be the current one: objects are renamed. */
  function locate(name: string, property: string, fits: (key: number) => boolean): number | undefined {
    const wanted = name.toLowerCase();
    return [aliases.get(`${property} ${wanted}`), identifiers[property]?.(name)].find(
      (key) => key !== undefined && fits(key) && String(member(key)(property)).toLowerCase() === wanted,
    );
  }

  const keyOf = (name: string, property = identifierOf(name)) => locate(name, property, exists);

  function canonical(name: string): string | undefined {
    const known = names.get(name.toLowerCase()) ?? schemaExtensions.get(name.toLowerCase());
    return known ?? (/^extension_\w+$/i.test(name) ? name : undefined);
  }

  function checked(given: object): Record<string, unknown> {
    for (const [name, value] of Object.entries(given)) {
      if (canonical(name) === name) continue;
      if (isSchemaExtension(name, value) && canonical(name) === undefined) {
        schemaExtensions.set(name.toLowerCase(), name);
        continue;
      }
      const near = canonical(name);
      const article = /^[aeiou](?!ser)/.test(entity) ? "An" : "A";
      throw new TypeError(`${article} ${entity} has no property "${name}"${near ? `; did you mean "${near}"?` : ""}`);
    }
    return clone(given) as Record<string, unknown>;
  }

  const namesIn = (given: Record<string, unknown>) =>
    Object.keys(identifiers).filter((property) => typeof given[property] === "string");

  function checkFree(given: Record<string, unknown>, key: number): void {
    for (const property of namesIn(given)) {
      const owner = keyOf(String(given[property]), property);
      if (owner === undefined || owner === key) continue;
      throw new TypeError(`Another ${entity} is already called "${given[property]}"`);
    }
  }

  function takeNames(given: Record<string, unknown>, key: number): void {
    for (const property of namesIn(given)) aliases.set(`${property} ${String(given[property]).toLowerCase()}`, key);
  }

  const namesOf = (key: number) =>
    Object.fromEntries(Object.keys(identifiers).map((name) => [name, member(key)(name)]));

  function view(key: number): Record<string, unknown> {
    const read = member(key);
    const extensions = Object.keys(overlays.get(key) ?? {}).filter((name) => name.includes("_"));
    return Object.fromEntries([...properties, ...extensions].map((property) => [property, clone(read(property))]));
  }

  const completed = (given: Record<string, unknown>) => ({ ...recipe.complete?.(given, end), ...given });

  function append(whole: Record<string, unknown>): number {
    const key = end;
    takeNames(whole, key);
    overlays.set(key, whole);
    end += 1;
    log({ kind, key, properties: undefined });
    return key;
  }

  function change(key: number, given: Record<string, unknown>): void {
    takeNames(given, key);
    overlays.set(key, { ...overlays.get(key), ...given });
    log({ kind, key, properties: Object.keys(given) });
  }

  return {
    ...recipe,
    name: kind,
    removed,
    canonical,
    exists,
    member,
    keyOf,
    get end() {
      return end;
    },
    get count() {
      return end - removed.size;
    },
    wasSet: (key, property) => Object.hasOwn(overlays.get(key) ?? {}, property),
    keyNamed(name) {
      const key = keyOf(name);
      if (key === undefined) throw new TypeError(`There is no ${entity} "${name}"`);
      return key;
    },
    view,
    add(properties) {
      const whole = completed(checked(properties));
      checkFree(whole, end);
      return append(whole);
    },
    update(key, properties) {
      const given = checked(properties);
      if ("id" in given) throw new TypeError(`The id of a ${entity} can't be changed`);
      checkFree(given, key);
      change(key, given);
    },
    touched: () =>
      [...overlays.keys()].filter((key) => removed.get(key)?.reason !== "deleted").sort((one, other) => one - other),
    given(key) {
      const overlay = overlays.get(key) ?? {};
      const own = make(key);
      const all = key < generated ? overlay : { ...view(key), ...overlay };
      // When it was deleted is told with its deletion.
      const told = Object.entries(all).filter(([name]) => name !== "deletedDateTime");
      const differing = key < generated ? told.filter(([name, value]) => !isDeepStrictEqual(value, own(name))) : told;
      // In an order that doesn't tell what was given first.
      differing.sort(([one], [other]) => (one < other ? -1 : 1));
      return clone(Object.fromEntries(differing)) as Record<string, unknown>;
    },
    write(key, properties) {
      const given = checked(properties);
      if (key === undefined) return append(completed(given));
      change(key, given);
      return key;
    },
    checkNames: (key) => checkFree(namesOf(key), key),
    remove(key, reason, at = clock.now()) {
      removed.set(key, { reason, at });
      log({ kind, key, properties: undefined });
    },
    restorable: (name) => locate(name, identifierOf(name), (key) => removed.get(key)?.reason === "changed"),
    restore(key) {
      const names = namesOf(key);
      checkFree(names, key);
      takeNames(names, key);
      removed.delete(key);
      log({ kind, key, properties: undefined });
    },
    readRelations(read) {
      related = read;
    },
    reset() {
      schemaExtensions.clear();
      overlays.clear();
      removed.clear();
      aliases.clear();
      end = generated;
    },
  };
}
