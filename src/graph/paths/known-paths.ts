import type {
  AdministrativeUnit,
  Application,
  AuditLogRoot,
  Device,
  Directory,
  DirectoryObject,
  DirectoryRole,
  DirectoryRoleTemplate,
  Domain,
  Group,
  IdentityContainer,
  OAuth2PermissionGrant,
  Organization,
  OrgContact,
  PolicyRoot,
  RoleManagement,
  ServicePrincipal,
  SubscribedSku,
  User,
} from "@microsoft/microsoft-graph-types";

/** What stands at the top of Graph, as far as paths are typed: an array is a collection. */
export interface Roots {
  users: User[];
  groups: Group[];
  devices: Device[];
  applications: Application[];
  servicePrincipals: ServicePrincipal[];
  directoryRoles: DirectoryRole[];
  directoryRoleTemplates: DirectoryRoleTemplate[];
  directoryObjects: DirectoryObject[];
  administrativeUnits: AdministrativeUnit[];
  contacts: OrgContact[];
  domains: Domain[];
  subscribedSkus: SubscribedSku[];
  organization: Organization[];
  oauth2PermissionGrants: OAuth2PermissionGrant[];
  directory: Directory;
  auditLogs: AuditLogRoot;
  roleManagement: RoleManagement;
  policies: PolicyRoot;
  identity: IdentityContainer;
}

/** The kinds of directory objects, as a cast names them: `…/microsoft.graph.user`. */
export interface Kinds {
  user: User;
  group: Group;
  device: Device;
  application: Application;
  servicePrincipal: ServicePrincipal;
  orgContact: OrgContact;
  administrativeUnit: AdministrativeUnit;
  directoryRole: DirectoryRole;
}

/** Paths that an editor offers. */
export type KnownPath =
  | "/users"
  | "/groups"
  | "/devices"
  | "/applications"
  | "/servicePrincipals"
  | "/directoryRoles"
  | "/directoryRoleTemplates"
  | "/directory/administrativeUnits"
  | "/contacts"
  | "/domains"
  | "/subscribedSkus"
  | "/organization"
  | "/oauth2PermissionGrants"
  | "/directory/deletedItems/microsoft.graph.user"
  | "/directory/deletedItems/microsoft.graph.group"
  | "/roleManagement/directory/roleAssignments"
  | "/roleManagement/directory/roleDefinitions"
  | "/auditLogs/signIns"
  | "/auditLogs/directoryAudits"
  | "/identity/conditionalAccess/policies";
