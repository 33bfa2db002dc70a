import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SeenIds } from "../../../src/graph/paging/id-set.js";
import { thorough } from "../../support/thorough.js";

describe("the memory of a restart", () => {
  it("knows each id once, whatever kind it is", () => {
    const seen = new SeenIds();
    const zeros = "00000000-0000-0000-0000-000000000000";
    const ids = [zeros, "a", "A", "", "ffffffff-ffff-ffff-ffff-ffffffffffff", randomUUID(), "0".repeat(32)];
    expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => true));
    expect(ids.map((id) => seen.add(id))).toEqual(ids.map(() => false));
    expect(seen.add(zeros.toUpperCase())).toBe(false);
    expect(seen.size).toBe(ids.length);
  });

  it("agrees with a Set over many ids, also ids that differ in a few bits only", () => {
    const seen = new SeenIds();
    const guid = (n: number) => `${n.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const ids = Array.from({ length: thorough ? 40_000 : 5_000 }, (_, n) => (n % 2 ? guid(n) : randomUUID()));
    expect(ids.every((id) => seen.add(id))).toBe(true);
    expect(ids.some((id) => seen.add(id))).toBe(false);
    expect(seen.add(guid(2))).toBe(true);
  });

  it("takes about 20 bytes an id", () => {
    const seen = new SeenIds();
    for (let n = 0; n < (thorough ? 200_000 : 25_000); n++) seen.add(randomUUID());
    expect(seen.bytes / seen.size).toBeLessThan(22);
  });
});
