/** Which application permissions open a request. */
export interface PermissionRow {
  method: "GET" | "POST";
  /** Below the version; braces stand for a key. */
  path: string;
  /** The least privileged one. */
  least: string;
  /** What is enough as well. */
  also: readonly string[];
}

const directory = "Directory.Read.All Directory.ReadWrite.All";
const agents = "AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy";
const intune = ["Apps", "Configuration", "ManagedDevices", "ServiceConfig"]
  .flatMap((part) => [`DeviceManagement${part}.Read.All`, `DeviceManagement${part}.ReadWrite.All`])
  .join(" ");
const users = `User.ReadWrite.All ${agents} ${directory}`;
const groups = "GroupMember.Read.All Group.Read.All Group.ReadWrite.All Group-NestingSupport.ReadWrite.All";
const moreGroups = `${groups} Group-PreferredDataLocation.ReadWrite.All Group.ManageProtection.All ${directory}`;
const members =
  "GroupMember.Read.All GroupMember.ReadWrite.All Group.ReadBasic.All Group.Read.All Group.ReadWrite.All Directory.Read.All";
const devices = `Device.ReadWrite.All ${directory}`;
const ownApps = "Application.ReadWrite.All Application.ReadWrite.OwnedBy";
const apps = `${ownApps} ${directory}`;
const roles = `RoleManagement.ReadWrite.Directory ${directory}`;
const units = `AdministrativeUnit.ReadWrite.All ${directory}`;
const photos = "ProfilePhoto.ReadWrite.All User.ReadBasic.All User.Read.All";
const skus = `Organization.Read.All Organization.ReadWrite.All ${directory}`;
const grants = "DelegatedPermissionGrant.ReadWrite.All";
const company = `User.Read.All Organization.ReadWrite.All ${directory} DeviceManagementConfiguration.Read.All DeviceManagementConfiguration.ReadWrite.All DeviceManagementServiceConfig.Read.All DeviceManagementServiceConfig.ReadWrite.All`;
const memberships = `GroupMember.ReadBasic.All GroupMember.Read.All Group.ReadBasic.All Group.Read.All Group.ReadWrite.All User.Read.All Application.ReadWrite.All Device.Read.All Device.ReadWrite.All ${directory}`;

