import { afterEach, describe, expect, it, vi } from "vitest";
import { hasBrowser } from "./browser.js";

afterEach(() => vi.restoreAllMocks());

describe("tests in a browser, where there is none", () => {
  const bare = { PATH: "/nowhere" };

  it("are skipped with one line that says how to get one", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    expect(hasBrowser(bare)).toBe(false);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^Skipped: .*apt-get install chromium.*CHROMIUM_PATH/)]]);
  });

  it("fail in CI with the same line", () => {
    expect(() => hasBrowser({ ...bare, CI: "true" })).toThrow(/in CI.*apt-get install chromium.*CHROMIUM_PATH/);
  });

  it("take what CHROMIUM_PATH names", () => {
    expect(hasBrowser({ ...bare, CI: "true", CHROMIUM_PATH: "/opt/chromium" })).toBe(true);
  });
});
