import type { Entry } from "../calls/answers.js";

/** What was refused for one reason, however often. */
export interface Refusal {
  key: string;
  /** The latest. */
  entry: Entry;
  count: number;
  /** `GET /groups`, each once; the latest last. */
  asked: readonly string[];
}

export type Refusals = ReadonlyMap<string, Refusal>;

const mostAsked = 20;

/** Method and path without version and query. */
export const askedOf = ({ method, path }: Entry) =>
  `${method} ${path.split("?")[0]?.replace(/^\/(v1\.0|beta)(?=\/)/, "")}`;

/** One id or another is the same refusal. */
const pattern = (asked: string) =>
  asked.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, "{id}").replace(/\/[^/\s]+@[^/\s]+/g, "/{id}");

/** Refusals with the same key have one cause and one cure. */
export function keyOf(entry: Entry): string {
  const { app = "", tenant = "", status, error, advice, fault } = entry;
  if (fault) return ["fault", entry.service, status, error?.code].join(" ");
  const who = `${tenant} ${app}`;
  if (advice?.lacks) return `lacks ${who} ${advice.lacks}`;
  if (advice?.notEmulated) return `gap ${pattern(askedOf(entry))}`;
  if (entry.service === "entra")
    return `entra ${who} ${error?.code} ${error?.code === "AADSTS500011" ? entry.body : ""}`;
  if (status === 401 || status === 429) return `${status} ${who} ${error?.code}`;
  return `${status} ${who} ${error?.code} ${pattern(askedOf(entry))}`;
}

/** A request and the steps of its batch, those that were refused. A step is found under its batch. */
export function refusedOf(entry: Entry): Entry[] {
  const { n, app } = entry;
  const known = { ...(n !== undefined && { n }), ...(app !== undefined && { app }) };
  const steps = (entry.steps ?? []).map((step) => ({ ...step, ...known }));
  return [entry, ...steps].filter(({ status }) => status !== undefined && status >= 400);
}

/** The refusals, with those among further requests. */
export function foldRefusals(before: Refusals, entries: readonly Entry[]): Refusals {
  const refused = entries.flatMap(refusedOf);
  if (refused.length === 0) return before;
  const all = new Map(before);
  for (const entry of refused) {
    const key = keyOf(entry);
    const same = all.get(key);
    const asked = askedOf(entry);
    const others = (same?.asked ?? []).filter((other) => other !== asked).slice(1 - mostAsked);
    all.set(key, { key, entry, count: (same?.count ?? 0) + 1, asked: [...others, asked] });
  }
  return all;
}
