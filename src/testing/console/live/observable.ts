import { useEffect, useState } from "preact/hooks";

/** One value that many components show. */
export interface Observable<T> {
  get(): T;
  set(value: T): void;
  /** The value, drawn anew when it changes. */
  use(): T;
}

export function observable<T>(initial: T): Observable<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of listeners) listener();
    },
    use() {
      const [, redraw] = useState({});
      useEffect(() => {
        const seen = value;
        const listener = () => redraw({});
        listeners.add(listener);
        // What changed between drawing and here.
        if (seen !== value) listener();
        return () => {
          listeners.delete(listener);
        };
      }, []);
      return value;
    },
  };
}
