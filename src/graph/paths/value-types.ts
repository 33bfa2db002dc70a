import type { At, Picked, Whole } from "./path-types.js";

/** What `readEach()` brings for a path: its object, or all objects of its collection, as far as the path's `$select` says. */
export type ValueAt<P> = P extends string
  ? At<P> extends infer Found
    ? unknown extends Found
      ? unknown
      : Found extends readonly (infer One extends object)[]
        ? Shaped<One, Selected<P>>[]
        : Found extends object
          ? Shaped<Found, Selected<P>>
          : Found
    : never
  : P;

type Shaped<T extends object, S> = [S] extends [string] ? Picked<T, S> : Whole<T>;

/** The names in a path's `$select`; `undefined` without one. */
type Selected<P extends string> = P extends `${string}?${infer Query}` ? InQuery<Query> : undefined;

type InQuery<Q extends string> = Q extends `${infer First}&${infer Others}`
  ? First extends `$select=${infer Names}`
    ? Split<Names>
    : InQuery<Others>
  : Q extends `$select=${infer Names}`
    ? Split<Names>
    : undefined;

type Split<Names extends string> = string extends Names
  ? undefined
  : Names extends `${infer First},${infer Others}`
    ? First | Split<Others>
    : Names;
