import type { FilterRules, OrderRules } from "./filter-rules.js";

/** The kinds of objects a directory consists of, as in their paths. */
export const kinds = [
  "users",
  "groups",
  "devices",
  "contacts",
  "servicePrincipals",
  "applications",
  "directoryRoles",
  "administrativeUnits",
] as const;
export type Kind = (typeof kinds)[number];

/** One number for every object of a directory. */
export const objectId = (kind: Kind, key: number) => kinds.indexOf(kind) * 2 ** 32 + key;

export function objectOf(id: number): { kind: Kind; key: number } {
  return { kind: kinds[Math.floor(id / 2 ** 32)]!, key: id % 2 ** 32 };
}

/** What queries on objects of a type are checked against. */
export interface Schema {
  /** As in the path: `users`. */
  readonly name: string;
  /** As in `microsoft.graph.user`. */
  readonly entity: string;
  /** Properties that a single member has, but no list: asking for them there is refused. */
  readonly singleOnly: ReadonlySet<string>;
  /** The same, but lists leave them out without a word. */
  readonly leftOut?: ReadonlySet<string>;
  readonly filterRules: FilterRules;
  /** Properties by which a path or filter finds an object without a search. Default: the id. */
  readonly foundBy?: readonly string[];
  readonly orderRules: OrderRules;
  /** A property's name in its right spelling; names compare without case. */
  canonical(name: string): string | undefined;
}

/** Something Graph can list. Its members have keys from 0 to `end`; a key belongs to one member for ever. */
export interface Collection extends Schema {
  /** What relations know it by; `undefined` where it takes no part in any. */
  readonly kind: Kind | undefined;
  /** Properties answered without `$select`, in order. */
  readonly defaults: readonly string[];
  /** The first key not yet taken. */
  readonly end: number;
  /** How many of the keys were there from the start. */
  readonly generated: number;
  readonly count: number;
  exists(key: number): boolean;
  /** A member, be it deleted, ready to be read property by property. */
  member(key: number): Member;
  /** The member with this id, or with this value of another property that identifies it (users: also by user principal name). */
  keyOf(name: string, property?: string): number | undefined;
}

export type Member = (property: string) => unknown;
