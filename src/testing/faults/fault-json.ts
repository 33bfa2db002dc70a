import type { Armed, Fault } from "./faults.js";

/**
 * A fault as JSON gives it: a pattern comes as `{ pattern, flags }`, and functions can be given only in code.
 * @throws TypeError for what is none
 */
export function faultFromJson(json: Readonly<Record<string, unknown>>): Fault {
  const { path, ...rest } = json;
  for (const name of ["where", "nextLink"] as const) {
    if (name in rest) throw new TypeError(`"${name}" is a function, and can be given only in code.`);
  }
  if (path === undefined || typeof path === "string") return json as Fault;
  const { pattern, flags = "" } = (path ?? {}) as { pattern?: unknown; flags?: unknown };
  try {
    if (typeof pattern !== "string" || typeof flags !== "string") throw new TypeError();
    return { ...rest, path: new RegExp(pattern, flags) } as Fault;
  } catch {
    throw new TypeError('"path" must be a text or { pattern, flags }.');
  }
}

/** The same the other way, without what is a function. */
export function faultAsJson({ fault }: Pick<Armed, "fault">): Record<string, unknown> {
  const { path, where: _, nextLink: __, ...rest } = fault;
  if (path === undefined) return rest;
  return { ...rest, path: path instanceof RegExp ? { pattern: path.source, flags: path.flags } : path };
}
