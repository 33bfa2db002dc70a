import type { Group } from "@microsoft/microsoft-graph-types";
import type { KnownProperties } from "../graph/query/collection-rules.js";

/** What Graph returns of a group unasked. */
export const defaultGroupProperties = [
  "classification",
  "createdDateTime",
  "description",
  "displayName",
  "expirationDateTime",
  "groupTypes",
  "id",
  "isAssignableToRole",
  "mail",
  "mailEnabled",
  "mailNickname",
  "membershipRule",
  "membershipRuleProcessingState",
  "onPremisesLastSyncDateTime",
  "onPremisesProvisioningErrors",
  "onPremisesSecurityIdentifier",
  "onPremisesSyncEnabled",
  "preferredDataLocation",
  "preferredLanguage",
  "proxyAddresses",
  "renewedDateTime",
  "securityEnabled",
  "theme",
  "visibility",
] as const satisfies readonly (keyof Group)[];

const furtherProperties = [
  "assignedLabels",
  "assignedLicenses",
  "deletedDateTime",
  "isManagementRestricted",
  "licenseProcessingState",
  "onPremisesDomainName",
  "onPremisesNetBiosName",
  "onPremisesSamAccountName",
  "securityIdentifier",
  "serviceProvisioningErrors",
  "uniqueName",
] as const satisfies readonly (keyof Group)[];

/** What Graph returns of single groups only. */
const unlistableGroupProperties = [
  "allowExternalSenders",
  "autoSubscribeNewMembers",
  "hasMembersWithLicenseErrors",
  "hideFromAddressLists",
  "hideFromOutlookClients",
  "isArchived",
  "isSubscribedByMail",
  "unseenCount",
] as const satisfies readonly (keyof Group)[];

const listableGroupProperties = [...defaultGroupProperties, ...furtherProperties];

/** The relations whose changes are told. */
export const watchedGroupRelations = ["members", "owners"] as const satisfies readonly (keyof Group)[];

/** The other relations, which no round of changes tells of. */
const unwatchedGroupRelations = [
  "acceptedSenders",
  "appRoleAssignments",
  "createdOnBehalfOf",
  "extensions",
  "memberOf",
  "membersWithLicenseErrors",
  "permissionGrants",
  "rejectedSenders",
  "transitiveMemberOf",
  "transitiveMembers",
] as const satisfies readonly (keyof Group)[];

export const groupProperties: KnownProperties = {
  listable: listableGroupProperties,
  unlistable: unlistableGroupProperties,
  relations: [...watchedGroupRelations, ...unwatchedGroupRelations],
  one: "/groups/{id}",
  reference: "https://learn.microsoft.com/graph/api/resources/group",
  asOf: "2026-08-20",
};

/** A property of a group, or an extension, all of which have an underscore in their names. */
export type GroupProperty = (typeof listableGroupProperties)[number] | `${string}_${string}`;

/** A relation of a group that can be watched. */
export type GroupRelation = (typeof watchedGroupRelations)[number];

/** What Graph tells of a changed group unasked. */
export type DefaultGroupProperty = (typeof defaultGroupProperties)[number];
