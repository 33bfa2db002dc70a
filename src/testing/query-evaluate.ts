import type { Collection, Member } from "./collection.js";
import { unsupportedQuery } from "./graph-refusal.js";
import { type Comparison, type Filter, invalidFilter, type Literal, type Path } from "./query-filter.js";
import type { EdmType, FilterOperator, FilterRule } from "./query-rules.js";

export type Predicate = (member: Member) => boolean;
type Test = (value: unknown) => boolean;
type ValueType = EdmType | "Int32";

const operatorKinds: Record<Comparison, string> = {
  eq: "Equal",
  ne: "NotEqual",
  ge: "GreaterThanOrEqual",
  le: "LessThanOrEqual",
  gt: "GreaterThan",
  lt: "LessThan",
};

/** Documented for the default query language; an advanced query may be longer. */
const mostClauses = 15;

/** Checks a filter against what the collection supports, and makes a function of it. Strings compare without case. */
export function compileFilter(filter: Filter, collection: Collection, advanced: boolean): Predicate {
  const resource = collection.entity[0]!.toUpperCase() + collection.entity.slice(1);

  function permit(
    rule: FilterRule | undefined,
    operator: FilterOperator | "gt" | "lt" | "contains",
    property: string,
  ): void {
    if (rule?.default.has(operator as FilterOperator)) return;
    const refusal = `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`;
    if (!rule?.advanced.has(operator as FilterOperator)) throw unsupportedQuery(refusal);
    if (!advanced)
      throw unsupportedQuery(`${refusal} Try adding $count=true query parameter and ConsistencyLevel:eventual header.`);
  }

  function resolve(path: Path): { property: string; rule: FilterRule | undefined; rest: readonly string[] } {
    const [name = "", ...rest] = path;
    const property = collection.canonical(name);
    if (property === undefined) throw invalidFilter(missing(name, `microsoft.graph.${collection.entity}`));
    return { property, rule: collection.filterRules[property], rest };
  }

  function memberType(rule: FilterRule, property: string, name: string): [string, EdmType] {
    const known = Object.entries(rule.members ?? {}).find(([member]) => member.toLowerCase() === name.toLowerCase());
    if (!known) throw invalidFilter(missing(name, `microsoft.graph.${property}`));
    return known;
  }

  /** A condition on one property as a test of its value; `negated` conditions must be allowed as such. */
  function condition(
    path: Path,
    negated: boolean,
    operators: readonly OperatorUse[],
    test: (type: ValueType) => Test,
  ): Predicate {
    const { property, rule, rest } = resolve(path);
    if (negated) permit(rule, "not", property);
    if (rest[0]?.toLowerCase() === "$count") {
      permit(rule, "$count", property);
      const size = test("Int32");
      return (read) => size((read(property) as unknown[]).length);
    }
    for (const operator of operators) permit(rule, operator, property);
    if (!rule) throw unsupportedQuery("Unsupported Query.");
    if (rule.collection) throw invalidFilter(incompatible(`Collection(Edm.${rule.type})`, "Edm.String", "Equal"));
    if (rest.length === 0 && !rule.members) {
      const passes = test(rule.type);
      return (read) => passes(read(property));
    }
    const [member, type] = memberType(rule, property, rest[0] ?? "");
    const passes = test(type);
    return (read) => passes((read(property) as Record<string, unknown> | null)?.[member] ?? null);
  }

  function any(filter: Filter & { kind: "any" }, negated: boolean): Predicate {
    const { property, rule, rest } = resolve(filter.path);
    if (negated) permit(rule, "not", property);
    if (!rule?.collection || rest.length > 0) throw invalidFilter("Any/All may only be used following a collection.");
    if (!filter.part) {
      permit(rule, "$count", property);
      return (read) => (read(property) as unknown[]).length > 0;
    }
    const element = elementTest(filter.part, filter.variable, property, rule);
    return (read) => (read(property) as unknown[]).some(element);
  }

  /** The inside of `any(x: …)`: conditions on `x` or its members. */
  function elementTest(part: Filter, variable: string, property: string, rule: FilterRule): Test {
    const inner = (filter: Filter) => elementTest(filter, variable, property, rule);
    if (part.kind === "and" || part.kind === "or") return combine(part.kind, part.parts.map(inner));
    if (part.kind === "not") {
      permit(rule, "not", property);
      const test = inner(part.part);
      return (value) => !test(value);
    }
    if (part.kind === "any") throw unsupportedQuery("Unsupported Query.");
    const [name, member, ...deeper] = part.path;
    if (name !== variable || deeper.length > 0)
      throw invalidFilter(missing(name ?? "", `microsoft.graph.${collection.entity}`));
    for (const operator of operatorsOf(part)) permit(rule, operator, property);
    if (member === undefined) {
      if (rule.members) throw invalidFilter(incompatible(`microsoft.graph.${property}`, `Edm.${rule.type}`, "Equal"));
      return valueTest(part, rule.type);
    }
    const [known, type] = memberType(rule, property, member);
    const test = valueTest(part, type);
    return (value) => test((value as Record<string, unknown>)[known]);
  }

  function compile(filter: Filter, negated: boolean): Predicate {
    switch (filter.kind) {
      case "and":
      case "or": {
        if (filter.kind === "or") limitClauses(filter.parts.length, advanced);
        return combine(
          filter.kind,
          filter.parts.map((part) => compile(part, negated)),
        );
      }
      case "not": {
        const inner = compile(filter.part, true);
        return (read) => !inner(read);
      }
      case "any":
        return any(filter, negated);
      default:
        if (filter.kind === "in") limitClauses(filter.literals.length, advanced);
        return condition(filter.path, negated, operatorsOf(filter), (type) => valueTest(filter, type));
    }
  }

  return compile(filter, false);
}

