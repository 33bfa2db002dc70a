// biome-ignore-all format: written by a program

/**
 * What Microsoft's tables say that a basic query can do with the properties of a collection. Written by test/facts/write-filter-marks.ts from
 * test/facts/filter-tables.tsv, whose header has the sources; each apart, so that a bundle holds those that are asked for.
 */
export interface FilterMarks {
  /** Properties by the letters of what can be done: e(q), i(n), s(tartsWith), g(e), l(e), n(ull); `none` where only an advanced query serves. */
  readonly basic: Readonly<Record<string, string>>;
  /** What a basic query sorts by. */
  readonly sortable: string;
}

export const administrativeUnits: FilterMarks = {
  basic: {
    none: "description",
    ei: "isMemberManagementRestricted, membershipRuleProcessingState, scopedRoleMembers/any/id",
    eis: "displayName, membershipRule",
  },
  sortable: "",
};

export const applications: FilterMarks = {
  basic: {
    none: "description, federatedIdentityCredentials/any/issuer, federatedIdentityCredentials/any/name, federatedIdentityCredentials/any/subject, info/logoUrl, info/termsOfServiceUrl, notes, publicClient/redirectUris/any, requiredResourceAccess/any/resourceAppId, serviceManagementReference, spa/redirectUris/any, verifiedPublisher/displayName, web/homePageUrl, web/redirectUris/any",
    ei: "appId, createdOnBehalfOf/id, disabledByMicrosoftStatus, id, signInAudience",
    eigl: "createdDateTime",
    eis: "displayName, identifierUris/any, publisherDomain, tags/any, uniqueName",
  },
  sortable: "",
};

export const contacts: FilterMarks = {
  basic: {
    none: "companyName",
    ei: "manager/id, onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError, onPremisesSyncEnabled",
    eigl: "onPremisesLastSyncDateTime",
    eis: "department, displayName, givenName, jobTitle, mail, mailNickname, proxyAddresses/any, surname",
  },
  sortable: "",
};

export const contracts: FilterMarks = {
  basic: {
    ei: "customerId",
    eis: "defaultDomainName, displayName",
  },
  sortable: "",
};

export const devices: FilterMarks = {
  basic: {
    none: "alternativeSecurityIds/any/identityProvider, deviceCategory, deviceOwnership, enrollmentProfileName, extensionAttributes, isRooted, managementType, manufacturer, model, registrationDateTime",
    ei: "accountEnabled, alternativeSecurityIds/any/type, deviceId, id, isCompliant, isManaged, mdmAppId, onPremisesSecurityIdentifier, onPremisesSyncEnabled, physicalIds/any, profileType, trustType",
    eigl: "approximateLastSignInDateTime, onPremisesLastSyncDateTime",
    eis: "displayName, hostnames/any, operatingSystem, operatingSystemVersion",
  },
  sortable: "",
};

export const directoryRoles: FilterMarks = {
  basic: {
    none: "description",
    ei: "displayName, roleTemplateId",
  },
  sortable: "",
};

export const groups: FilterMarks = {
  basic: {
    none: "description, expirationDateTime, onPremisesSamAccountName, preferredLanguage",
    e: "groupTypes/any",
    ei: "appRoleAssignments/any/id, assignedLicenses/any/skuId, createdByAppId, createdOnBehalfOf/id, id, isAssignableToRole, mailEnabled, membershipRuleProcessingState, onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError, onPremisesSecurityIdentifier, onPremisesSyncEnabled, resourceBehaviorOptions/any, resourceProvisioningOptions/any, securityEnabled, settings/any/id",
    eigl: "onPremisesLastSyncDateTime, renewedDateTime",
    ein: "hasMembersWithLicenseErrors",
    eis: "classification, displayName, infoCatalogs/any, mail, mailNickname, membershipRule, proxyAddresses/any, settings/any/displayName, uniqueName",
  },
  sortable: "displayName",
};

export const servicePrincipals: FilterMarks = {
  basic: {
    none: "appOwnerOrganizationId, appRoleAssignmentRequired, createdObjects/any/id, description, federatedIdentityCredentials/any/issuer, federatedIdentityCredentials/any/name, federatedIdentityCredentials/any/subject, homepage, info/logoUrl, info/termsOfServiceUrl, notes, verifiedPublisher/displayName",
    ei: "accountEnabled, appId, appRoleAssignedTo/any/id, appRoleAssignments/any/id, applicationTemplateId, delegatedPermissionClassifications/any/id, id, oauth2PermissionGrants/any/id, preferredSingleSignOnMode, remoteDesktopSecurityConfiguration/id, remoteDesktopSecurityConfiguration/targetDeviceGroups/any/id, servicePrincipalType",
    eigl: "preferredTokenSigningKeyEndDateTime",
    eis: "alternativeNames/any, displayName, publisherName, remoteDesktopSecurityConfiguration/targetDeviceGroups/any/displayName, servicePrincipalNames/any, tags/any",
  },
  sortable: "",
};

export const users: FilterMarks = {
  basic: {
    none: "(open extension), (schema extension), assignedPlans/any/capabilityStatus, assignedPlans/any/service, assignedPlans/any/servicePlanId, authorizationInfo/certificateUserIds/any, businessPhones/any, companyName, createdObjects/any/id, employeeHireDate, employeeOrgData/costCenter, employeeOrgData/division, employeeType, faxNumber, manager/id, mobilePhone, officeLocation, onPremisesDistinguishedName, onPremisesExtensionAttributes, onPremisesSamAccountName, onPremisesSipInfo/isSipEnabled, passwordPolicies, passwordProfile/forceChangePasswordNextSignIn, passwordProfile/forceChangePasswordNextSignInWithMfa, postalCode, preferredLanguage, provisionedPlans/any/provisioningStatus, provisionedPlans/any/service, showInAddressList, streetAddress",
    e: "identities/any/issuerAssignedId",
    egl: "deletedDateTime, signInActivity/lastNonInteractiveSignInDateTime, signInActivity/lastSignInDateTime, signInActivity/lastSuccessfulSignInDateTime",
    ei: "(directory extension), accountEnabled, ageGroup, appRoleAssignments/any/id, assignedLicenses/any/skuId, cloudRealtimeCommunicationInfo/isSipEnabled, consentProvidedForMinor, creationType, externalUserState, id, isLicenseReconciliationNeeded, isResourceAccount, licenseDetails/any/id, oauth2PermissionGrants/any/id, onPremisesImmutableId, onPremisesProvisioningErrors/any/category, onPremisesProvisioningErrors/any/propertyCausingError, onPremisesSecurityIdentifier, onPremisesSyncEnabled, scopedRoleMemberOf/any/id, userType",
    eigl: "createdDateTime, onPremisesLastSyncDateTime",
    ein: "identities/any/issuer",
    eis: "displayName, employeeId, imAddresses/any, infoCatalogs/any, otherMails/any, proxyAddresses/any",
    eisg: "city",
    eisgl: "country, department, givenName, jobTitle, mail, mailNickname, onPremisesUserPrincipalName, state, surname, usageLocation",
    eisl: "userPrincipalName",
  },
  sortable: "displayName, userPrincipalName",
};
