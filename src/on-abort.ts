/**
 * A signal of the caller's is lent: nothing about it is altered, it gets one listener however many requests share it,
 * and none when nobody waits.
 */
interface Watch {
  readonly waiters: Set<{ leave: () => void }>;
  readonly ring: () => void;
}

const watches = new WeakMap<AbortSignal, Watch>();

/** Calls `leave` when the signal aborts, or at once if it has. What it returns takes that back. */
export function onAbort(signal: AbortSignal, leave: () => void): () => void {
  if (signal.aborted) {
    leave();
    return () => {};
  }
  const { waiters, ring } = watches.get(signal) ?? watch(signal);
  const waiter = { leave };
  waiters.add(waiter);
  return () => {
    if (!waiters.delete(waiter) || waiters.size > 0) return;
    signal.removeEventListener("abort", ring);
    watches.delete(signal);
  };
}

function watch(signal: AbortSignal): Watch {
  const waiters: Watch["waiters"] = new Set();
  const ring = () => {
    const leaving = [...waiters];
    waiters.clear();
    watches.delete(signal);
    for (const { leave } of leaving) leave();
  };
  const begun = { waiters, ring };
  watches.set(signal, begun);
  signal.addEventListener("abort", ring, { once: true });
  return begun;
}

const leftBehind = new FinalizationRegistry<() => void>((unlink) => unlink());

/** Has a controller abort with a signal, which doesn't keep it: who is left behind in mid-walk needn't be closed. */
export function abortWith(signal: AbortSignal, controller: AbortController): () => void {
  const held = new WeakRef(controller);
  const unlink = onAbort(signal, () => held.deref()?.abort(signal.reason));
  leftBehind.register(controller, unlink, unlink);
  return () => {
    leftBehind.unregister(unlink);
    unlink();
  };
}
