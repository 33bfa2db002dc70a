import { inspect, types } from "node:util";
import { isGuid } from "../../guid.js";
import { refusal } from "../../refusal.js";

/** What can stand for a value in an OData expression. A list becomes `('a','b')`, as `in` takes it. */
export type ODataValue = ODataScalar | readonly ODataScalar[];

/** One value. */
export type ODataScalar = string | number | bigint | boolean | null | Date | ODataGuid;

/** An `Edm.Guid`, which is written without quotes. Made by `odata.guid()`. */
export interface ODataGuid {
  readonly guid: string;
}

/**
 * Writes an OData expression with its values quoted, so that no value can change what is asked. Strings are quoted,
 * also the `id` of a directory object, which is a string to Graph; dates become UTC timestamps; `odata.guid()` is for
 * the few properties that are real guids, such as `skuId`. The result is a plain string: join expressions with `+` or
 * an ordinary template.
 * @throws AppIdentityError `invalid_query` for a value that OData can't express, or one placed inside quotes
 * @example
 * odata`displayName eq ${"O'Brien"}`; // displayName eq 'O''Brien'
 * odata`department in ${["Sales", "R&D"]} and createdDateTime ge ${new Date(0)}`;
 * odata`assignedLicenses/any(l:l/skuId eq ${odata.guid(skuId)})`;
 */
export function odata(text: TemplateStringsArray, ...values: readonly ODataValue[]): string {
  // What a tagged template holds in place of a text with an escape sequence that doesn't exist.
  if (text.some((part) => part === undefined)) {
    throw refusal(
      "invalid_query",
      "The expression has a backslash that JavaScript can't read.",
      "Double it, or pass it in a value.",
    );
  }
  let expression = text[0]!;
  let quotes = count(expression);
  for (const [index, value] of values.entries()) {
    if (quotes % 2 === 1) {
      throw refusal(
        "invalid_query",
        `Value ${index + 1} stands inside quotes.`,
        "Leave the quotes out: the odata tag writes them.",
      );
    }
    const after = text[index + 1]!;
    expression += literal(value) + after;
    quotes += count(after);
  }
  return expression;
}

/**
 * Marks a string as an `Edm.Guid`.
 * @throws AppIdentityError `invalid_query` if it isn't one
 */
odata.guid = (value: string): ODataGuid => {
  if (!isGuid(value)) {
    throw refusal(
      "invalid_query",
      `${JSON.stringify(value)} is not a guid.`,
      "A guid looks like 00000000-0000-0000-0000-000000000000.",
    );
  }
  return { guid: value };
};

function literal(value: ODataValue): string {
  if (Array.isArray(value)) {
    if (value.length === 0)
      throw refusal(
        "invalid_query",
        "A list of values is empty.",
        "Don't ask at all when there is nothing to look for.",
      );
    return `(${value.map((item) => scalar(item)).join(",")})`;
  }
  return scalar(value as ODataScalar);
}

function scalar(value: ODataScalar): string {
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value))
      throw refusal("invalid_query", "A value is not valid Unicode.", "Check where it was cut or decoded.");
    return `'${value.replaceAll("'", "''")}'`;
  }
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (types.isDate(value) && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === "object" && "guid" in value) return odata.guid(value.guid).guid;
  throw refusal(
    "invalid_query",
    `OData has no way to write ${types.isDate(value) ? "an invalid date" : inspect(value, { depth: 0 })}.`,
    "Values are strings, finite numbers, booleans, dates, null, odata.guid() and lists of these.",
  );
}

function count(text: string): number {
  return text.split("'").length - 1;
}
