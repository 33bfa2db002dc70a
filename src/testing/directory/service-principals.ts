import { createKeyedGuids } from "../chance/keyed-guid.js";
import { graphAppId } from "../wire/hosts.js";
import type { EmulatorClock } from "../wire/messages.js";
import type { Programs } from "./applications.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { appRole } from "./granted-roles.js";
import { graphAppRoles } from "./graph-app-roles.js";
import { isoSeconds } from "./iso-seconds.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { dateOf, empty, maker, none, type Properties } from "./recipe.js";

/** Microsoft's own, which every tenant has. */
const firstParty: ReadonlyArray<[displayName: string, appId: string]> = [
  ["Microsoft Graph", graphAppId],
  ["Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"],
  ["Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"],
  ["Windows Azure Active Directory", "00000002-0000-0000-c000-000000000000"],
  ["Windows Azure Service Management API", "797f4846-ba00-4fd7-ba43-dac1f8f63013"],
  ["Microsoft Intune API", "c161e42e-d4df-4a3d-9b42-e7a3c31f59d4"],
];
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/** The service principals behind Microsoft's are those of the generated apps, in their order. */
export const firstAppPrincipal = firstParty.length;

interface ServicePrincipalsOptions {
  seed: number;
  /** How many apps are generated. */
  apps: number;
  programs: Programs;
  tenantId: string;
  clock: EmulatorClock;
  log(change: Change): void;
}

/** Over sixty lines: how each property is generated, as one recipe over the same names and seed. */
export function createServicePrincipals(options: ServicePrincipalsOptions): Population {
  const { seed, apps, programs, tenantId, clock, log } = options;
  const ids = createKeyedGuids(seed);
  const appId = (index: number) => firstParty[index]?.[1] ?? programs.appIds.guid(index - firstAppPrincipal);
  const properties: Properties = {
    deletedDateTime: none,
    accountEnabled: () => true,
    alternativeNames: empty,
    appDisplayName: (index) => firstParty[index]?.[0] ?? programs.name(index - firstAppPrincipal),
    appDescription: none,
    appId,
    applicationTemplateId: none,
    appOwnerOrganizationId: (index) => (index < firstAppPrincipal ? microsoftTenant : tenantId),
    appRoleAssignmentRequired: () => false,
    createdDateTime: (index) => dateOf(seed, index),
    description: none,
    disabledByMicrosoftStatus: none,
    displayName: (index) => firstParty[index]?.[0] ?? programs.name(index - firstAppPrincipal),
    homepage: none,
    loginUrl: none,
    logoutUrl: none,
    notes: none,
    notificationEmailAddresses: empty,
    preferredSingleSignOnMode: none,
    preferredTokenSigningKeyThumbprint: none,
    replyUrls: empty,
    servicePrincipalNames: (index) => [appId(index)],
    servicePrincipalType: () => "Application",
    signInAudience: (index) => (index < firstAppPrincipal ? "AzureADMultipleOrgs" : "AzureADMyOrg"),
    tags: (index) => (index < firstAppPrincipal ? [] : ["WindowsAzureActiveDirectoryIntegratedApp"]),
    tokenEncryptionKeyId: none,
    samlSingleSignOnSettings: none,
    addIns: empty,
    appRoles: (index) => (index === 0 ? Object.keys(graphAppRoles).map((role) => appRole(graphAppId, role)) : []),
    info: () => ({
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    }),
    keyCredentials: empty,
    oauth2PermissionScopes: empty,
    passwordCredentials: empty,
    resourceSpecificApplicationPermissions: empty,
    verifiedPublisher: () => ({ displayName: null, verifiedPublisherId: null, addedDateTime: null }),
    createdByAppId: none,
    isDisabled: none,
    // Returned on `$select` only.
    customSecurityAttributes: none,
  };

  return createPopulation(
    {
      kind: "servicePrincipals",
      entity: "servicePrincipal",
      generated: apps + firstAppPrincipal,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties).filter((name) => name !== "customSecurityAttributes")],
      singleOnly: new Set(),
      filterRules: filterRulesOf("servicePrincipals"),
      orderRules: orderRulesOf("servicePrincipals"),
      make: maker(ids, properties),
      identifiers: {
        id: ids.indexOf,
        appId(value) {
          const own = firstParty.findIndex(([, id]) => id === value.toLowerCase());
          const app = own < 0 ? programs.appIds.indexOf(value) : undefined;
          return own >= 0 ? own : app === undefined ? undefined : app + firstAppPrincipal;
        },
      },
      complete: (_, key) => ({ displayName: `App ${key + 1}`, createdDateTime: isoSeconds(clock.now()) }),
    },
    clock,
    log,
  );
}
