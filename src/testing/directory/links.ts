/** What was changed about the relations of one object. */
export interface Changed {
  /** Objects related later, oldest first; they keep their places even when they are gone. */
  readonly added: readonly number[];
  /** The same as a set. */
  readonly known: ReadonlySet<number>;
  /** Objects that aren't related any more, generated ones or added ones. */
  readonly gone: ReadonlySet<number>;
}

interface Entry extends Changed {
  added: number[];
  known: Set<number>;
  gone: Set<number>;
}

/** Changes of one relation, to be read from both ends. */
export interface Links {
  /** Sources of which something was changed. */
  sources(): Iterable<number>;
  forward(source: number): Changed | undefined;
  backward(target: number): Changed | undefined;
  /** @returns whether they weren't related before */
  connect(source: number, target: number, generated: boolean): boolean;
  /** @returns whether they were */
  disconnect(source: number, target: number, generated: boolean): boolean;
  clear(): void;
}

export function createLinks(): Links {
  const ends = [new Map<number, Entry>(), new Map<number, Entry>()] as const;

  function entryOf(end: Map<number, Entry>, id: number): Entry {
    const entry = end.get(id) ?? { added: [], known: new Set(), gone: new Set() };
    end.set(id, entry);
    return entry;
  }

  /** At both ends alike. */
  function change(source: number, target: number, apply: (entry: Entry, other: number) => boolean): boolean {
    const changed = apply(entryOf(ends[0], source), target);
    apply(entryOf(ends[1], target), source);
    return changed;
  }

  return {
    sources: () => ends[0].keys(),
    forward: (source) => ends[0].get(source),
    backward: (target) => ends[1].get(target),
    connect: (source, target, generated) =>
      change(source, target, ({ added, known, gone }, other) => {
        if (gone.delete(other)) return true;
        if (generated || known.has(other)) return false;
        known.add(other);
        added.push(other);
        return true;
      }),
    disconnect: (source, target, generated) =>
      change(source, target, ({ known, gone }, other) => {
        if ((!generated && !known.has(other)) || gone.has(other)) return false;
        gone.add(other);
        return true;
      }),
    clear() {
      for (const end of ends) end.clear();
    },
  };
}
