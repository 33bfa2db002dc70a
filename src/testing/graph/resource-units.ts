import type { PathSegment } from "./address.js";

/** What reading costs where it isn't 1; `*` stands for a key. */
const costs: Readonly<Record<string, number>> = {
  users: 2,
  "users/$count": 2,
  "users/delta": 2,
  applications: 2,
  "groups/*/members": 3,
  "groups/*/transitivemembers": 5,
  "users/*/memberof": 2,
  "users/*/transitivememberof": 2,
  "users/*/ownedobjects": 2,
};

/** What the directory's own addresses cost. */
export function unitsOf(segments: readonly PathSegment[]): number {
  const [first = "", key = "", ...rest] = segments.map(({ text }) => text.toLowerCase());
  const named = key === "" || key.startsWith("$") || key.includes("delta") ? key : "*";
  const [relation] = rest;
  return costs[[first, named, relation].filter(Boolean).join("/")] ?? 1;
}

/**
 * What a request costs as documented: narrower is cheaper, expanding dearer, and nothing is free.
 * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
export function resourceUnits(base: number, { searchParams }: URL): number {
  let units = base;
  if (searchParams.has("$select")) units -= 1;
  if (searchParams.has("$expand")) units += 1;
  if (Number(searchParams.get("$top") ?? 100) < 20) units -= 1;
  return Math.max(1, units);
}