/**
 * Path, the least privileged permission, what else is enough. Microsoft's own list (permissions/new/permissions.json of
 * microsoftgraph/microsoft-graph-devx-content at 6cbd6bb, 2026-08-07), but for what the comments say.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
const reads: readonly (readonly [path: string, least: string, also: string])[] = [
  ["users", "User.ReadBasic.All", `User.Read.All User.ReadWrite.CrossCloud ${users} ${intune}`],
  ["users/{id}", "User.ReadBasic.All", `User.Read.All User.ReadWrite.CrossCloud ${users} ${intune}`],
  ["users/delta", "User.Read.All", users],
  [
    "users/{id}/memberOf",
    "Directory.Read.All",
    "GroupMember.ReadBasic.All Group.ReadBasic.All Directory.ReadWrite.All",
  ],
  [
    "users/{id}/transitiveMemberOf",
    "User.Read.All",
    `GroupMember.ReadBasic.All GroupMember.Read.All Group.ReadBasic.All Group.Read.All ${directory}`,
  ],
  ["users/{id}/manager", "User.Read.All", users],
  ["users/{id}/directReports", "User.Read.All", users],
  ["users/{id}/ownedObjects", "User.Read.All", users],
  ["users/{id}/createdObjects", "User.Read.All", users],
  ["users/{id}/ownedDevices", "User.Read.All", `User.ReadWrite.All ${directory}`],
  ["users/{id}/registeredDevices", "User.Read.All", `User.ReadWrite.All ${directory}`],
  ["users/{id}/sponsors", "User.Read.All", `User.ReadWrite.All ${agents}`],
  ["users/{id}/sponsorOf", "User.Read.All", "User.ReadWrite.All"],
  ["users/{id}/licenseDetails", "LicenseAssignment.Read.All", `User.Read.All ${users}`],
  ["users/{id}/appRoleAssignments", "Directory.Read.All", "AppRoleAssignment.ReadWrite.All"],
  ["users/{id}/oauth2PermissionGrants", "Directory.Read.All", grants],
  ["users/{id}/photo", "ProfilePhoto.Read.All", `${photos} User.ReadWrite.CrossCloud`],
  ["users/{id}/photos", "ProfilePhoto.Read.All", photos],
  ["users/{id}/photos/{id}", "ProfilePhoto.Read.All", photos],

  ["groups", "Group.ReadBasic.All", moreGroups],
  // The list marks no reading one as least here.
  ["groups/{id}", "Group.ReadBasic.All", `${moreGroups} Group-XTenantIdentitySync.Read.All`],
  ["groups/delta", "Group.ReadBasic.All", `${groups} ${directory}`],
  ["groups/{id}/members", "GroupMember.ReadBasic.All", members],
  ["groups/{id}/transitiveMembers", "GroupMember.ReadBasic.All", members],
  ["groups/{id}/owners", "GroupMember.Read.All", members.replace("Group.ReadBasic.All ", "")],
  [
    "groups/{id}/memberOf",
    "GroupMember.ReadBasic.All",
    `GroupMember.Read.All Group.ReadBasic.All Group.Read.All ${directory}`,
  ],
  ["groups/{id}/transitiveMemberOf", "GroupMember.ReadBasic.All", `Group.ReadBasic.All ${directory}`],
  ["groups/{id}/appRoleAssignments", "Directory.Read.All", "AppRoleAssignment.ReadWrite.All Directory.ReadWrite.All"],
  ["groups/{id}/photo", "ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All Group.Read.All"],
  ["groups/{id}/photos", "ProfilePhoto.Read.All", "ProfilePhoto.ReadWrite.All Group.Read.All"],

  ["devices", "Device.Read.All", devices],
  ["devices/{id}", "Device.Read.All", devices],
  // Alone in not being opened by Directory.Read.All.
  ["devices/delta", "Device.Read.All", ""],
  ["devices/{id}/registeredOwners", "Device.Read.All", devices],
  ["devices/{id}/registeredUsers", "Device.Read.All", devices],
  ["devices/{id}/memberOf", "Device.Read.All", devices],
  ["devices/{id}/transitiveMemberOf", "Device.Read.All", devices],

  ["contacts", "OrgContact.Read.All", directory],
  ["contacts/{id}", "OrgContact.Read.All", directory],
  ["contacts/delta", "OrgContact.Read.All", directory],
  ["contacts/{id}/manager", "OrgContact.Read.All", `Group.Read.All ${directory}`],
  ["contacts/{id}/directReports", "OrgContact.Read.All", `Group.Read.All ${directory}`],
  ["contacts/{id}/memberOf", "OrgContact.Read.All", `Group.Read.All ${directory}`],
  ["contacts/{id}/transitiveMemberOf", "OrgContact.Read.All", "Group.Read.All Directory.Read.All"],

  ["applications", "Application.Read.All", `${ownApps} Directory.Read.All`],
  ["applications/{id}", "Application.Read.All", apps],
  ["applications/delta", "Application.Read.All", apps],
  ["applications/{id}/owners", "Application.Read.All", apps],
  ["applications/{id}/federatedIdentityCredentials", "Application.Read.All", ownApps],
  ["applications/{id}/extensionProperties", "Application.Read.All", apps],
  ["servicePrincipals", "Application.Read.All", `${ownApps} Directory.Read.All`],
  ["servicePrincipals/{id}", "Application.Read.All", apps],
  ["servicePrincipals/delta", "Application.Read.All", apps],
  ["servicePrincipals/{id}/owners", "Application.Read.All", apps],
  ["servicePrincipals/{id}/ownedObjects", "Application.Read.All", apps],
  ["servicePrincipals/{id}/createdObjects", "Application.Read.All", apps],
  ["servicePrincipals/{id}/memberOf", "Application.Read.All", apps],
  ["servicePrincipals/{id}/transitiveMemberOf", "Application.Read.All", `Application.ReadWrite.All ${directory}`],
  ["servicePrincipals/{id}/appRoleAssignments", "Application.Read.All", apps],
  ["servicePrincipals/{id}/appRoleAssignedTo", "Application.Read.All", apps],
  ["servicePrincipals/{id}/oauth2PermissionGrants", "Directory.Read.All", `${grants} Directory.ReadWrite.All`],
  ["oauth2PermissionGrants", "Directory.Read.All", `${grants} Directory.ReadWrite.All`],
  ["contracts", "Directory.Read.All", "Directory.ReadWrite.All"],

  ["directoryRoles", "RoleManagement.Read.Directory", roles],
  ["directoryRoles/{id}", "RoleManagement.Read.Directory", roles],
  ["directoryRoles/delta", "RoleManagement.Read.Directory", roles],
  ["directoryRoles/{id}/members", "RoleManagement.Read.Directory", roles],
  ["directoryRoleTemplates", "RoleManagement.Read.Directory", roles],
  ["directoryRoleTemplates/{id}", "RoleManagement.Read.Directory", roles],
  ["roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory", roles],
  ["roleManagement/directory/roleAssignments/{id}", "RoleManagement.Read.Directory", roles],
  ["roleManagement/directory/roleDefinitions", "RoleManagement.Read.Directory", `RoleManagement.Read.All ${roles}`],
  [
    "roleManagement/directory/roleDefinitions/{id}",
    "RoleManagement.Read.Directory",
    `RoleManagement.Read.All ${roles}`,
  ],

  // The list has the first two without a least one, and the delta under the alias only.
  ["directory/administrativeUnits", "AdministrativeUnit.Read.All", units],
  ["directory/administrativeUnits/{id}", "AdministrativeUnit.Read.All", units],
  ["directory/administrativeUnits/delta", "AdministrativeUnit.Read.All", units],
  ["directory/administrativeUnits/{id}/members", "AdministrativeUnit.Read.All", units],
  ["directoryObjects/{id}", "Directory.Read.All", ""],

  // The list marks one of Intune's as least, and forgets half of them for a single one.
  ["organization", "Organization.Read.All", company],
  ["organization/{id}", "Organization.Read.All", company],
  ["domains", "Domain.Read.All", "Domain.ReadWrite.All Directory.Read.All"],
  ["domains/{id}", "Domain.Read.All", "Domain.ReadWrite.All Directory.Read.All"],
  ["subscribedSkus", "LicenseAssignment.Read.All", skus],
  ["subscribedSkus/{id}", "LicenseAssignment.Read.All", skus],

  ["auditLogs/signIns", "AuditLog.Read.All", ""],
  ["auditLogs/signIns/{id}", "AuditLog.Read.All", ""],
  ["auditLogs/directoryAudits", "AuditLog.Read.All", "Directory.Read.All"],
  ["auditLogs/directoryAudits/{id}", "AuditLog.Read.All", "Directory.Read.All"],
  ["reports/authenticationMethods/userRegistrationDetails", "AuditLog.Read.All", ""],
  ["reports/authenticationMethods/userRegistrationDetails/{id}", "AuditLog.Read.All", ""],
  ["reports/getOffice365ActiveUserDetail/{span}", "Reports.Read.All", ""],
  ["reports/getEmailActivityUserDetail/{span}", "Reports.Read.All", ""],
];

const actions = ["getMemberGroups", "getMemberObjects", "checkMemberGroups", "checkMemberObjects"];
const withActions = ["users", "groups", "devices", "contacts", "servicePrincipals", "directoryObjects"];

const posts: typeof reads = [
  // User.Read.All is enough for users: microsoftgraph/microsoft-graph-docs-contrib#8798.
  ["directoryObjects/getByIds", "Directory.Read.All", "User.Read.All"],
  ["users/getByIds", "Directory.Read.All", "User.Read.All"],
  ["groups/getByIds", "Directory.Read.All", "User.Read.All"],
  ...withActions.flatMap((kind) =>
    actions.map((action) => {
      const also = action === "getMemberGroups" ? memberships : `${memberships} User.ReadWrite.All ${agents}`;
      return [`${kind}/{id}/${action}`, "Application.Read.All", also] as const;
    }),
  ),
];

const rowsOf = (method: PermissionRow["method"], rows: typeof reads) =>
  rows.map(([path, least, also]) => ({
    method,
    path,
    least,
    also: also.split(" ").filter((name) => name && name !== least),
  }));

/** Every request that the embedded tenant answers, but for what needs what its object or its type needs. */
export const permissionTable: readonly PermissionRow[] = [...rowsOf("GET", reads), ...rowsOf("POST", posts)];

/** A property that a permission of its own opens, beside those of the request. */
export interface GuardedProperty extends Omit<PermissionRow, "method" | "path"> {
  entity: string;
  property: string;
  /** What becomes of a request without it: it is refused, or shown `null` there. */
  without: "refused" | "null";
}

/**
 * Sources: the request for signInActivity was recorded (microsoftgraph/microsoft-graph-explorer-v4#2731, docs-contrib#8997; the words of
 * today in January 2026); employeeLeaveDateTime as told in Microsoft Q&A 1280030; custom security attributes as documented for users.
 */
export const guardedProperties: readonly GuardedProperty[] = [
  { entity: "user", property: "signInActivity", least: "AuditLog.Read.All", also: [], without: "refused" },
  {
    entity: "user",
    property: "employeeLeaveDateTime",
    least: "User-LifeCycleInfo.Read.All",
    also: ["User-LifeCycleInfo.ReadWrite.All"],
    without: "null",
  },
  ...["user", "servicePrincipal"].map((entity) => ({
    entity,
    property: "customSecurityAttributes",
    least: "CustomSecAttributeAssignment.Read.All",
    also: ["CustomSecAttributeAssignment.ReadWrite.All"],
    without: "null" as const,
  })),
];
