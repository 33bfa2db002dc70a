import { isDeepStrictEqual } from "node:util";
import type { Kind } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import { findNamed } from "../directory/find-named.js";
import type { ObjectRef } from "../directory/object-set.js";
import type { Population } from "../directory/population.js";
import { type RelationRule, relationRule } from "../directory/relation-rules.js";
import { at, StateFault } from "./form.js";
import type { ObjectState } from "./state-file.js";

/** What rows may say beside properties, and which relation it is. */
const relationsInRows: Partial<Record<Kind, Readonly<Record<string, "one" | "many">>>> = {
  users: { manager: "one" },
  groups: { members: "many", owners: "many" },
};

/** A row that was written: which object it is, and whom it names. */
interface Written {
  key: number;
  place: string;
  related: (readonly [rule: RelationRule, kind: "one" | "many", names: readonly string[]])[];
}

/**
 * Gives rows to objects that are there, by id or user principal name, and adds the others. Names may have gone round among them, and
 * they may name each other.
 * @param placeOf what a row is called in an error
 * @throws StateFault for the first row that is wrong
 */
export function writeRows(
  directory: Directory,
  kind: Kind,
  rows: readonly ObjectState[],
  placeOf: (row: number) => string,
): { added: number; updated: number } {
  const population = directory.populations[kind];
  const kindOf = propertyKinds(population);
  let added = 0;
  const written = rows.map((row, index): Written => {
    const place = placeOf(index);
    const [properties, related] = split(kind, row, place);
    for (const [name, value] of Object.entries(properties)) checkKind(`${place}: ${name}`, value, kindOf(name));
    const there = keyOf(population, properties);
    const { id, ...others } = properties;
    if (there === undefined) added += 1;
    const key = at(place, () =>
      population.write(there, there === undefined ? properties : changes(population, there, others)),
    );
    return { key, place, related };
  });
  for (const { key, place } of written) at(place, () => population.checkNames(key));
  for (const each of written) relate(directory, each);
  return { added, updated: rows.length - added };
}

function keyOf(population: Population, { id, userPrincipalName }: ObjectState): number | undefined {
  if (typeof id === "string") return population.keyOf(id, "id");
  return typeof userPrincipalName === "string" ? population.keyOf(userPrincipalName) : undefined;
}

/** Without what is so already: a file of everybody changes nobody. */
function changes(population: Population, key: number, given: ObjectState): ObjectState {
  const read = population.member(key);
  return Object.fromEntries(Object.entries(given).filter(([name, value]) => !isDeepStrictEqual(read(name), value)));
}

function split(kind: Kind, row: ObjectState, place: string): [ObjectState, Written["related"]] {
  const properties = { ...row };
  const related = Object.entries(relationsInRows[kind] ?? {}).flatMap(([name, many]): Written["related"] => {
    const given = properties[name];
    delete properties[name];
    if (given === undefined) return [];
    const names = namesIn(given, many);
    if (!names)
      throw new StateFault(
        `${place}: ${name} must be ${many === "many" ? "a list of ids" : "an id"} or user principal name${many === "many" ? "s" : ""}.`,
      );
    return [[relationRule(kind, name), many, names]];
  });
  return [properties, related];
}

function namesIn(given: unknown, many: "one" | "many"): string[] | undefined {
  if (given === null && many === "one") return [];
  const list = many === "many" ? given : [given];
  if (!Array.isArray(list)) return undefined;
  const names = list.map((each) => (typeof each === "object" && each !== null ? (each as { id?: unknown }).id : each));
  return names.every((name) => typeof name === "string") ? names : undefined;
}

function relate(directory: Directory, { key, place, related }: Written): void {
  for (const [rule, many, names] of related) {
    const targets = names.map((name) => at(`${place}: ${rule.name}`, () => find(directory, rule.to, name)));
    if (many === "one") directory.relations.point(rule, key, targets[0]);
    else for (const target of targets) directory.relations.link(rule, key, target);
  }
}

/** @throws TypeError when there is no such object */
export function find({ populations }: Directory, kinds: readonly Kind[], name: string): ObjectRef {
  const found = findNamed(populations, kinds, name);
  if (!found) throw new TypeError(`there is nothing "${name}" among ${kinds.join(", ")}.`);
  return found;
}

type PropertyKind = "boolean" | "number" | "string" | "list" | "object";

const words: Record<PropertyKind, string> = {
  boolean: "true or false",
  number: "a number",
  string: "a text",
  list: "a list",
  object: "an object",
};

function kindOfValue(value: unknown): PropertyKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return "list";
  return typeof value as PropertyKind;
}

/** What properties hold, as far as some generated objects show it. */
export function propertyKinds(population: Population): (name: string) => PropertyKind | undefined {
  const known = new Map<string, PropertyKind | undefined>();
  return (name) => {
    if (!known.has(name)) {
      const samples = Array.from({ length: 50 }, (_, key) => kindOfValue(population.member(key)(name)));
      known.set(
        name,
        samples.find((kind) => kind !== undefined),
      );
    }
    return known.get(name);
  };
}

function checkKind(place: string, value: unknown, kind: PropertyKind | undefined): void {
  const given = kindOfValue(value);
  if (given === undefined || kind === undefined || given === kind) return;
  throw new StateFault(`${place} must be ${words[kind]} or null, not ${JSON.stringify(value)?.slice(0, 60)}.`);
}
