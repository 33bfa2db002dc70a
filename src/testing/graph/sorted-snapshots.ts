import { randomUUID } from "node:crypto";

/** Results of sorted queries, kept for their next pages; the oldest go when there are too many. */
export interface Snapshots {
  add(positions: Float64Array): string;
  get(id: string): Float64Array | undefined;
  clear(): void;
}

const mostKept = 64;

export function createSnapshots(): Snapshots {
  const kept = new Map<string, Float64Array>();
  return {
    add(positions) {
      const id = randomUUID();
      kept.set(id, positions);
      for (const oldest of kept.keys()) {
        if (kept.size <= mostKept) break;
        kept.delete(oldest);
      }
      return id;
    },
    get: (id) => kept.get(id),
    clear: () => kept.clear(),
  };
}
