import type { Collection } from "../directory/collection.js";
import type { Navigation } from "../directory/relation-rules.js";
import type { GraphCaller } from "./asked.js";
import { GraphRefusal } from "./refusal.js";

const directory = ["Directory.Read.All", "Directory.ReadWrite.All"];
const groups = ["Group.Read.All", "Group.ReadWrite.All", ...directory];
const groupMembers = [
  "GroupMember.ReadBasic.All",
  "GroupMember.Read.All",
  "GroupMember.ReadWrite.All",
  "Group.ReadBasic.All",
  ...groups,
];
const users = ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", ...directory];

/**
 * Application permissions to read objects of a kind, each of which is enough.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
const readers: Readonly<Record<string, readonly string[]>> = {
  users,
  groups: ["GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.ReadBasic.All", ...groups],
  applications: ["Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", ...directory],
  servicePrincipals: [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    ...directory,
  ],
  devices: ["Device.Read.All", "Device.ReadWrite.All", ...directory],
  contacts: ["OrgContact.Read.All", ...directory],
  directoryRoles: ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", ...directory],
  administrativeUnits: ["AdministrativeUnit.Read.All", "AdministrativeUnit.ReadWrite.All", ...directory],
  organization: ["Organization.Read.All", "Organization.ReadWrite.All", ...directory],
};

/** The same for relations, where reading the object isn't what decides. */
const relationReaders: Readonly<Record<string, readonly string[]>> = {
  "groups members": groupMembers,
  "groups transitiveMembers": groupMembers,
  "groups owners": ["GroupMember.Read.All", "GroupMember.ReadWrite.All", ...groups],
  "groups memberOf": groupMembers,
  "groups transitiveMemberOf": groupMembers,
  "users memberOf": groupMembers,
  "users transitiveMemberOf": ["User.Read.All", "User.ReadWrite.All", ...groupMembers],
};

export function authorize({ roles }: GraphCaller, permissions: readonly string[]): void {
  if (permissions.some((permission) => roles.includes(permission))) return;
  const message = "Insufficient privileges to complete the operation.";
  throw new GraphRefusal(403, "Authorization_RequestDenied", message, {}, {}, permissions);
}

export const readersOf = ({ name }: Collection) => readers[name] ?? directory;

export const readersOfRelation = (from: Collection, { name }: Navigation) =>
  relationReaders[`${from.name} ${name}`] ?? readersOf(from);

export const canRead = ({ roles }: GraphCaller, collection: Collection) =>
  readersOf(collection).some((permission) => roles.includes(permission));

/** Who is in a group that hides it. */
export const seesHidden = ({ roles }: GraphCaller) => roles.includes("Member.Read.Hidden");
