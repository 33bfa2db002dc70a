import { filterTable } from "./filter-table.js";

export type Comparison = "eq" | "ne" | "ge" | "le" | "gt" | "lt";
export type TextFunction = "startsWith" | "endsWith" | "contains";

/**
 * What `$filter` can do with a property: `null` stands for a comparison with null, `eq0` and the like for one of a collection's size.
 * `gt`, `lt` and `contains` are read, but no property supports them.
 */
export type FilterOperator = Comparison | TextFunction | "not" | "in" | "null" | `${Comparison}${number}`;

/** `Any`: of extensions, whose types nobody has told. */
export type EdmType = "String" | "Boolean" | "DateTimeOffset" | "Guid" | "Int32" | "Int64" | "Any";

export interface FilterRule {
  type: EdmType;
  /** Operators that need nothing else. */
  basic: ReadonlySet<FilterOperator>;
  /** Operators that need `ConsistencyLevel: eventual` and `$count=true`. */
  advanced: ReadonlySet<FilterOperator>;
}

/** Rules by what is looked at: `displayName`, `manager/id`, `otherMails/any`, `assignedPlans/any/service`, `otherMails/$count`. */
export type FilterRules = Readonly<Record<string, FilterRule>>;

/** Property → whether sorting by it needs an advanced query. */
export type OrderRules = Readonly<Record<string, "basic" | "advanced">>;

/** For lists that Microsoft's tables don't cover. `in` goes wherever `eq` goes; `ne`, `not` and null only as advanced queries. */
export function filterRule(operators: string, type: EdmType = "String", nulls = true): FilterRule {
  const basic = `${operators} ${/\beq\b/.test(operators) ? "in" : ""}`.match(/\w+/g) as FilterOperator[];
  return {
    type,
    basic: new Set(basic),
    advanced: new Set<FilterOperator>(nulls ? ["ne", "not", "null"] : ["ne", "not"]),
  };
}

const operators: Readonly<Record<string, FilterOperator>> = {
  e: "eq",
  i: "in",
  s: "startsWith",
  w: "endsWith",
  g: "ge",
  l: "le",
  0: "null",
  n: "ne",
  x: "not",
  a: "eq0",
  b: "ne0",
  c: "eq1",
  d: "ne1",
};
const operatorsIn = (code: string) => new Set([...code].map((letter) => operators[letter]!));

/** Name → the list it is in. */
function byName(lists: Readonly<Record<string, string>>): [name: string, list: string][] {
  return Object.entries(lists).flatMap(([list, names]) =>
    names.split(", ").map((name): [string, string] => [name, list]),
  );
}

const read = new Map<string, FilterRules>();

/** `$filter` on objects of a kind; what isn't there can't be filtered by. Extensions are one kind of thing wherever they are. */
export function filterRulesOf(kind: string): FilterRules {
  const rules = read.get(kind) ?? readRules(kind);
  read.set(kind, rules);
  return rules;
}

function readRules(kind: string): FilterRules {
  const { filter = {}, types = {} } = filterTable[kind] ?? {};
  const typeOf = new Map(byName(types)) as Map<string, EdmType>;
  const own = byName(filter).map(([path, code]): [string, FilterRule] => {
    const [basic = "", advanced = ""] = code.split("|");
    const rule = { type: typeOf.get(path) ?? "String", basic: operatorsIn(basic), advanced: operatorsIn(advanced) };
    return [path, rule];
  });
  const extensions =
    kind === "users" ? [] : Object.entries(filterRulesOf("users")).filter(([path]) => path.startsWith("("));
  return Object.fromEntries([...extensions, ...own]);
}

export function orderRulesOf(kind: string): OrderRules {
  return Object.fromEntries(byName(filterTable[kind]?.sort ?? {})) as OrderRules;
}

/** What values of properties consist of, where a filter can look at a part only: the others are there, and can't be filtered by. */
export const complexMembers: Readonly<Record<string, string>> = {
  assignedLicenses: "disabledPlans skuId",
  assignedPlans: "assignedDateTime capabilityStatus service servicePlanId",
  employeeOrgData: "costCenter division",
  identities: "issuer issuerAssignedId signInType",
  onPremisesProvisioningErrors: "category occurredDateTime propertyCausingError value",
  provisionedPlans: "capabilityStatus provisioningStatus service",
  signInActivity:
    "lastNonInteractiveSignInDateTime lastNonInteractiveSignInRequestId lastSignInDateTime lastSignInRequestId lastSuccessfulSignInDateTime lastSuccessfulSignInRequestId",
};
