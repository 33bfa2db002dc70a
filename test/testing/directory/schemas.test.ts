import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { type GraphCaller, graphCaller } from "../graph/graph-caller.js";

/** Entity types of v1.0's metadata of 2026-08-20 (microsoftgraph/msgraph-metadata): properties, but for streams. */
const declared: Readonly<Record<string, string>> = {
  groups:
    "id accessType allowExternalSenders assignedLabels assignedLicenses autoSubscribeNewMembers classification createdDateTime description displayName expirationDateTime groupTypes hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients infoCatalogs isArchived isAssignableToRole isFavorite isManagementRestricted isSubscribedByMail licenseProcessingState mail mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName onPremisesExtensionAttributes onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled organizationId preferredDataLocation preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier serviceProvisioningErrors theme uniqueName unseenConversationsCount unseenCount unseenMessagesCount visibility welcomeMessageEnabled",
  applications:
    "id addIns api appId applicationTemplateId appRoles authenticationBehaviors certification createdByAppId createdDateTime defaultRedirectUri description disabledByMicrosoftStatus displayName groupMembershipClaims identifierUris info isDeviceOnlyAuthSupported isDisabled isFallbackPublicClient keyCredentials managerApplications nativeAuthenticationApisEnabled notes oauth2RequirePostResponse optionalClaims parentalControlSettings passwordCredentials publicClient publisherDomain requestSignatureVerification requiredResourceAccess samlMetadataUrl serviceManagementReference servicePrincipalLockConfiguration signInAudience spa tags tokenEncryptionKeyId uniqueName verifiedPublisher web",
  servicePrincipals:
    "id accountEnabled addIns alternativeNames appDescription appDisplayName appId applicationTemplateId appOwnerOrganizationId appRoleAssignmentRequired appRoles createdByAppId customSecurityAttributes description disabledByMicrosoftStatus displayName homepage info isDisabled keyCredentials loginUrl logoutUrl notes notificationEmailAddresses oauth2PermissionScopes passwordCredentials preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls resourceSpecificApplicationPermissions samlSingleSignOnSettings servicePrincipalNames servicePrincipalType signInAudience tags tokenEncryptionKeyId verifiedPublisher",
  devices:
    "id accountEnabled alternativeSecurityIds approximateLastSignInDateTime complianceExpirationDateTime deviceCategory deviceId deviceMetadata deviceOwnership deviceVersion displayName enrollmentProfileName enrollmentType isCompliant isManaged isManagementRestricted isRooted managementType manufacturer mdmAppId model onPremisesLastSyncDateTime onPremisesSecurityIdentifier onPremisesSyncEnabled operatingSystem operatingSystemVersion physicalIds profileType registrationDateTime systemLabels trustType",
  organization:
    "id assignedPlans businessPhones city country countryLetterCode createdDateTime defaultUsageLocation displayName marketingNotificationEmails mobileDeviceManagementAuthority onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode preferredLanguage privacyProfile provisionedPlans securityComplianceNotificationMails securityComplianceNotificationPhones state street technicalNotificationMails tenantType verifiedDomains",
  users:
    "id aboutMe accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo birthday businessPhones city companyName consentProvidedForMinor country createdDateTime creationType customSecurityAttributes department deviceEnrollmentLimit displayName employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType externalUserState externalUserStateChangeDateTime faxNumber givenName hireDate identities identityParentId imAddresses interests isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification licenseAssignmentStates mail mailboxSettings mailNickname mobilePhone mySite officeLocation onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies passwordProfile pastProjects postalCode preferredDataLocation preferredLanguage preferredName print provisionedPlans proxyAddresses responsibilities schools securityIdentifier serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime skills state streetAddress surname usageLocation userPrincipalName userType",
};

let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 5, roles: ["Directory.Read.All", "AuditLog.Read.All"] });
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

describe("what can be selected", () => {
  it.each(Object.entries(declared))("%s: all that v1.0 declares, of a single object", async (path, names) => {
    const [{ id } = {}] = (await graph.get(`/${path}`)).json.value;
    const answer = await graph.get(`/${path}/${id}?$select=${names.replaceAll(" ", ",")}`);
    expect([answer.status, answer.json.error?.message]).toEqual([200, undefined]);
    const shown = Object.keys(answer.json).filter((name) => !name.startsWith("@"));
    expect(shown.sort()).toEqual(names.split(" ").sort());
  });

  it("extensions of a directory and of a schema are there for whoever has them", async () => {
    const extension = "extension_0a1b2c3d4e5f60718293a4b5c6d7e8f9_badge";
    for (const objects of [emulator.users, emulator.groups, emulator.devices]) {
      const given = { displayName: "Extended", [extension]: "B-1", contoso_rooms: { floor: 3 } };
      objects.add(given as never);
    }
    for (const path of ["users", "groups", "devices"]) {
      const found = await graph.get(
        `/${path}?$filter=${extension} eq 'b-1'&$select=displayName,${extension},contoso_rooms`,
      );
      expect(found.json.value).toEqual([{ displayName: "Extended", [extension]: "B-1", contoso_rooms: { floor: 3 } }]);
      const unknown = await graph.get(`/${path}?$select=contoso_roms`);
      expect([unknown.status, unknown.json.error?.code]).toEqual([400, "BadRequest"]);
    }
  });
});
