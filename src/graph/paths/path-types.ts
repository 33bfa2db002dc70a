import type { DirectoryObject } from "@microsoft/microsoft-graph-types";
import type { Kinds, Roots } from "./known-paths.js";
import type { Unforeseen } from "./names-at-run-time.js";

/** What a path leads to: an array where it is a collection, `unknown` where it isn't known. */
export type At<P extends string> =
  Bare<P> extends infer B extends string ? (B extends `/${infer Rest}` ? Walk<Roots, Rest> : Walk<Roots, B>) : never;

/** Without its query. */
type Bare<P extends string> = P extends `${infer Path}?${string}` ? Path : P;

type Walk<Here, P extends string> = unknown extends Here
  ? unknown
  : P extends `${infer Head}/${infer Tail}`
    ? Walk<Step<Here, Head>, Tail>
    : P extends ""
      ? Here
      : Step<Here, P>;

/** One segment further: into a cast, from a collection to one of its objects, or to a property. */
type Step<Here, Segment extends string> = Segment extends `microsoft.graph.${infer Kind}`
  ? Kind extends keyof Kinds
    ? Here extends readonly unknown[]
      ? Kinds[Kind][]
      : Kinds[Kind]
    : unknown
  : Segment extends `$${string}`
    ? unknown
    : Here extends readonly (infer One)[]
      ? One
      : Segment extends keyof Here
        ? Exclude<Here[Segment], null | undefined>
        : Segment extends `${infer Name}(${string})`
          ? Name extends keyof Here
            ? Here[Name] extends readonly (infer One)[]
              ? One
              : unknown
            : unknown
          : unknown;

/** Whether it is known what a path lists. A type in place of a path is the caller's word. */
export type IsKnown<P> = P extends string ? (At<P> extends readonly object[] ? true : false) : false;

/**
 * The objects that a path lists. What ties objects of several kinds together, such as a group's members, lists any of them: `@odata.type`
 * tells which.
 */
export type ItemAt<P> = P extends string
  ? At<P> extends readonly (infer One extends object)[]
    ? Told<One>
    : Record<string, unknown>
  : P;

/** By its properties, as each kind of object can stand for the one that has none required. */
type Told<One extends object> = [keyof One] extends [keyof DirectoryObject] ? AnyKind : One;

/** A directory object of a kind that its `@odata.type` tells. */
export type AnyKind = { [K in keyof Kinds]: Kinds[K] & { "@odata.type": `#microsoft.graph.${K}` } }[keyof Kinds];

/** What can be selected from the objects of a path, as relations can't; extensions have an underscore in their names. Anything where the path isn't known. */
export type PropertyAt<P> =
  IsKnown<P> extends true
    ? Exclude<KeyOfEach<ItemAt<P>>, "@odata.type" | RelationOf<ItemAt<P>>> | `${string}_${string}`
    : string;

type KeyOfEach<T> = T extends unknown ? keyof T & string : never;

/** What can be expanded: relations, bare or with options in parentheses. */
export type ExpansionAt<P> =
  IsKnown<P> extends true ? RelationOf<ItemAt<P>> | `${RelationOf<ItemAt<P>>}(${string})` : string;

/** The relations of the objects of a path. Any name where the path isn't known. */
export type RelationAt<P> = IsKnown<P> extends true ? RelationOf<ItemAt<P>> : string;

/** Relations lead to what has an id. */
type RelationOf<T> = T extends unknown
  ? keyof { [K in keyof T & string as T[K] extends Related ? K : never]: 1 }
  : never;

type Related = { id?: string } | readonly { id?: string }[] | null | undefined;

/** What can be sorted by. */
export type OrderAt<P> = IsKnown<P> extends true ? `${PropertyAt<P>}${"" | " asc" | " desc"}` : string;

/** No selection was made. Not `undefined`, which extends everything where `strict` is off. */
export type Unselected = symbol;

/**
 * The properties that come of a selection from `P`, or `Unasked`. Where nothing is selected, `S` is `P` and `Unselected`, and not what comes
 * unasked: of a type parameter's default an editor takes what it offers.
 */
export type SelectedOf<S, P, Unasked> = Unselected extends S ? Unasked : S & P;

/**
 * The object that a selection brings: what was selected, with `id` always a string, and what was expanded; without a selection, what its
 * type has. Written out as one object type (which is what `infer` does), so that an editor shows its properties.
 */
export type Listed<P, S, E = never> =
  IsKnown<P> extends true
    ? Unselected extends S
      ? Whole<ItemAt<P>>
      : string extends S
        ? Unforeseen<ItemAt<P>>
        : Picked<ItemAt<P>, S & string, ExpandedIn<E>>
    : ItemAt<P>;

type ExpandedIn<E> = E extends `${infer Relation}(${string}` ? Relation : E & string;

export type Picked<T, S extends string, E extends string = never> = T extends unknown
  ? Pick<T, Exclude<Extract<S | E, keyof T>, "id"> | Extract<"@odata.type", keyof T>> &
      Record<Extract<S, "id">, string> &
      Partial<Record<Extract<S, `${string}_${string}`>, unknown>> extends infer Parts
    ? { [K in keyof Parts]: Parts[K] }
    : never
  : never;

export type Whole<T> = T extends { id?: string }
  ? Omit<T, "id"> & { id: string } extends infer Parts
    ? { [K in keyof Parts]: Parts[K] }
    : never
  : T;