/** The ids or names a filter asks for where that is all it takes to find the members: no scan is needed then. */
export function namesIn(filter: Filter): string[] | undefined {
  switch (filter.kind) {
    case "compare":
      return filter.operator === "eq" ? namesOf(filter.path, [filter.literal]) : undefined;
    case "in":
      return namesOf(filter.path, filter.literals);
    case "and":
      return filter.parts.map(namesIn).find((names) => names !== undefined);
    case "or": {
      const names = filter.parts.map(namesIn);
      return names.every((part) => part !== undefined) ? names.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a filter looks at a property. */
export function mentions(filter: Filter, property: string): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.parts.some((part) => mentions(part, property));
  if (filter.kind === "not") return mentions(filter.part, property);
  return filter.path[0]?.toLowerCase() === property.toLowerCase();
}

type OperatorUse = FilterOperator | "gt" | "lt" | "contains";
type Condition = Extract<Filter, { kind: "compare" | "in" | "text" }>;

function operatorsOf(filter: Condition): OperatorUse[] {
  if (filter.kind === "text") return [filter.function];
  if (filter.kind === "in") return filter.literals.some(isNull) ? ["in", "null"] : ["in"];
  return isNull(filter.literal) ? [filter.operator, "null"] : [filter.operator];
}

function valueTest(filter: Condition, type: ValueType): Test {
  if (filter.kind === "text") {
    const wanted = filter.literal;
    if (type !== "String" || wanted.type !== "String") throw invalidFilter(noSignature(filter.function));
    const part = String(wanted.value).toLowerCase();
    const found = filter.function === "startsWith" ? "startsWith" : "endsWith";
    return (value) => typeof value === "string" && value.toLowerCase()[found](part);
  }
  if (filter.kind === "in") {
    const wanted = new Set(filter.literals.map((literal) => comparable(literal, type, "eq")));
    return (value) => wanted.has(comparableValue(value, type));
  }
  const wanted = comparable(filter.literal, type, filter.operator);
  if (filter.operator === "eq") return (value) => comparableValue(value, type) === wanted;
  if (filter.operator === "ne") return (value) => comparableValue(value, type) !== wanted;
  const sign = filter.operator.startsWith("g") ? 1 : -1;
  const orEqual = filter.operator.endsWith("e");
  return (value) => {
    const found = comparableValue(value, type);
    if (found === null || wanted === null) return false;
    return found === wanted ? orEqual : found > wanted === sign > 0;
  };
}

type Comparable = string | number | boolean | null;

function comparable(literal: Literal, type: ValueType, operator: Comparison): Comparable {
  if (isNull(literal)) return null;
  if (literal.type !== type)
    throw invalidFilter(incompatible(`Edm.${type}`, `Edm.${literal.type}`, operatorKinds[operator]));
  return type === "String" ? String(literal.value).toLowerCase() : literal.value;
}

function comparableValue(value: unknown, type: ValueType): Comparable {
  if (value === null || value === undefined) return null;
  if (type === "DateTimeOffset") return Date.parse(String(value));
  return typeof value === "string" ? value.toLowerCase() : (value as Comparable);
}

function combine<T>(kind: "and" | "or", tests: ReadonlyArray<(value: T) => boolean>): (value: T) => boolean {
  return kind === "and" ? (value) => tests.every((test) => test(value)) : (value) => tests.some((test) => test(value));
}

function namesOf(path: Path, literals: readonly Literal[]): string[] | undefined {
  const property = path[0]?.toLowerCase();
  if (path.length > 1 || (property !== "id" && property !== "userprincipalname")) return undefined;
  return literals.map((literal) => String(literal.value));
}

function limitClauses(count: number, advanced: boolean): void {
  if (advanced || count <= mostClauses) return;
  throw unsupportedQuery(
    `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${mostClauses}.`,
  );
}

const isNull = (literal: Literal) => literal.type === "null";
const missing = (name: string, type: string) => `Could not find a property named '${name}' on type '${type}'.`;
const noSignature = (name: string) =>
  `No function signature for the function with name '${name}' matches the specified arguments.`;

function incompatible(left: string, right: string, kind: string): string {
  return `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind '${kind}'.`;
}
