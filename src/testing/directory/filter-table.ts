// biome-ignore-all format: written by a program

/**
 * What Microsoft's tables say of filtering and sorting the objects of a directory. `filter`: what basic queries can do with a property, then
 * what advanced ones can besides: e(q), i(n), s(tartsWith), (ends)w(ith), g(e), l(e), 0 (eq null), n(e), x (not); of a size eq 0 (a), ne 0 (b),
 * eq 1 (c), ne 1 (d). `types`: what isn't a string. `disputed`: operators that the newest and the older table mark differently (D basic,
 * A advanced, N not supported, - blank); here holds what allows more. Written by test/facts/write-filter-table.ts from
 * test/facts/filter-tables.tsv, whose header has the sources.
 */
export const filterTable: Readonly<Record<string, Readonly<Record<"filter" | "types" | "sort" | "disputed", Readonly<Record<string, string>>>>>> = {
  administrativeUnits: {
    filter: {
      "eis|0nx": "displayName",
      "eis|nx": "membershipRule",
      "ei|nx": "id, isMemberManagementRestricted, membershipRuleProcessingState",
      "ei|x": "scopedRoleMembers/any/id",
      "|eis0nx": "description",
    },
    types: {
      "Boolean": "isMemberManagementRestricted",
    },
    sort: {
      "advanced": "createdDateTime, deletedDateTime, displayName",
    },
    disputed: {
    },
  },
  applications: {
    filter: {
      "eigl|0nx": "createdDateTime",
      "eis|0nx": "displayName",
      "eis|nx": "publisherDomain, uniqueName",
      "eis|x": "identifierUris/any, tags/any",
      "ei|nx": "appId, createdOnBehalfOf/id, disabledByMicrosoftStatus, id, signInAudience",
      "|0": "info/logoUrl",
      "|ab": "extensionProperties/$count, federatedIdentityCredentials/$count",
      "|eis0nx": "description, notes, serviceManagementReference, verifiedPublisher/displayName, web/homePageUrl",
      "|eisnx": "info/termsOfServiceUrl",
      "|eisx": "federatedIdentityCredentials/any/issuer, federatedIdentityCredentials/any/name, federatedIdentityCredentials/any/subject, publicClient/redirectUris/any, spa/redirectUris/any, web/redirectUris/any",
      "|eix": "requiredResourceAccess/any/resourceAppId",
    },
    types: {
      "DateTimeOffset": "createdDateTime",
      "Int64": "extensionProperties/$count, federatedIdentityCredentials/$count",
    },
    sort: {
      "advanced": "createdDateTime, deletedDateTime, displayName",
    },
    disputed: {
    },
  },
  contacts: {
    filter: {
      "eigl|nx": "onPremisesLastSyncDateTime",
      "eis|0nx": "department, displayName, givenName, jobTitle, mailNickname, surname",
      "eis|w0nx": "mail",
      "eis|wx": "proxyAddresses/any",
      "ei|0nx": "onPremisesSyncEnabled",
      "ei|nx": "id, manager/id",
      "ei|x": "onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError",
      "|ab": "onPremisesProvisioningErrors/$count, proxyAddresses/$count",
      "|eis0nx": "companyName",
    },
    types: {
      "Boolean": "onPremisesSyncEnabled",
      "DateTimeOffset": "onPremisesLastSyncDateTime",
      "Int64": "onPremisesProvisioningErrors/$count, proxyAddresses/$count",
    },
    sort: {
      "advanced": "createdDateTime, displayName",
    },
    disputed: {
    },
  },
  contracts: {
    filter: {
      "eis|nx": "defaultDomainName, displayName",
      "ei|nx": "customerId",
    },
    types: {
      "Guid": "customerId",
    },
    sort: {
    },
    disputed: {
    },
  },
  devices: {
    filter: {
      "eigl|0nx": "approximateLastSignInDateTime",
      "eigl|nx": "onPremisesLastSyncDateTime",
      "eis|0nx": "displayName, operatingSystem, operatingSystemVersion",
      "eis|x": "hostnames/any",
      "ei|0nx": "onPremisesSecurityIdentifier, onPremisesSyncEnabled",
      "ei|glx": "alternativeSecurityIds/any/type",
      "ei|nx": "accountEnabled, deviceId, id, isCompliant, isManaged, mdmAppId, profileType, trustType",
      "ei|x": "physicalIds/any",
      "|ab": "physicalIds/$count, systemLabels/$count",
      "|ei0nx": "deviceOwnership, isRooted, managementType",
      "|eigl0nx": "registrationDateTime",
      "|eis0nx": "deviceCategory, enrollmentProfileName, extensionAttributes/extensionAttribute, manufacturer, model",
      "|eisx": "alternativeSecurityIds/any/identityProvider",
    },
    types: {
      "Boolean": "accountEnabled, isCompliant, isManaged, isRooted, onPremisesSyncEnabled",
      "DateTimeOffset": "approximateLastSignInDateTime, onPremisesLastSyncDateTime, registrationDateTime",
      "Int32": "alternativeSecurityIds/any/type",
      "Int64": "physicalIds/$count, systemLabels/$count",
    },
    sort: {
      "advanced": "approximateLastSignInDateTime, createdDateTime, deletedDateTime, displayName",
    },
    disputed: {
    },
  },
  directoryRoles: {
    filter: {
      "ei|nx": "roleTemplateId",
      "ei|s0nx": "displayName",
      "|eis0nx": "description",
    },
    types: {
    },
    sort: {
    },
    disputed: {
    },
  },
  groups: {
    filter: {
      "ei0|nx": "hasMembersWithLicenseErrors",
      "eigl|nx": "onPremisesLastSyncDateTime, renewedDateTime",
      "eis|0nx": "displayName, mailNickname",
      "eis|nx": "classification, membershipRule, uniqueName",
      "eis|w0nx": "mail",
      "eis|wx": "proxyAddresses/any",
      "eis|x": "infoCatalogs/any, settings/any/displayName",
      "ei|0nx": "onPremisesSecurityIdentifier, onPremisesSyncEnabled",
      "ei|nx": "createdByAppId, createdOnBehalfOf/id, id, isAssignableToRole, mailEnabled, membershipRuleProcessingState, securityEnabled",
      "ei|x": "appRoleAssignments/any/id, assignedLicenses/any/skuId, onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError, resourceBehaviorOptions/any, resourceProvisioningOptions/any, settings/any/id",
      "e|x": "groupTypes/any",
      "|ab": "assignedLicenses/$count, onPremisesProvisioningErrors/$count, proxyAddresses/$count",
      "|ac": "owners/$count",
      "|eiglnx": "expirationDateTime",
      "|eis0nx": "description, preferredLanguage",
      "|eisnx": "onPremisesSamAccountName",
    },
    types: {
      "Boolean": "hasMembersWithLicenseErrors, isAssignableToRole, mailEnabled, onPremisesSyncEnabled, securityEnabled",
      "DateTimeOffset": "expirationDateTime, onPremisesLastSyncDateTime, renewedDateTime",
      "Guid": "assignedLicenses/any/skuId",
      "Int64": "assignedLicenses/$count, onPremisesProvisioningErrors/$count, owners/$count, proxyAddresses/$count",
    },
    sort: {
      "advanced": "deletedDateTime",
      "basic": "displayName",
    },
    disputed: {
    },
  },
  servicePrincipals: {
    filter: {
      "eigl|nx": "preferredTokenSigningKeyEndDateTime",
      "eis|0nx": "displayName",
      "eis|nx": "publisherName",
      "eis|x": "alternativeNames/any, remoteDesktopSecurityConfiguration/targetDeviceGroups/any/displayName, servicePrincipalNames/any, tags/any",
      "ei|nx": "accountEnabled, appId, applicationTemplateId, id, preferredSingleSignOnMode, remoteDesktopSecurityConfiguration/id, servicePrincipalType",
      "ei|x": "appRoleAssignedTo/any/id, appRoleAssignments/any/id, delegatedPermissionClassifications/any/id, oauth2PermissionGrants/any/id, remoteDesktopSecurityConfiguration/targetDeviceGroups/any/id",
      "|0": "info/logoUrl",
      "|ab": "federatedIdentityCredentials/$count",
      "|abcd": "ownedObjects/$count",
      "|einx": "appOwnerOrganizationId, appRoleAssignmentRequired",
      "|eis0nx": "description, homepage, notes, verifiedPublisher/displayName",
      "|eisnx": "info/termsOfServiceUrl",
      "|eisx": "federatedIdentityCredentials/any/issuer, federatedIdentityCredentials/any/name, federatedIdentityCredentials/any/subject",
      "|eix": "createdObjects/any/id",
    },
    types: {
      "Boolean": "accountEnabled, appRoleAssignmentRequired",
      "DateTimeOffset": "preferredTokenSigningKeyEndDateTime",
      "Guid": "appOwnerOrganizationId",
      "Int64": "federatedIdentityCredentials/$count, ownedObjects/$count",
    },
    sort: {
      "advanced": "createdDateTime, deletedDateTime, displayName",
    },
    disputed: {
    },
  },
  users: {
    filter: {
      "egl|inx": "deletedDateTime",
      "egl|nx": "signInActivity/lastNonInteractiveSignInDateTime, signInActivity/lastSignInDateTime, signInActivity/lastSuccessfulSignInDateTime",
      "ei0|x": "identities/any/issuer",
      "eigl|0nx": "createdDateTime",
      "eigl|nx": "onPremisesLastSyncDateTime",
      "eisgl|0nx": "country, department, givenName, jobTitle, mailNickname, state, surname, usageLocation",
      "eisgl|n": "onPremisesUserPrincipalName",
      "eisgl|w0nx": "mail",
      "eisg|0nx": "city",
      "eisl|wnx": "userPrincipalName",
      "eis|0nx": "displayName",
      "eis|l0nx": "employeeId",
      "eis|wx": "otherMails/any, proxyAddresses/any",
      "eis|x": "imAddresses/any, infoCatalogs/any",
      "ei|0nx": "onPremisesSecurityIdentifier, userType",
      "ei|gl0nx": "onPremisesSyncEnabled",
      "ei|glnx": "accountEnabled, onPremisesImmutableId",
      "ei|nx": "ageGroup, cloudRealtimeCommunicationInfo/isSipEnabled, consentProvidedForMinor, creationType, externalUserState, id, isLicenseReconciliationNeeded, isResourceAccount",
      "ei|s0nx": "(directory extension)",
      "ei|x": "appRoleAssignments/any/id, assignedLicenses/any/skuId, licenseDetails/any/id, oauth2PermissionGrants/any/id, onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError, scopedRoleMemberOf/any/id",
      "e|": "identities/any/issuerAssignedId",
      "|": "(open extension), manager/id",
      "|ab": "assignedLicenses/$count, onPremisesProvisioningErrors/$count, otherMails/$count, proxyAddresses/$count",
      "|abcd": "ownedObjects/$count",
      "|e0n": "passwordPolicies",
      "|ei0nx": "passwordProfile/forceChangePasswordNextSignIn, passwordProfile/forceChangePasswordNextSignInWithMfa",
      "|eiglnx": "employeeHireDate, showInAddressList",
      "|einx": "onPremisesSipInfo/isSipEnabled",
      "|eis0nx": "(schema extension), faxNumber, onPremisesDistinguishedName, onPremisesExtensionAttributes/extensionAttribute",
      "|eisgl0nx": "companyName, mobilePhone, officeLocation, postalCode, preferredLanguage, streetAddress",
      "|eisglnx": "employeeType, onPremisesSamAccountName",
      "|eisnx": "employeeOrgData/costCenter, employeeOrgData/division",
      "|eisx": "assignedPlans/any/service, businessPhones/any, provisionedPlans/any/service",
      "|eix": "assignedPlans/any/capabilityStatus, assignedPlans/any/servicePlanId, authorizationInfo/certificateUserIds/any, createdObjects/any/id, provisionedPlans/any/provisioningStatus",
    },
    types: {
      "Any": "(directory extension), (open extension), (schema extension)",
      "Boolean": "accountEnabled, cloudRealtimeCommunicationInfo/isSipEnabled, isLicenseReconciliationNeeded, isResourceAccount, onPremisesSipInfo/isSipEnabled, onPremisesSyncEnabled, passwordProfile/forceChangePasswordNextSignIn, passwordProfile/forceChangePasswordNextSignInWithMfa, showInAddressList",
      "DateTimeOffset": "createdDateTime, deletedDateTime, employeeHireDate, onPremisesLastSyncDateTime, signInActivity/lastNonInteractiveSignInDateTime, signInActivity/lastSignInDateTime, signInActivity/lastSuccessfulSignInDateTime",
      "Guid": "assignedLicenses/any/skuId, assignedPlans/any/servicePlanId",
      "Int64": "assignedLicenses/$count, onPremisesProvisioningErrors/$count, otherMails/$count, ownedObjects/$count, proxyAddresses/$count",
    },
    sort: {
      "advanced": "createdDateTime, deletedDateTime",
      "basic": "displayName, userPrincipalName",
    },
    disputed: {
      "eq D/A": "onPremisesImmutableId, onPremisesLastSyncDateTime",
      "eq N/A": "passwordPolicies",
      "ge -/A": "accountEnabled, companyName, employeeType, mobilePhone, officeLocation, onPremisesImmutableId, onPremisesSamAccountName, onPremisesSyncEnabled, postalCode, preferredLanguage, showInAddressList, streetAddress",
      "ge -/D": "city, country, department, givenName, jobTitle, mail, mailNickname, state, surname, usageLocation",
      "ge D/A": "onPremisesLastSyncDateTime",
      "in D/-": "employeeId, id, isResourceAccount",
      "in D/A": "createdDateTime, onPremisesImmutableId, onPremisesLastSyncDateTime",
      "in N/-": "passwordPolicies",
      "le -/A": "accountEnabled, companyName, employeeId, employeeType, mobilePhone, officeLocation, onPremisesImmutableId, onPremisesSamAccountName, onPremisesSyncEnabled, postalCode, preferredLanguage, showInAddressList, streetAddress",
      "le -/D": "country, department, givenName, jobTitle, mail, mailNickname, state, surname, usageLocation, userPrincipalName",
      "le D/A": "onPremisesLastSyncDateTime",
      "ne N/A": "passwordPolicies",
      "not A/-": "employeeHireDate, employeeId, employeeType, givenName, isResourceAccount, jobTitle, mail, mailNickname, mobilePhone, officeLocation, onPremisesImmutableId, onPremisesLastSyncDateTime, onPremisesSamAccountName, onPremisesSecurityIdentifier, onPremisesSyncEnabled, postalCode, preferredLanguage, showInAddressList, state, streetAddress, surname, usageLocation, userPrincipalName",
      "not N/-": "passwordPolicies",
      "null A/-": "createdDateTime, mail, onPremisesSyncEnabled, usageLocation",
      "null N/-": "accountEnabled, ageGroup, consentProvidedForMinor, creationType, employeeHireDate, employeeType, isResourceAccount, onPremisesLastSyncDateTime, onPremisesSamAccountName, showInAddressList, userPrincipalName",
      "startsWith -/A": "employeeType",
      "startsWith -/D": "employeeId, state",
      "startsWith D/-": "jobTitle",
      "startsWith N/-": "passwordPolicies",
    },
  },
};
