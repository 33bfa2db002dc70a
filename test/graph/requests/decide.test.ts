import { describe, expect, it } from "vitest";
import { decide } from "../../../src/graph/requests/decide.js";

const retry = { attempts: 6, budgetMs: 300_000, delayMs: 1_000 };
const read = { retry, idempotent: true };
const change = { retry, idempotent: false };
const once = { retry, idempotent: true, replayable: false };
const early = { failures: 1, leftMs: 300_000 };
const half = () => 0.5;

const throttled = { statusCode: 429, retryAfterMs: 10_000, retryable: true };
const bare429 = { statusCode: 429, retryable: true };
const busy = { statusCode: 503, retryable: true };
const resting = { statusCode: 503, retryAfterMs: 5_000, retryable: true };
const broken = { statusCode: 500, retryable: true };
const reset = { retryable: true };
const refused = { statusCode: 403, retryable: false };

describe("after a failed attempt", () => {
  it.each([
    ["a read goes on after 429", throttled, early, read, true],
    ["a read goes on after 503", busy, early, read, true],
    ["a read goes on after a lost connection", reset, early, read, true],
    ["a read ends where nothing passes", refused, early, read, false],
    ["a change goes on after 429", bare429, early, change, true],
    ["a change goes on after 503 with Retry-After", resting, early, change, true],
    ["a change ends after 503 without", busy, early, change, false],
    ["a change ends after 500", broken, early, change, false],
    ["a change ends after a lost connection", reset, early, change, false],
    ["what can be sent once only ends, even after 429", throttled, early, once, false],
    ["the last attempt but one goes on", busy, { ...early, failures: 5 }, read, true],
    ["the last attempt ends it", busy, { ...early, failures: 6 }, read, false],
    ["a wait that fits the budget is waited", throttled, { failures: 1, leftMs: 10_500 }, read, true],
    ["a wait beyond the budget isn't begun", throttled, { failures: 1, leftMs: 10_499 }, read, false],
  ])("%s", (_, failure, state, policy, again) => {
    expect(decide(failure, state, policy, half).again).toBe(again);
  });

  it.each([
    ["429 with Retry-After", throttled, { throttled: true, delayMs: 10_500 }],
    ["429 without", bare429, { throttled: true, delayMs: 500 }],
    ["503 with Retry-After", resting, { throttled: true, delayMs: 5_500 }],
    ["503 without", busy, { throttled: false, delayMs: 500 }],
    ["a lost connection", reset, { throttled: false, delayMs: 500 }],
  ])("%s says whether others are to wait, and how long to wait at least", (_, failure, decision) => {
    expect(decide(failure, early, read, half)).toEqual({ ...decision, again: true });
  });

  it("the same state leads to the same decision", () => {
    const twice = [1, 2].map(() => decide(busy, { failures: 3, leftMs: 9_000 }, read, half));
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0]).toEqual({ again: true, delayMs: 2_000, throttled: false });
  });
});
