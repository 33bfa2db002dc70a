import type { Member, Schema } from "../../directory/collection.js";
import type { EdmType, FilterOperator, FilterRule } from "../../directory/filter-rules.js";
import { type GraphRefusal, UnknownName, unsupportedQuery } from "../refusal.js";
import { type Condition, incompatible, operatorsOf, type ValueTest, valueTest } from "./conditions.js";
import { type Filter, invalidFilter, type Path } from "./parse-filter.js";

export type Predicate = (member: Member) => boolean;

/** Documented for the default query language; an advanced query may be longer. */
const mostClauses = 15;

/**
 * Checks a filter against what the collection supports, and makes a function of it. Strings compare without case.
 * Over sixty lines: one short function for each kind of clause, which call each other.
 */
export function compileFilter(filter: Filter, schema: Schema, advanced: boolean): Predicate {
  const resource = schema.entity[0]!.toUpperCase() + schema.entity.slice(1);

  function permit(rule: FilterRule | undefined, operator: FilterOperator, property: string): void {
    if (rule?.default.has(operator)) return;
    const refusal = `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`;
    if (!rule?.advanced.has(operator)) throw unsupportedQuery(refusal);
    if (advanced) return;
    throw unsupportedQuery(`${refusal} Try adding $count=true query parameter and ConsistencyLevel:eventual header.`);
  }

  function resolve(path: Path): { property: string; rule: FilterRule | undefined; rest: readonly string[] } {
    const [name = "", ...rest] = path;
    const property = schema.canonical(name);
    if (property === undefined) throw missing(name, `microsoft.graph.${schema.entity}`);
    return { property, rule: schema.filterRules[property], rest };
  }

  function memberType(rule: FilterRule, property: string, name: string): [string, EdmType] {
    const known = Object.entries(rule.members ?? {}).find(([member]) => member.toLowerCase() === name.toLowerCase());
    if (!known) throw missing(name, `microsoft.graph.${property}`);
    return known;
  }

  /** A condition on one property; where it is `negated`, the property must support that. */
  function one(filter: Condition, negated: boolean): Predicate {
    const { property, rule, rest } = resolve(filter.path);
    if (negated) permit(rule, "not", property);
    if (rest[0]?.toLowerCase() === "$count") {
      permit(rule, "$count", property);
      const passes = valueTest(filter, "Int32");
      return (read) => passes(((read(property) ?? []) as unknown[]).length);
    }
    for (const operator of operatorsOf(filter)) permit(rule, operator, property);
    if (!rule) throw unsupportedQuery("Unsupported Query.");
    if (rule.collection) throw incompatible(`Collection(Edm.${rule.type})`, "Edm.String", "eq");
    if (rest.length === 0 && !rule.members) {
      const passes = valueTest(filter, rule.type);
      return (read) => passes(read(property));
    }
    const [member, type] = memberType(rule, property, rest[0] ?? "");
    const passes = valueTest(filter, type);
    return (read) => passes((read(property) as Record<string, unknown> | null)?.[member]);
  }

  function any(filter: Filter & { kind: "any" }, negated: boolean): Predicate {
    const { property, rule, rest } = resolve(filter.path);
    if (negated) permit(rule, "not", property);
    if (!rule?.collection || rest.length > 0) throw invalidFilter("Any/All may only be used following a collection.");
    if (!filter.part) {
      permit(rule, "$count", property);
      return (read) => ((read(property) ?? []) as unknown[]).length > 0;
    }
    const element = elementTest(filter.part, filter.variable, property, rule);
    return (read) => ((read(property) ?? []) as unknown[]).some(element);
  }

  /** The inside of `any(x: …)`: conditions on `x` or its members. */
  function elementTest(part: Filter, variable: string, property: string, rule: FilterRule): ValueTest {
    const inner = (filter: Filter) => elementTest(filter, variable, property, rule);
    if (part.kind === "and" || part.kind === "or") return combine(part.kind, part.parts.map(inner));
    if (part.kind === "not") {
      permit(rule, "not", property);
      const test = inner(part.part);
      return (value) => !test(value);
    }
    if (part.kind === "any") throw unsupportedQuery("Unsupported Query.");
    const [name, member, ...deeper] = part.path;
    if (name !== variable || deeper.length > 0) throw missing(name ?? "", `microsoft.graph.${schema.entity}`);
    for (const operator of operatorsOf(part)) permit(rule, operator, property);
    if (member === undefined) {
      if (rule.members) throw incompatible(`microsoft.graph.${property}`, `Edm.${rule.type}`, "eq");
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
        return one(filter, negated);
    }
  }

  return compile(filter, false);
}

function combine<T>(kind: "and" | "or", tests: ReadonlyArray<(value: T) => boolean>): (value: T) => boolean {
  return kind === "and" ? (value) => tests.every((test) => test(value)) : (value) => tests.some((test) => test(value));
}

function limitClauses(count: number, advanced: boolean): void {
  if (advanced || count <= mostClauses) return;
  throw unsupportedQuery(
    `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${mostClauses}.`,
  );
}

function missing(name: string, type: string): GraphRefusal {
  const message = `Invalid filter clause: Could not find a property named '${name}' on type '${type}'.`;
  return new UnknownName(message, name, type.replace("microsoft.graph.", ""));
}
