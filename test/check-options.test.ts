import { afterEach, describe, expect, it } from "vitest";
import { type Check, checkedOptions, kinds, nearestName, numberFrom, objectWith } from "../src/check-options.js";
import { refusal } from "./support/refusal.js";

const stranger = "given in the wrong place: do-not-tell";

describe("an option's check", () => {
  it.each<[string, Check, unknown[], Record<string, unknown>]>([
    [
      "text",
      kinds.text,
      ["a", " a "],
      { "is empty": "", "a string": " ", "is 5": 5, "is null": null, "an array": ["a"] },
    ],
    ["texts", kinds.texts, ["a", ["a", "b"]], { "an empty array": [], "an array": ["a", ""], "an object": {} }],
    ["names", kinds.names, [["a"]], { "a string": stranger, "an empty array": [], "an array": [5] }],
    ["flag", kinds.flag, [true, false], { "a string": "true", "is 1": 1, "is null": null }],
    [
      "amount",
      kinds.amount,
      [1, 1e6],
      { "is 0": 0, "is 1.5": 1.5, "is NaN": Number.NaN, "a string": "5", "a bigint": 5n },
    ],
    ["callback", kinds.callback, [() => {}, class {}], { "an object": {}, "a string": stranger }],
    [
      "signal",
      kinds.signal,
      [AbortSignal.abort(), { aborted: false, addEventListener() {} }],
      { "an object": new AbortController() },
    ],
    [
      "number",
      numberFrom(1),
      [1, 1.5, Number.POSITIVE_INFINITY],
      { "is 0.5": 0.5, "is NaN": Number.NaN, "a string": "1" },
    ],
    [
      "object",
      objectWith(["get"], "a store", "Make one."),
      [new Map()],
      { "an object": { get: 1 }, "a function": () => {} },
    ],
  ])("of the kind %s takes what fits, and tells the rest by its kind", async (_, check, fitting, unfit) => {
    for (const value of fitting) expect(checkedOptions({ it: value }, { it: check }, "f()")).toEqual({ it: value });
    for (const [says, value] of Object.entries(unfit)) {
      const error = await refusal(() => checkedOptions({ it: value }, { it: check }, "f()"));
      expect(error).toMatchObject({ code: "invalid_options", remedy: expect.stringMatching(/^(Give|Make) /) });
      expect(error.message).toContain(`"it" of f() must be ${check.expected}, and `);
      expect(error.message).toContain(says);
      expect(JSON.stringify(error)).not.toContain("do-not-tell");
    }
  });
});

describe("options", () => {
  const checks = { pageSize: kinds.amount, filter: kinds.text };

  it("that aren't given are undefined, whatever all objects inherit", () => {
    expect(checkedOptions({ filter: "a" }, checks, "f()")).toStrictEqual({ pageSize: undefined, filter: "a" });
  });

  it.each([
    ["an object's own", { pageSize: 5 }],
    ["one without a prototype", Object.assign(Object.create(null), { pageSize: 5 })],
    [
      "an instance with a getter",
      new (class {
        get pageSize() {
          return 5;
        }
      })(),
    ],
    ["inherited from other options", Object.create({ pageSize: 5 })],
  ])("are read: %s", (_, options) => {
    expect(checkedOptions(options, checks, "f()")).toEqual({ pageSize: 5 });
  });

  it.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", stranger],
    ["an array", [1]],
    ["a function", () => {}],
  ])("have to be an object, not %s", async (_, options) => {
    const { message, remedy } = await refusal(() => checkedOptions(options as object, checks, "f()"));
    expect(message).toBe("f() takes an options object.");
    expect(remedy).toBe("Pass an object with any of: pageSize, filter.");
  });

  it.each([
    ["pagesize", 'Did you mean "pageSize"?'],
    ["fliter", 'Did you mean "filter"?'],
    ["somethingElse", "Its options are pageSize, filter."],
    ["f".repeat(600_000), "Its options are pageSize, filter."],
  ])("have no name that nobody knows", async (name, remedy) => {
    const error = await refusal(() => checkedOptions({ [name]: 1 }, checks, "f()"));
    expect(error).toMatchObject({ message: expect.stringContaining("f() has no option"), remedy });
    expect(error.message.length).toBeLessThan(200);
  });

  describe("on a prototype that a stranger wrote to", () => {
    const root = Object.prototype as Record<string, unknown>;
    afterEach(() => {
      for (const name of ["pageSize", "filter"]) delete root[name];
    });

    it.each([
      ["none", {}, undefined],
      ["some", { pageSize: 7 }, 7],
      ["an instance", new (class {})(), undefined],
      ["an object without a prototype", Object.create(null), undefined],
    ])("are nobody's, where the caller gave %s", (_, options, pageSize) => {
      root.pageSize = 5;
      Object.defineProperty(root, "filter", { get: () => stranger, configurable: true });
      const given: { pageSize?: number; filter?: string } = checkedOptions(options, checks, "f()");
      const { filter, ...others } = given;
      expect([others.pageSize, filter]).toEqual([pageSize, undefined]);
    });
  });
});

it("nearestName() knows no more than a slip of some letters", () => {
  expect(nearestName("selct", ["select", "search"])).toBe("select");
  expect(nearestName("colour", ["select", "search"])).toBeUndefined();
});
