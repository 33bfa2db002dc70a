import { expect, it } from "vitest";
import { ThrottleGate } from "../../../src/graph/requests/throttle-gate.js";

it("A gate is open until it is closed, and again when its time is over", () => {
  const gate = new ThrottleGate();
  expect(gate.remaining(0)).toBe(0);
  gate.close(10_000, 5_000);
  expect([5_000, 14_999, 15_000, 90_000].map((now) => gate.remaining(now))).toEqual([10_000, 1, 0, 0]);
});

it("A shorter word never shortens a longer one", () => {
  const gate = new ThrottleGate();
  gate.close(60_000, 0);
  gate.close(1_000, 10);
  expect(gate.remaining(10)).toBe(59_990);
});
