import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { odata } from "../../../src/graph/query/odata.js";
import { readFilter } from "../../../src/graph/query/read-filter.js";
import { cpuTimeOf } from "../../support/cpu-time.js";

const sku = "184efa21-98c3-4e5d-95ab-d07053a96e67";
const refusal = expect.objectContaining({ code: "invalid_query" });

describe("the odata tag", () => {
  it.each([
    [odata`displayName eq ${"O'Brien"}`, "displayName eq 'O''Brien'"],
    [odata`accountEnabled eq ${true}`, "accountEnabled eq true"],
    [odata`mail ne ${null}`, "mail ne null"],
    [odata`n eq ${1.5} or n eq ${-2} or n eq ${10n}`, "n eq 1.5 or n eq -2 or n eq 10"],
    [odata`createdDateTime ge ${new Date(0)}`, "createdDateTime ge 1970-01-01T00:00:00.000Z"],
    [odata`id eq ${sku}`, `id eq '${sku}'`],
    [odata`skuId eq ${odata.guid(sku)}`, `skuId eq ${sku}`],
    [odata`department in ${["Sales", "R&D", "it's"]}`, "department in ('Sales','R&D','it''s')"],
    [odata`startsWith(mail,${"a"}) and displayName eq 'fixed'`, "startsWith(mail,'a') and displayName eq 'fixed'"],
    [odata`accountEnabled eq true`, "accountEnabled eq true"],
    [odata`displayName eq 'it''s' and city eq ${"x"}`, "displayName eq 'it''s' and city eq 'x'"],
  ])("writes %s", (written, expected) => {
    expect(written).toBe(expected);
  });

  it("keeps any text inside one literal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const filter = odata`displayName eq ${text} and mail eq ${"m"}`;
        expect(filter).toBe(`displayName eq '${text.replaceAll("'", "''")}' and mail eq 'm'`);
        expect(readFilter(filter).properties).toEqual(["displayName", "mail"]);
      }),
      { seed: 20, numRuns: 300 },
    );
  });

  it.each<[string, () => unknown]>([
    ["undefined", () => odata`x eq ${undefined as never}`],
    ["NaN", () => odata`x eq ${Number.NaN}`],
    ["an object without a prototype", () => odata`x eq ${Object.create(null)}`],
    ["infinity", () => odata`x eq ${Number.POSITIVE_INFINITY}`],
    ["an invalid date", () => odata`x eq ${new Date("x")}`],
    ["an object", () => odata`x eq ${{} as never}`],
    ["a function", () => odata`x eq ${(() => 1) as never}`],
    ["a symbol", () => odata`x eq ${Symbol("x") as never}`],
    ["an object that poses as a guid", () => odata`x eq ${{ guid: "1 or true" } as never}`],
    ["no guid", () => odata.guid("184efa21")],
    ["an empty list", () => odata`x in ${[]}`],
    ["a list of lists", () => odata`x in ${[["a"]] as never}`],
    ["half a character", () => odata`x eq ${"\ud83d"}`],
    ["a value inside quotes", () => odata`x eq '${"a"}'`],
    ["an escape sequence that doesn't exist", () => odata`x eq 'CONTOSO\user'`],
    ["a value inside quotes, further on", () => odata`x eq ${"a"} and y eq 'b${"c"}'`],
  ])("refuses %s", (_, write) => {
    expect(write).toThrow(refusal);
  });
});

describe("reading a filter", () => {
  it.each([
    ["a property", "displayName eq 'x'", ["displayName"]],
    ["a path", "onPremisesExtensionAttributes/extensionAttribute1 eq 'x'", ["onPremisesExtensionAttributes"]],
    ["a lambda, whose variable is none", "proxyAddresses/any(p:startsWith(p,'x') or p eq 'y')", ["proxyAddresses"]],
    ["two lambdas", "a/any(x:x/b eq 'y') and c/all(z:z/d eq 1)", ["a", "c"]],
    ["a guid that looks like a name", `skuId eq ${sku.replace("1", "a")}`, ["skuId"]],
    ["a date", "createdDateTime ge 2024-02-29T12:00:00.5+01:00", ["createdDateTime"]],
    ["words inside texts", "city eq 'displayName eq ''x'' and not (a'", ["city"]],
    ["an enumeration's value", "status has microsoft.graph.state'on'", ["status"]],
    ["a list", "state in ('a','b)','c')", ["state"]],
    ["an extension", "extension_0a1b_x eq 'y'", ["extension_0a1b_x"]],
  ])("finds the property of %s", (_, filter, properties) => {
    expect(readFilter(filter)).toMatchObject({ properties });
  });

  it("never fails otherwise than by saying why, and ends", () => {
    const words = [
      "displayName",
      " eq ",
      "'",
      "''",
      "(",
      ")",
      " in ",
      ",",
      " not ",
      "x:",
      "/",
      "$count",
      "null",
      '"',
      "é",
      "1",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        try {
          readFilter(parts.join(""));
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_query" });
        }
      }),
      { seed: 20, numRuns: 2000 },
    );
  });

  it("takes no longer for a filter of 100 kB than its length", async () => {
    const computed = await cpuTimeOf(() => {
      readFilter(odata`displayName eq ${"'".repeat(50_000)}`);
      expect(() => readFilter(`displayName eq '${"''".repeat(50_000)}`)).toThrow(/never closed/);
    });
    expect(computed).toBeLessThan(2_000);
  });
});
