import { meant } from "../nearest-name.js";
import { ControlError } from "./control-error.js";

const whole = (least: number, most: number) =>
  [
    (text: string) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most,
    `a whole number from ${least} to ${most}`,
  ] as const;

/** What stands behind a name in a query, and how that is said. */
const kinds = {
  text: [() => true, "a text"],
  flag: [(text: string) => text === "true" || text === "false", "true or false"],
  service: [(text: string) => text === "entra" || text === "graph", "entra or graph"],
  status: whole(100, 599),
  number: whole(0, Number.MAX_SAFE_INTEGER),
  some: whole(0, 10_000),
  limit: whole(1, 10_000),
  seconds: [(text: string) => /^\d{1,2}(\.\d+)?$/.test(text) && Number(text) <= 30, "seconds, 30 at most"],
} as const satisfies Record<string, readonly [(text: string) => boolean, string]>;

/** The names that a route's query knows. */
export type QueryTable = Readonly<Record<string, keyof typeof kinds>>;

/** Every list is searched and cut in the same way. */
export const listQuery = { search: "text", top: "some", skip: "number" } as const satisfies QueryTable;

/**
 * A name that is misspelt and ignored gives another answer than the one that was asked for.
 * @throws ControlError `invalid` that names it
 */
export function checkQuery(query: URLSearchParams, known: QueryTable): void {
  for (const name of new Set(query.keys())) {
    if (!Object.hasOwn(known, name)) {
      throw new ControlError(
        "invalid",
        `The query knows no "${name.slice(0, 100)}" here. ${meant(name, Object.keys(known))}`,
      );
    }
    const values = query.getAll(name);
    const [fits, expected] = kinds[known[name] as keyof typeof kinds];
    if (values.length > 1) throw new ControlError("invalid", `"${name}" stands in the query ${values.length} times.`);
    if (!fits(values[0] as string)) throw new ControlError("invalid", `"${name}" must be ${expected}.`);
  }
}

/** A number of a query that was checked. */
export const numberIn = (query: URLSearchParams, name: string, fallback: number): number =>
  query.has(name) ? Number(query.get(name)) : fallback;
