/** Offered while typing; any other can be given, too. */
export const knownPermissions = [
  "User.Read.All",
  "User.ReadBasic.All",
  "Group.Read.All",
  "GroupMember.Read.All",
  "Directory.Read.All",
  "Device.Read.All",
  "Application.Read.All",
  "Organization.Read.All",
  "AuditLog.Read.All",
  "Reports.Read.All",
  "RoleManagement.Read.Directory",
  "AdministrativeUnit.Read.All",
  "OrgContact.Read.All",
];
