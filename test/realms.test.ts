import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { systemClock } from "../src/clock.js";
import { odata } from "../src/graph/query/odata.js";
import { withDeadline } from "../src/http/deadline.js";
import { log } from "../src/logger.js";
import { redisTokenStore } from "../src/redis.js";

/** A value of another realm, as Jest, `vm` and frames make them: no instance of this one's classes. */
const elsewhere = (code: string) => runInNewContext(code);

/** What polyfills and other realms have for a signal: an event target that Node doesn't know. */
class ForeignSignal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<() => void>();
  addEventListener = (_: string, listener: () => void) => void this.#listeners.add(listener);
  removeEventListener = (_: string, listener: () => void) => void this.#listeners.delete(listener);
  get listeners() {
    return this.#listeners.size;
  }
  abort(reason: unknown) {
    Object.assign(this, { aborted: true, reason });
    for (const listener of this.#listeners) listener();
  }
}

describe("what another realm made", () => {
  it("is a date to odata", () => {
    expect(odata`createdDateTime ge ${elsewhere("new Date(0)")}`).toBe("createdDateTime ge 1970-01-01T00:00:00.000Z");
    expect(() => odata`createdDateTime ge ${elsewhere("new Date(NaN)")}`).toThrow("an invalid date");
  });

  it("is a key to redisTokenStore()", () => {
    const client = { get: async () => null, set: async () => "OK", eval: async () => 0 };
    expect(redisTokenStore(client, { encryptionKey: elsewhere("new Uint8Array(32).fill(7)") })).toBeDefined();
  });

  it("is a signal to a deadline, which leaves nothing on it", async () => {
    const foreign = new ForeignSignal();
    const limits = {
      clock: systemClock,
      timeoutMs: 60_000,
      late: () => new Error("late"),
      signal: foreign as unknown as AbortSignal,
    };
    expect(await withDeadline(limits, async () => "done")).toBe("done");
    expect(foreign.listeners).toBe(0);
    const hung = withDeadline(limits, () => new Promise(() => {}));
    foreign.abort("enough");
    await expect(hung).rejects.toBe("enough");
    await expect(withDeadline(limits, () => new Promise(() => {}))).rejects.toBe("enough");
  });

  it("is a promise to a log whose line fails later", async () => {
    const failed: unknown[] = [];
    const note = (reason: unknown) => failed.push(reason);
    process.on("unhandledRejection", note);
    log({ warn: () => elsewhere("Promise.reject(new Error('disk full'))") }, "warn", "a line");
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    expect(failed).toEqual([]);
  });
});
