import type { User } from "@microsoft/microsoft-graph-types";

/** What Graph returns of a user unasked. */
export const defaultProperties = [
  "businessPhones",
  "displayName",
  "givenName",
  "id",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
] as const satisfies readonly (keyof User)[];

/** What Graph returns in a list where it is asked for. */
const furtherProperties = [
  "accountEnabled",
  "ageGroup",
  "assignedLicenses",
  "assignedPlans",
  "authorizationInfo",
  "city",
  "companyName",
  "consentProvidedForMinor",
  "country",
  "createdDateTime",
  "creationType",
  "customSecurityAttributes",
  "deletedDateTime",
  "department",
  "deviceEnrollmentLimit",
  "employeeHireDate",
  "employeeId",
  "employeeLeaveDateTime",
  "employeeOrgData",
  "employeeType",
  "externalUserState",
  "externalUserStateChangeDateTime",
  "faxNumber",
  "identities",
  "imAddresses",
  "isManagementRestricted",
  "isResourceAccount",
  "lastPasswordChangeDateTime",
  "legalAgeGroupClassification",
  "licenseAssignmentStates",
  "mailNickname",
  "onPremisesDistinguishedName",
  "onPremisesDomainName",
  "onPremisesExtensionAttributes",
  "onPremisesImmutableId",
  "onPremisesLastSyncDateTime",
  "onPremisesProvisioningErrors",
  "onPremisesSamAccountName",
  "onPremisesSecurityIdentifier",
  "onPremisesSyncEnabled",
  "onPremisesUserPrincipalName",
  "otherMails",
  "passwordPolicies",
  "passwordProfile",
  "postalCode",
  "preferredDataLocation",
  "print",
  "provisionedPlans",
  "proxyAddresses",
  "securityIdentifier",
  "serviceProvisioningErrors",
  "showInAddressList",
  "signInActivity",
  "signInSessionsValidFromDateTime",
  "state",
  "streetAddress",
  "usageLocation",
  "userType",
] as const satisfies readonly (keyof User)[];

/**
 * What Graph returns of single users only; asked for in a list, it answers 501. @see
 * https://learn.microsoft.com/graph/api/user-list
 */
export const unlistableProperties = [
  "aboutMe",
  "birthday",
  "hireDate",
  "interests",
  "mailboxSettings",
  "mySite",
  "pastProjects",
  "preferredName",
  "responsibilities",
  "schools",
  "skills",
] as const satisfies readonly (keyof User)[];

export const listableProperties = [...defaultProperties, ...furtherProperties];

/** The relations that a list can expand. */
export const userRelations = [
  "appRoleAssignments",
  "createdObjects",
  "directReports",
  "extensions",
  "licenseDetails",
  "manager",
  "memberOf",
  "oauth2PermissionGrants",
  "ownedDevices",
  "ownedObjects",
  "registeredDevices",
  "scopedRoleMemberOf",
  "sponsors",
  "transitiveMemberOf",
] as const satisfies readonly (keyof User)[];

export type UserRelation = (typeof userRelations)[number];

/**
 * A property that can be listed, or a directory or schema extension, all of which have an underscore in their names.
 */
export type UserProperty = (typeof listableProperties)[number] | `${string}_${string}`;

/** What Graph returns unasked. */
export type DefaultUserProperty = (typeof defaultProperties)[number];

/** A relation, bare or with options in parentheses: `manager($select=id)`. */
export type UserExpansion = UserRelation | `${UserRelation}(${string})`;

/**
 * The user that a selection brings: what was selected, `id` always as a string, and what was expanded. Written out as
 * one object type (which is what `infer` does), so that an editor shows its properties.
 */
export type ListedUser<S extends string = DefaultUserProperty, E extends string = never> = Pick<
  User,
  Exclude<Extract<S, keyof User>, "id"> | RelationOf<E>
> &
  Record<Extract<S, "id">, string> &
  Partial<Record<Exclude<S, keyof User>, unknown>> extends infer Parts
  ? { [P in keyof Parts]: Parts[P] }
  : never;

type RelationOf<E extends string> = Extract<E extends `${infer Relation}(${string}` ? Relation : E, keyof User>;
