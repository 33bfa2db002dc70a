import type { Collection } from "./collection.js";
import { empty, none, type Properties } from "./recipe.js";

interface OrganizationOptions {
  tenantId: string;
  domain: string;
}

/** The tenant itself, as a collection of one. */
export function createOrganization({ tenantId, domain }: OrganizationOptions): Collection {
  const label = domain.split(".")[0]!;
  const properties: Properties = {
    id: () => tenantId,
    deletedDateTime: none,
    businessPhones: empty,
    city: none,
    country: none,
    countryLetterCode: () => "SE",
    createdDateTime: () => "2011-06-28T09:00:00Z",
    defaultUsageLocation: none,
    displayName: () => label[0]!.toUpperCase() + label.slice(1),
    isMultipleDataLocationsForServicesEnabled: none,
    marketingNotificationEmails: empty,
    onPremisesLastSyncDateTime: none,
    onPremisesSyncEnabled: none,
    partnerTenantType: none,
    postalCode: none,
    preferredLanguage: () => "en",
    securityComplianceNotificationMails: empty,
    securityComplianceNotificationPhones: empty,
    state: none,
    street: none,
    technicalNotificationMails: () => [`it@${domain}`],
    tenantType: () => "AAD",
    directorySizeQuota: () => ({ used: 1234, total: 300_000 }),
    privacyProfile: none,
    assignedPlans: empty,
    onPremisesSyncStatus: empty,
    provisionedPlans: empty,
    mobileDeviceManagementAuthority: none,
    verifiedDomains: () => [
      {
        capabilities: "Email, OfficeCommunicationsOnline",
        isDefault: true,
        isInitial: domain.endsWith(".onmicrosoft.com"),
        name: domain,
        type: "Managed",
      },
    ],
  };
  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  const exists = (key: number) => key === 0;
  return {
    kind: undefined,
    name: "organization",
    entity: "organization",
    end: 1,
    generated: 1,
    count: 1,
    defaults: Object.keys(properties).filter((name) => name !== "mobileDeviceManagementAuthority"),
    singleOnly: new Set(),
    filterRules: {},
    orderRules: {},
    exists,
    member: () => (property) => (Object.hasOwn(properties, property) ? properties[property]!(0) : null),
    keyOf: (name) => (name.toLowerCase() === tenantId ? 0 : undefined),
    canonical: (name) => names.get(name.toLowerCase()),
  };
}
