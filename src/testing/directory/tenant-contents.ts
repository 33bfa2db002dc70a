import type {
  AdministrativeUnit,
  Application,
  Device,
  OrgContact,
  ServicePrincipal,
} from "@microsoft/microsoft-graph-types";
import type { Directory } from "./directory.js";
import {
  type TenantGroups,
  type TenantObjects,
  type TenantUsers,
  tenantGroups,
  tenantObjects,
  tenantUsers,
} from "./tenant-objects.js";

/** What is in a tenant: read and changed here while clients list it. */
export interface TenantContents {
  readonly users: TenantUsers;
  readonly groups: TenantGroups;
  readonly devices: TenantObjects<Device>;
  readonly applications: TenantObjects<Application>;
  readonly servicePrincipals: TenantObjects<ServicePrincipal>;
  readonly contacts: TenantObjects<OrgContact>;
  readonly administrativeUnits: TenantObjects<AdministrativeUnit>;
}

export function createTenantContents({ populations, relations }: Directory): TenantContents {
  return {
    users: tenantUsers(populations, relations),
    groups: tenantGroups(populations, relations),
    devices: tenantObjects(populations.devices),
    applications: tenantObjects(populations.applications),
    servicePrincipals: tenantObjects(populations.servicePrincipals),
    contacts: tenantObjects(populations.contacts),
    administrativeUnits: tenantObjects(populations.administrativeUnits),
  };
}
