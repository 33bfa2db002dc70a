import { expect, it } from "vitest";
import { longestWaitMs, retryAfterOf } from "../../src/http/retry-after.js";

const now = Date.UTC(2026, 10, 30);
const asked = (value: string) => retryAfterOf(new Headers({ "retry-after": value }), now);

it.each([
  ["an hour to the second", "3600"],
  ["an hour and a bit", "3600.001"],
  ["a year", "31536000"],
  ["999999999", "999999999"],
  ["more than a number can tell exactly", "9999999999999999"],
  ["400 digits", "9".repeat(400)],
  ["a date in 2090", "Mon, 01 Jan 2090 00:00:00 GMT"],
  ["the last date there is", "Fri, 31 Dec 9999 23:59:59 GMT"],
])("%s is an hour", (_what, value) => {
  expect(asked(value)).toBe(longestWaitMs);
});

it.each([
  ["0.249", 249],
  ["1", 1_000],
  ["3599", 3_599_000],
  ["0", undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["1e3", undefined],
])("%s is %s ms", (value, ms) => {
  expect(asked(value)).toBe(ms);
});
