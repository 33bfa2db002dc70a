import type { Kind } from "./collection.js";

/** Objects of one kind whose keys are evenly spaced: so many members of a group as you like, and nothing stored. */
export interface Segment {
  kind: Kind;
  first: number;
  count: number;
  step: number;
}

export function segment(kind: Kind, first: number, count = 1, step = 1): Segment {
  return { kind, first, count: Math.max(0, count), step };
}

export function keyAt({ first, step }: Segment, position: number): number {
  return first + position * step;
}

export function holds({ kind, first, count, step }: Segment, of: Kind, key: number): boolean {
  const position = (key - first) / step;
  return kind === of && Number.isInteger(position) && position >= 0 && position < count;
}

/** The part with this number when `whole` keys are divided evenly among `parts`. */
export function slice(kind: Kind, part: number, parts: number, whole: number): Segment {
  const first = Math.floor((part * whole) / parts);
  return segment(kind, first, Math.floor(((part + 1) * whole) / parts) - first);
}

/** Whose slice a key is in. */
export function sliceOf(key: number, parts: number, whole: number): number {
  return Math.ceil(((key + 1) * parts) / whole) - 1;
}

/** Of `sources` keys that each point at one of `whole` keys, in order and evenly: where one points. */
export function pointsAt(source: number, sources: number, whole: number): number {
  return Math.floor((source * whole) / sources);
}

/** The same, looked at from the other end: the sources that point at a key. */
export function pointersTo(kind: Kind, key: number, sources: number, whole: number): Segment {
  const first = Math.ceil((key * sources) / whole);
  return segment(kind, first, Math.ceil(((key + 1) * sources) / whole) - first);
}
