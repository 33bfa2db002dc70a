import { createKeyedGuids, type KeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { isoSeconds } from "./iso-seconds.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { dateOf, empty, maker, none, type Properties } from "./recipe.js";

const programs = [
  "Payroll Export",
  "Directory Sync",
  "Ticket Desk",
  "Badge Printer",
  "Wiki",
  "Build Farm",
  "Expense Bot",
  "CRM Connector",
];

/** What generated apps are called, and their client ids. */
export interface Programs {
  name(index: number): string;
  appIds: KeyedGuids;
}

export function createPrograms(seed: number): Programs {
  const name = (index: number) => {
    const round = Math.floor(index / programs.length);
    return `${programs[index % programs.length]}${round ? ` ${round + 1}` : ""}`;
  };
  return { name, appIds: createKeyedGuids(mix(seed, 1)) };
}

interface ApplicationsOptions {
  seed: number;
  size: number;
  domain: string;
  programs: Programs;
  clock: EmulatorClock;
  log(change: Change): void;
}

/** Over sixty lines: how each property is generated, as one recipe over the same names and seed. */
export function createApplications({ seed, size, domain, programs, clock, log }: ApplicationsOptions): Population {
  const { name, appIds } = programs;
  const ids = createKeyedGuids(seed);
  /** Returned on `$select` only. */
  const selected: Properties = { authenticationBehaviors: none, managerApplications: empty };
  const properties: Properties = {
    deletedDateTime: none,
    appId: (index) => appIds.guid(index),
    applicationTemplateId: none,
    disabledByMicrosoftStatus: none,
    createdDateTime: (index) => dateOf(seed, index),
    displayName: name,
    description: none,
    groupMembershipClaims: none,
    identifierUris: (index) => [`api://${appIds.guid(index)}`],
    isDeviceOnlyAuthSupported: none,
    isFallbackPublicClient: none,
    nativeAuthenticationApisEnabled: none,
    notes: none,
    publisherDomain: () => domain,
    serviceManagementReference: none,
    signInAudience: () => "AzureADMyOrg",
    tags: empty,
    tokenEncryptionKeyId: none,
    uniqueName: none,
    samlMetadataUrl: none,
    defaultRedirectUri: none,
    certification: none,
    optionalClaims: none,
    servicePrincipalLockConfiguration: none,
    requestSignatureVerification: none,
    addIns: empty,
    api: () => ({
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: 2,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    }),
    appRoles: empty,
    info: () => ({
      logoUrl: null,
      marketingUrl: null,
      privacyStatementUrl: null,
      supportUrl: null,
      termsOfServiceUrl: null,
    }),
    keyCredentials: empty,
    parentalControlSettings: () => ({ countriesBlockedForMinors: [], legalAgeGroupRule: "Allow" }),
    passwordCredentials: empty,
    publicClient: () => ({ redirectUris: [] }),
    requiredResourceAccess: empty,
    verifiedPublisher: () => ({ displayName: null, verifiedPublisherId: null, addedDateTime: null }),
    web: () => ({
      homePageUrl: null,
      logoutUrl: null,
      redirectUris: [],
      implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
      redirectUriSettings: [],
    }),
    spa: () => ({ redirectUris: [] }),
    createdByAppId: none,
    isDisabled: none,
    oauth2RequirePostResponse: () => false,
    ...selected,
  };

  return createPopulation(
    {
      kind: "applications",
      entity: "application",
      generated: size,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties).filter((name) => !Object.hasOwn(selected, name))],
      singleOnly: new Set(),
      filterRules: filterRulesOf("applications"),
      orderRules: orderRulesOf("applications"),
      make: maker(ids, properties),
      identifiers: { id: ids.indexOf, appId: appIds.indexOf, uniqueName: () => undefined },
      complete: (_, key) => ({ displayName: `App ${key + 1}`, createdDateTime: isoSeconds(clock.now()) }),
    },
    clock,
    log,
  );
}
