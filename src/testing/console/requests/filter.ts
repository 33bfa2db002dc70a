import type { Entry } from "../calls/answers.js";
import { observable } from "../live/observable.js";
import { refusedOf } from "../refusals/fold-refusals.js";

/** Which requests are shown; kept while other pages are looked at. */
export interface Filter {
  search: string;
  service: "all" | "graph" | "entra";
  refusedOnly: boolean;
  /** What there was when the log was paused. */
  paused?: readonly Entry[];
}

export const filter = observable<Filter>({ search: "", service: "all", refusedOnly: false });

/** Words that all have to be found: in method, path, status, error or the app's name. */
export function fits({ search, service, refusedOnly }: Filter, names: ReadonlyMap<string, string>) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (entry: Entry): boolean => {
    if (service !== "all" && entry.service !== service) return false;
    if (refusedOnly && refusedOf(entry).length === 0) return false;
    if (words.length === 0) return true;
    const { method, path, status, error, app = "" } = entry;
    const text = `${method} ${path} ${status} ${error?.code} ${app} ${names.get(app)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
