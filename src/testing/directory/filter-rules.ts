export type Comparison = "eq" | "ne" | "ge" | "le" | "gt" | "lt";
export type TextFunction = "startsWith" | "endsWith" | "contains";

/**
 * What `$filter` can do with a property: `null` stands for a comparison with null, `$count` for the size of a collection.
 * `gt`, `lt` and `contains` are read, but no property supports them.
 */
export type FilterOperator = Comparison | TextFunction | "not" | "in" | "null" | "$count";

export type EdmType = "String" | "Boolean" | "DateTimeOffset" | "Guid";

export interface FilterRule {
  /** Type of the value, of each element (`collection`), or of each member of a complex value (`members`). */
  type: EdmType;
  collection: boolean;
  members?: Readonly<Record<string, EdmType>>;
  /** Operators that need nothing else. */
  default: ReadonlySet<FilterOperator>;
  /** Operators that need `ConsistencyLevel: eventual` and `$count=true`. */
  advanced: ReadonlySet<FilterOperator>;
}

export type FilterRules = Readonly<Record<string, FilterRule>>;

interface RuleDetails extends Partial<Pick<FilterRule, "type" | "collection" | "members">> {
  /** Operators that need an advanced query, beside those that always do. */
  advanced?: string;
  /** Comparisons with null aren't supported at all. */
  neverNull?: true;
}

/** A rule from operators with blanks between. `in` goes wherever `eq` goes; `ne`, `not` and null only as advanced queries. */
export function filterRule(operators: string, details: RuleDetails = {}): FilterRule {
  const { type = "String", collection = false, members, advanced = "", neverNull = false } = details;
  const extended = (list: string) =>
    new Set(`${list} ${/\beq\b/.test(list) ? "in" : ""}`.match(/\w+/g) as FilterOperator[]);
  const always: FilterOperator[] = ["ne", "not"];
  if (collection) always.push("$count");
  else if (!neverNull) always.push("null");
  return {
    type,
    collection,
    ...(members && { members }),
    default: extended(operators),
    advanced: new Set([...extended(advanced), ...always]),
  };
}

const text = "eq in startsWith ge le";
const advancedText = { advanced: "eq ge le startsWith" };
const signInTimes = Object.fromEntries(
  ["lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime"].map((name) => [
    name,
    "DateTimeOffset" as const,
  ]),
);
const extensionAttributes = Object.fromEntries(
  Array.from({ length: 15 }, (_, index) => [`extensionAttribute${index + 1}`, "String" as const]),
);

/**
 * `$filter` on users as documented; properties that aren't here can't be filtered by.
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export const userFilterRules: FilterRules = {
  country: filterRule(text),
  department: filterRule(text),
  displayName: filterRule(text),
  givenName: filterRule(text),
  mail: filterRule(text, { advanced: "endsWith" }),
  mailNickname: filterRule(text),
  onPremisesUserPrincipalName: filterRule(text),
  otherMails: filterRule(text, { collection: true, advanced: "endsWith" }),
  state: filterRule(text),
  surname: filterRule(text),
  usageLocation: filterRule(text),
  jobTitle: filterRule("eq in ge le"),
  accountEnabled: filterRule("eq", { type: "Boolean", neverNull: true }),
  ageGroup: filterRule("eq"),
  consentProvidedForMinor: filterRule("eq"),
  creationType: filterRule("eq"),
  userType: filterRule("eq"),
  onPremisesSecurityIdentifier: filterRule("eq"),
  onPremisesSyncEnabled: filterRule("eq", { type: "Boolean" }),
  id: filterRule("eq", { neverNull: true }),
  identities: filterRule("eq", {
    collection: true,
    members: { signInType: "String", issuer: "String", issuerAssignedId: "String" },
  }),
  assignedLicenses: filterRule("eq", { collection: true, members: { skuId: "Guid" } }),
  assignedPlans: filterRule("eq", {
    collection: true,
    members: {
      assignedDateTime: "DateTimeOffset",
      capabilityStatus: "String",
      service: "String",
      servicePlanId: "Guid",
    },
  }),
  businessPhones: filterRule("eq", { collection: true }),
  isResourceAccount: filterRule("eq", { type: "Boolean" }),
  city: filterRule("eq startsWith ge"),
  userPrincipalName: filterRule("eq startsWith le", { advanced: "endsWith", neverNull: true }),
  employeeId: filterRule("eq startsWith"),
  createdDateTime: filterRule("eq ge le", { type: "DateTimeOffset", neverNull: true }),
  deletedDateTime: filterRule("eq ge le", { type: "DateTimeOffset" }),
  proxyAddresses: filterRule("eq ge le startsWith", { collection: true, advanced: "endsWith" }),
  imAddresses: filterRule("eq ge le startsWith", { collection: true }),
  signInActivity: filterRule("eq ge le", { type: "DateTimeOffset", members: signInTimes }),
  companyName: filterRule("", advancedText),
  employeeHireDate: filterRule("", { type: "DateTimeOffset", advanced: "eq ge le" }),
  employeeType: filterRule("", advancedText),
  mobilePhone: filterRule("", advancedText),
  officeLocation: filterRule("", advancedText),
  postalCode: filterRule("", advancedText),
  preferredLanguage: filterRule("", advancedText),
  streetAddress: filterRule("", advancedText),
  onPremisesSamAccountName: filterRule("", advancedText),
  onPremisesImmutableId: filterRule("", { advanced: "eq ge le" }),
  onPremisesExtensionAttributes: filterRule("", { advanced: "eq ge le", members: extensionAttributes }),
  passwordPolicies: filterRule("", { advanced: "eq" }),
  showInAddressList: filterRule("", { type: "Boolean", advanced: "eq" }),
};

/** Property → whether sorting by it needs an advanced query. */
export const userOrderRules: Readonly<Record<string, "default" | "advanced">> = {
  displayName: "default",
  userPrincipalName: "default",
  createdDateTime: "advanced",
  deletedDateTime: "advanced",
};
