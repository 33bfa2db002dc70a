import type { PathSegment } from "../address.js";
import { graphMetadata } from "./graph-metadata.js";

interface GraphType {
  navigation: ReadonlyMap<string, Target>;
  /** What is bound to one, and to a collection of them. */
  operations: readonly [one: ReadonlySet<string>, many: ReadonlySet<string>];
  properties: ReadonlySet<string>;
}

interface Target {
  many: boolean;
  /** Objects that have an address of their own elsewhere: they are added and taken away as references. */
  references: boolean;
  /** Empty where nothing more is known. */
  type: string;
}

/** What an address leads to, by Graph's metadata. */
export type Place =
  | "collection"
  | "related"
  | "references"
  | "object"
  | "reference"
  | "action"
  | "function"
  | "value"
  | "branch";

const service: Target = { many: false, references: false, type: "" };
let types: ReadonlyMap<string, GraphType> | undefined;

/** Read when it is first needed: most programs never ask for what isn't there. */
function typeNamed(name: string): GraphType | undefined {
  types ??= new Map(graphMetadata.split("\n").map(readType));
  return types.get(name.toLowerCase());
}

function readType(line: string): [name: string, type: GraphType] {
  const [name = "", navigation, one, many, properties] = line.split("|");
  const words = (text = "") => text.toLowerCase().split(" ").filter(Boolean);
  const targets = (navigation ?? "").split(" ").flatMap((text): [string, Target][] => {
    const [, key = "", mark, type = ""] = /^(\w+)([*~:]?)([\w.]*)$/.exec(text) ?? [];
    return key ? [[key.toLowerCase(), { many: mark === "*" || mark === "~", references: mark === "~", type }]] : [];
  });
  const operations = [new Set(words(one)), new Set(words(many))] as const;
  return [name.toLowerCase(), { navigation: new Map(targets), operations, properties: new Set(words(properties)) }];
}

/** Whether Graph's type has a property or relation of this name. */
export function isPropertyOf(entity: string, name: string): boolean {
  const type = typeNamed(entity);
  return type !== undefined && (type.properties.has(name.toLowerCase()) || type.navigation.has(name.toLowerCase()));
}

/** Where an address leads, below the version; `undefined` where Graph has no such thing. */
export function placeOf(segments: readonly PathSegment[]): Place | undefined {
  let at = service;
  for (const [index, { text }] of segments.entries()) {
    const name = bare(text);
    const isLast = segments.length - 1 === index;
    const type = typeNamed(at.type);
    // The service is the one type without a name.
    if (at !== service && (at.type === "" || !type)) return behindTheKnown(name, at);
    const operation = operationIn(type, at, name);
    // What follows can only be its parameters.
    if (operation) return isLast || segments[index + 1]?.property !== undefined ? operation : undefined;
    const end = isLast ? endOf(name, at) : undefined;
    if (end) return end;
    const next = step(at, text, name, type);
    if (!next) return isLast && type?.properties.has(name) ? "value" : undefined;
    at = next;
  }
  return placeIn(at);
}

function operationIn(type: GraphType | undefined, { many }: Target, name: string): Place | undefined {
  const operations = type?.operations[many ? 1 : 0];
  if (operations?.has(`${name}!`)) return "action";
  return operations?.has(name) ? "function" : undefined;
}

/** What a path ends in that isn't anybody's name. */
function endOf(name: string, { many }: Target): Place | undefined {
  if (name === "$ref") return many ? "references" : "reference";
  return /^\$(count|value|metadata)$/.test(name) ? "value" : undefined;
}

function placeIn({ many, references }: Target): Place {
  if (!many) return "object";
  return references ? "related" : "collection";
}

/** Of what lies behind a type that has no line, Graph is believed to have all. */
function behindTheKnown(name: string, { many }: Target): Place {
  return many && name === "$count" ? "value" : "branch";
}

/** By a cast, by a key, or along a relation. */
function step(at: Target, text: string, name: string, type: GraphType | undefined): Target | undefined {
  if (/^microsoft\.graph\./i.test(text)) return typeNamed(name) && { ...at, type: name };
  return at.many ? { ...at, many: false } : type?.navigation.get(name);
}

/** `microsoft.graph.assignLicense` → `assignlicense`, `reminderView(start='…',end='…')` → `reminderview`. */
function bare(text: string): string {
  return text
    .replace(/^microsoft\.graph\./i, "")
    .replace(/\(.*\)$/, "")
    .toLowerCase();
}
