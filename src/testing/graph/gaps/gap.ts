import type { PathSegment } from "../address.js";
import { GraphRefusal, UnknownName } from "../refusal.js";
import { isPropertyOf, type Place, placeOf } from "./known-to-graph.js";

/** What a refusal has a code for that no service sends: Graph has it, the embedded tenant hasn't. */
export function gap(what: string): GraphRefusal {
  return new GraphRefusal(501, "EmulatorGap", `The embedded tenant doesn't emulate ${what}, which Graph has.`);
}

/** What can be done where, by the rules of OData. */
const methods: Readonly<Record<Place, string>> = {
  collection: "GET POST",
  related: "GET",
  references: "GET POST",
  object: "GET PATCH PUT DELETE",
  reference: "GET PUT DELETE",
  action: "POST",
  function: "GET",
  value: "GET PUT PATCH DELETE",
  branch: "GET POST PUT PATCH DELETE",
};

/** A refusal as it stands, or as a gap where Graph would have answered otherwise. */
export function gapOr(refusal: unknown, method: string, segments: readonly PathSegment[]): unknown {
  if (refusal instanceof UnknownName && refusal.entity !== undefined) {
    const { entity, property } = refusal;
    return isPropertyOf(entity, property) ? gap(`'${property}' of ${entity}`) : refusal;
  }
  const isMissing = refusal instanceof UnknownName || (refusal instanceof GraphRefusal && refusal.status === 405);
  const place = isMissing ? placeOf(segments) : undefined;
  if (place === undefined || !methods[place].split(" ").includes(method)) return refusal;
  return gap(`${method} /${segments.map(({ text }) => text).join("/")}`);
}
