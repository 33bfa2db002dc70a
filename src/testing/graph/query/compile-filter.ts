import type { Member, Schema } from "../../directory/collection.js";
import type { FilterOperator } from "../../directory/filter-rules.js";
import { gap } from "../gaps/gap.js";
import { unsupportedQuery } from "../refusal.js";
import { type Condition, incompatible, operatorsOf, type ValueTest, valueTest } from "./conditions.js";
import { type FilterPath, filterPaths, follow } from "./filter-paths.js";
import { mentions } from "./inspect-filter.js";
import { type Filter, invalidFilter, type Path } from "./parse-filter.js";

export type Predicate = (member: Member) => boolean;

/** Documented for the default query language; an advanced query may be longer. */
const mostClauses = 15;
/** The same, of the text that a property is compared with. */
const longestText = 120;

/** What has addresses of its own here, and isn't read object by object. */
const unread = new Set(["appRoleAssignments", "appRoleAssignedTo", "licenseDetails"]);

/**
 * Checks a filter against what the collection supports, and makes a function of it. Strings compare without case.
 * Over sixty lines: one short function for each kind of clause, which call each other.
 */
export function compileFilter(filter: Filter, schema: Schema, advanced: boolean): Predicate {
  const resource = schema.entity[0]!.toUpperCase() + schema.entity.slice(1);
  const paths = filterPaths(schema);

  function permit({ rule, property }: FilterPath, operator: FilterOperator): void {
    if (rule?.basic.has(operator)) return;
    const refusal = `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`;
    if (!rule?.advanced.has(operator)) throw unsupportedQuery(refusal);
    if (advanced) return;
    throw unsupportedQuery(`${refusal} Try adding $count=true query parameter and ConsistencyLevel:eventual header.`);
  }

  /** A test of the value that the rule allows; where it is `negated`, the property must support that. */
  function permitted(filter: Condition, looked: FilterPath, negated: boolean): ValueTest {
    if (negated) permit(looked, "not");
    const size = looked.steps.at(-1)?.toLowerCase() === "$count" && filter.kind === "compare";
    if (size) permit(looked, `${filter.operator}${Number(filter.literal.value)}`);
    else for (const operator of operatorsOf(filter)) permit(looked, operator);
    if (!advanced) limitText(filter);
    return valueTest(filter, looked.rule!.type);
  }

  /** A condition on one property. */
  function one(filter: Condition, negated: boolean): Predicate {
    const { path } = filter;
    if (paths.isCollection(path)) {
      paths.resolve(path);
      throw incompatible("Collection(Edm.String)", "Edm.String", "eq");
    }
    const looked = paths.resolve(path);
    const passes = permitted(filter, looked, negated);
    const [property = "", ...steps] = looked.steps;
    if (steps.at(-1)?.toLowerCase() === "$count") {
      const way = steps.slice(0, -1);
      return (read) => passes(((follow(read(property), way) ?? []) as unknown[]).length);
    }
    return (read) => passes(follow(read(property), steps));
  }

  function any(filter: Filter & { kind: "any" }, negated: boolean): Predicate {
    const { path, part, variable } = filter;
    if (!part && paths.isCollection(path)) {
      // https://learn.microsoft.com/graph/api/group-list (2023) has assignedLicenses/any() as a basic query.
      const { property, steps } = paths.resolve(path, []);
      permit({ property, steps, inner: [], rule: paths.anyRule(path) }, negated ? "not" : "eq");
      return (read) => ((follow(read(property), steps.slice(1)) ?? []) as unknown[]).length > 0;
    }
    if (!part || !paths.isCollection(path)) {
      const { property, rule } = paths.resolve(path);
      if (rule) throw invalidFilter("Any/All may only be used following a collection.");
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause specified for property '${property}' of resource '${resource}'.`,
      );
    }
    const [property = "", ...steps] = paths.resolve(path, []).steps;
    const element = elementTest(part, variable, path, negated);
    if (unread.has(property)) throw gap(`filters on '${property}'`);
    pairIdentity(part, property);
    return (read) => ((follow(read(property), steps) ?? []) as unknown[]).some(element);
  }

  /** The inside of `any(x: …)`: conditions on `x` or its members. */
  function elementTest(part: Filter, variable: string, path: Path, negated: boolean): ValueTest {
    if (part.kind === "and" || part.kind === "or") {
      return combine(
        part.kind,
        part.parts.map((inner) => elementTest(inner, variable, path, negated)),
      );
    }
    if (part.kind === "not") {
      const test = elementTest(part.part, variable, path, true);
      return (value) => !test(value);
    }
    if (part.kind === "any") throw unsupportedQuery("Unsupported Query.");
    const [name, ...inside] = part.path;
    if (name !== variable) {
      throw invalidFilter(`Could not find a property named '${name}' on type 'microsoft.graph.${schema.entity}'.`);
    }
    const looked = paths.resolve(path, inside);
    if (inside.length === 0 && !looked.rule)
      throw incompatible(`microsoft.graph.${looked.property}`, "Edm.String", "eq");
    const passes = permitted(part, looked, negated);
    return (value) => passes(follow(value, looked.inner));
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

  keepAlone(filter);
  return compile(filter, false);
}

function combine<T>(kind: "and" | "or", tests: ReadonlyArray<(value: T) => boolean>): (value: T) => boolean {
  return kind === "and" ? (value) => tests.every((test) => test(value)) : (value) => tests.some((test) => test(value));
}

/**
 * Sign-in times are filtered by alone.
 * @see https://learn.microsoft.com/graph/api/resources/user (2023)
 */
function keepAlone(filter: Filter): void {
  if (!mentions(filter, "signInActivity")) return;
  if (propertiesIn(filter).every((property) => property.toLowerCase() === "signinactivity")) return;
  throw unsupportedQuery("Filter on 'signInActivity' can't be combined with other filterable properties.");
}

function propertiesIn(filter: Filter): string[] {
  if (filter.kind === "and" || filter.kind === "or") return filter.parts.flatMap(propertiesIn);
  return filter.kind === "not" ? propertiesIn(filter.part) : [filter.path[0] ?? ""];
}

/**
 * Who somebody is at an issuer is asked together with the issuer.
 * @see https://learn.microsoft.com/graph/api/user-list (2023)
 */
function pairIdentity(part: Filter, property: string): void {
  if (property !== "identities") return;
  const asked = membersIn(part);
  if (asked.includes("issuerassignedid") && !asked.includes("issuer")) {
    throw unsupportedQuery("Filter on 'issuerAssignedId' needs 'issuer' beside it.");
  }
}

function membersIn(part: Filter): string[] {
  if (part.kind === "and" || part.kind === "or") return part.parts.flatMap(membersIn);
  return part.kind === "not" ? membersIn(part.part) : [(part.path[1] ?? "").toLowerCase()];
}

function limitClauses(count: number, advanced: boolean): void {
  if (advanced || count <= mostClauses) return;
  throw unsupportedQuery(
    `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${mostClauses}.`,
  );
}

/**
 * The limit is documented, its refusal isn't.
 * @see https://learn.microsoft.com/graph/known-issues (query parameters, 2026-02-25)
 */
function limitText(condition: Condition): void {
  if (condition.kind !== "compare" || condition.operator !== "eq" || typeof condition.literal.value !== "string")
    return;
  if (condition.literal.value.length <= longestText) return;
  throw unsupportedQuery(`Values in filters have at most ${longestText} characters.`);
}
