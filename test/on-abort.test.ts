import { getEventListeners, getMaxListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { systemClock } from "../src/clock.js";
import { abortWith, onAbort } from "../src/on-abort.js";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("a lent signal", () => {
  it("gets one listener however many wait, none when nobody does, and is otherwise as it was", () => {
    const { signal } = new AbortController();
    const most = getMaxListeners(signal);
    const leave = Array.from({ length: 40 }, () => onAbort(signal, () => {}));
    expect(listeners(signal)).toBe(1);
    for (const unlink of leave) unlink();
    expect(listeners(signal)).toBe(0);
    expect(getMaxListeners(signal)).toBe(most);
  });

  it("tells everybody who waits, once, and nobody who left", () => {
    const controller = new AbortController();
    const told: number[] = [];
    const unlink = [1, 2, 3].map((n) => onAbort(controller.signal, () => told.push(n)));
    unlink[1]!();
    controller.abort();
    unlink[0]!();
    expect(told).toEqual([1, 3]);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("that has aborted tells at once", () => {
    const leave = vi.fn();
    onAbort(AbortSignal.abort(), leave)();
    expect(leave).toHaveBeenCalledTimes(1);
  });

  it("may be waited on anew when all have left", () => {
    const controller = new AbortController();
    onAbort(controller.signal, () => {})();
    const leave = vi.fn();
    onAbort(controller.signal, leave);
    controller.abort();
    expect(leave).toHaveBeenCalledTimes(1);
  });

  it("aborts a controller with its reason", () => {
    const outer = new AbortController();
    const inner = new AbortController();
    abortWith(outer.signal, inner);
    outer.abort("enough");
    expect(inner.signal.reason).toBe("enough");
  });

  it("isn't listened to by a wait that is over, nor by one that it ended", async () => {
    const controller = new AbortController();
    await systemClock.wait(1, controller.signal);
    expect(listeners(controller.signal)).toBe(0);
    const waiting = systemClock.wait(60_000, controller.signal);
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    expect(listeners(controller.signal)).toBe(0);
  });
});

describe("the system's clock", () => {
  it("follows false timers that a test runner puts in place after it was loaded", async () => {
    vi.useFakeTimers({ now: 1_000_000 });
    try {
      expect(systemClock.now()).toBe(1_000_000);
      const started = systemClock.monotonic();
      let over = false;
      const wait = systemClock.wait(3_600_000).then(() => {
        over = true;
      });
      await vi.advanceTimersByTimeAsync(3_599_999);
      expect(over).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await wait;
      expect(systemClock.now()).toBe(4_600_000);
      expect(systemClock.monotonic() - started).toBe(3_600_000);
    } finally {
      vi.useRealTimers();
    }
  });
});
