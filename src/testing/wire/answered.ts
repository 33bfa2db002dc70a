import type { RecordedRequest } from "./request-log.js";

/** The requests of a log that are done with, numbered in that order: who has read up to a number misses none that comes after it. */
export interface AnsweredRequests {
  /** The last number given. */
  readonly latest: number;
  /** Numbers an entry, and tells whoever listens. */
  add(entry: RecordedRequest): void;
  /** What the log still holds beyond a number, in order. */
  after(n: number): RecordedRequest[];
  /** @returns what ends it */
  listen(told: (entry: RecordedRequest) => void): () => void;
}

export function createAnswered(log: readonly RecordedRequest[]): AnsweredRequests {
  const listeners = new Set<(entry: RecordedRequest) => void>();
  let latest = 0;
  return {
    get latest() {
      return latest;
    },
    add(entry) {
      latest += 1;
      entry.n = latest;
      for (const told of [...listeners]) told(entry);
    },
    after: (n) => log.filter((entry) => (entry.n ?? 0) > n).sort((a, b) => a.n! - b.n!),
    listen(told) {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
}
