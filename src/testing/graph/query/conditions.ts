import type { Comparison, EdmType, FilterOperator } from "../../directory/filter-rules.js";
import { type Filter, invalidFilter, type Literal } from "./parse-filter.js";

/** The part of a filter that looks at one value. */
export type Condition = Extract<Filter, { kind: "compare" | "in" | "text" }>;

export type ValueTest = (value: unknown) => boolean;

/** What a property must support for a condition to be put on it. */
export function operatorsOf(condition: Condition): FilterOperator[] {
  if (condition.kind === "text") return [condition.function];
  const [operator, literals] =
    condition.kind === "in" ? (["in", condition.literals] as const) : [condition.operator, [condition.literal]];
  if (!literals.some(isNull)) return [operator];
  return operator === "eq" ? ["null"] : [operator, "null"];
}

/** Makes a function of a condition on values of a type. Strings compare without case. */
export function valueTest(condition: Condition, type: EdmType): ValueTest {
  switch (condition.kind) {
    case "text":
      return textTest(condition, type);
    case "in": {
      const wanted = new Set(condition.literals.map((literal) => expected(literal, type, "eq")));
      return (value) => wanted.has(comparable(value, type));
    }
    case "compare": {
      const wanted = expected(condition.literal, type, condition.operator);
      const { holds } = comparisons[condition.operator];
      return (value) => holds(comparable(value, type), wanted);
    }
  }
}

type Comparable = string | number | boolean | null;
type Holds = (found: Comparable, wanted: Comparable) => boolean;

/** Nothing is greater or less than null. */
const ordered =
  (holds: (found: NonNullable<Comparable>, wanted: NonNullable<Comparable>) => boolean): Holds =>
  (found, wanted) =>
    found !== null && wanted !== null && holds(found, wanted);

const comparisons: Record<Comparison, { kind: string; holds: Holds }> = {
  eq: { kind: "Equal", holds: (found, wanted) => found === wanted },
  ne: { kind: "NotEqual", holds: (found, wanted) => found !== wanted },
  ge: { kind: "GreaterThanOrEqual", holds: ordered((found, wanted) => found >= wanted) },
  le: { kind: "LessThanOrEqual", holds: ordered((found, wanted) => found <= wanted) },
  gt: { kind: "GreaterThan", holds: ordered((found, wanted) => found > wanted) },
  lt: { kind: "LessThan", holds: ordered((found, wanted) => found < wanted) },
};

function textTest({ function: name, literal }: Condition & { kind: "text" }, type: EdmType): ValueTest {
  if ((type !== "String" && type !== "Any") || literal.type !== "String") {
    throw invalidFilter(`No function signature for the function with name '${name}' matches the specified arguments.`);
  }
  const part = String(literal.value).toLowerCase();
  const place = name === "contains" ? "includes" : name;
  return (value) => typeof value === "string" && value.toLowerCase()[place](part);
}

function expected(literal: Literal, type: EdmType, operator: Comparison): Comparable {
  if (isNull(literal)) return null;
  const fits = type === "Any" || literal.type === (type === "Int64" ? "Int32" : type);
  if (!fits) throw incompatible(`Edm.${type}`, `Edm.${literal.type}`, operator);
  return literal.type === "String" ? String(literal.value).toLowerCase() : literal.value;
}

function comparable(value: unknown, type: EdmType): Comparable {
  if (value === null || value === undefined) return null;
  if (type === "DateTimeOffset") return Date.parse(String(value));
  return typeof value === "string" ? value.toLowerCase() : (value as Comparable);
}

export function incompatible(left: string, right: string, operator: Comparison) {
  return invalidFilter(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${comparisons[operator].kind}'.`,
  );
}

function isNull(literal: Literal): boolean {
  return literal.type === "null";
}
