import type { FilterRules } from "./filter-rules.js";

/** Something Graph can list. Its members have keys from 0 to `end`; a key belongs to one member for ever. */
export interface Collection {
  /** As in the path: `users`. */
  readonly name: string;
  /** As in `microsoft.graph.user`. */
  readonly entity: string;
  /** Properties answered without `$select`, in order. */
  readonly defaults: readonly string[];
  /** Properties that a single member has, but no list. */
  readonly singleOnly: ReadonlySet<string>;
  readonly filterRules: FilterRules;
  /** Property → whether sorting by it needs an advanced query. */
  readonly orderRules: Readonly<Record<string, "default" | "advanced">>;
  readonly navigations: Readonly<Record<string, Navigation>>;
  /** The first key not yet taken. */
  readonly end: number;
  /** How many of the keys were there from the start. */
  readonly generated: number;
  readonly count: number;
  exists(key: number): boolean;
  /** A member that exists, ready to be read property by property. */
  member(key: number): Member;
  /** The member a path segment names, by id (users: also by user principal name). */
  keyOf(name: string): number | undefined;
  /** A property's name in its right spelling; names compare without case. */
  canonical(name: string): string | undefined;
}

export type Member = (property: string) => unknown;

/** From a member to others of the same collection, such as `manager`. */
interface Navigation {
  many: boolean;
  keys(key: number): number[];
}
