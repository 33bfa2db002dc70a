/**
 * Requests that Microsoft documents, or answers of Graph that somebody recorded, as data. Pages of learn.microsoft.com are named by the end of
 * their address; dates are those of the page or of the record, as far as known. In a path `{user}` and the like stand for an id, `{upn}` and
 * `{appId}` for those names. What a documented example has of its own (a name, a licence) is replaced where it decides nothing.
 */
export interface DocumentedRequest {
  source: string;
  date: string;
  /** `GET` unless it says otherwise; below `/v1.0` unless it begins with `/beta`. Not encoded. */
  request: string;
  /** `ConsistencyLevel: eventual`. */
  eventual?: true;
  body?: unknown;
  /** 200 where it isn't told. */
  status?: number;
  /** Of a refusal. */
  code?: string;
  message?: string;
  /** What follows `$metadata#`. */
  context?: string;
  /** Properties of every entry, or of the object, beside annotations: these and no others. */
  keys?: string;
  /** `@odata.type` of every entry. */
  type?: string;
  /** Whether `@odata.count` is there. */
  counted?: boolean;
  /** Most entries that a page has. */
  most?: number;
  /** The body of an answer that isn't JSON. */
  text?: RegExp;
}

type Details = Omit<DocumentedRequest, "source" | "date" | "request">;
type Row = readonly [request: string, details?: Details];

const eventual = { eventual: true } as const;
const counted = { eventual: true, counted: true } as const;
const unsupported = { status: 400, code: "Request_UnsupportedQuery" } as const;
const userDefaults =
  "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id";
const missingMember = (id: string) =>
  `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
const nobody = "00000000-1111-2222-3333-444444444444";
const seats = "6fd2c87f-b296-42f0-b197-1e91e994b900";

const pages: ReadonlyArray<readonly [source: string, date: string, rows: readonly Row[]]> = [
  [
    "graph/api/user-list",
    "2023",
    [
      ["/users", { context: "users", keys: userDefaults, most: 100 }],
      [
        "/users?$select=displayName,id&$filter=identities/any(c:c/issuerAssignedId eq 'j.smith@yahoo.com' and c/issuer eq 'My B2C tenant')",
        { context: "users(displayName,id)" },
      ],
      ["/users/$count", { eventual: true, text: /^\d+$/ }],
      ["/users?$filter=startswith(displayName,'a')&$orderby=displayName&$count=true&$top=1", { ...counted, most: 1 }],
      ["/users?$filter=endswith(mail,'a@contoso.com')&$orderby=userPrincipalName&$count=true", counted],
      ['/users?$search="displayName:wa"&$orderby=displayName&$count=true', counted],
      ['/users?$search="displayName:wa" OR "displayName:ad"&$orderby=displayName&$count=true', counted],
      [
        "/users?$select=id,displayName,mail,identities&$filter=endsWith(userPrincipalName,'#EXT#@contoso.com')&$count=true",
        { ...counted, context: "users(id,displayName,mail,identities)" },
      ],
      [
        `/users?$select=id,mail,assignedLicenses&$filter=assignedLicenses/any(u:u/skuId eq ${seats})`,
        { context: "users(id,mail,assignedLicenses)", keys: "id mail assignedLicenses" },
      ],
      ["/users?$select=ext55gb1l09_msLearnCourses", { context: "users(ext55gb1l09_msLearnCourses)" }],
      [
        "/users?$select=ext55gb1l09_msLearnCourses&$filter=ext55gb1l09_msLearnCourses/courseType eq 'Developer'&$count=true",
        { ...counted, keys: "ext55gb1l09_msLearnCourses" },
      ],
      [
        "/users?$select=displayName,userPrincipalName,signInActivity",
        {
          context: "users(displayName,userPrincipalName,signInActivity)",
          keys: "displayName userPrincipalName signInActivity id",
        },
      ],
      ["/users?$filter=signInActivity/lastSignInDateTime le 2026-09-01T00:00:00Z"],
      ["/users?$filter=not(signInActivity/lastSignInDateTime le 2026-09-01T00:00:00Z)&$count=true", counted],
      ["/users?$select=signInActivity&$top=999", { most: 500 }],
      ["/users?$select=aboutMe", { status: 501 }],
      ["/users?$select=skills,schools", { status: 501 }],
      ["/users?$select=mailboxSettings", { status: 501 }],
      ["/users?$select=displayName,givenName,postalCode", { keys: "displayName givenName postalCode" }],
      ["/users?$expand=extensions"],
      ["/users?$skip=10", unsupported],
      ["/users?$top=5", { most: 5 }],
      ["/users?$top=999", { most: 999 }],
    ],
  ],
  [
    "graph/aad-advanced-queries",
    "2023-04-14",
    [
      ["/users?$filter=accountEnabled eq false"],
      ["/users?$filter=accountEnabled ne true&$count=true", counted],
      ["/groups/$count", { eventual: true, text: /^\d+$/ }],
      ["/servicePrincipals?$count=true", counted],
      ["/users?$filter=assignedLicenses/$count eq 0&$count=true", counted],
      ['/applications?$search="displayName:Browser"', eventual],
      ["/applications?$orderby=displayName&$count=true", counted],
      ["/users?$count=true&$filter=endsWith(mail,'@outlook.com')", counted],
      ["/applications?$orderby=displayName&$filter=startsWith( displayName, 'Box')&$count=true", counted],
      ["/users?$filter=startsWith(mobilePhone, '25478') OR startsWith(mobilePhone, '25473')&$count=true", counted],
      ["/users?$filter=companyName ne null and NOT(companyName eq 'Microsoft')&$count=true", counted],
      ["/users?$filter=NOT startsWith(displayName, 'Conf')&$count=true", counted],
      [
        "/users?$count=true&$filter=proxyAddresses/any (p:endsWith(p, 'OnMicrosoft.com'))&$select=id,displayName,proxyaddresses",
        { ...counted, keys: "id displayName proxyAddresses" },
      ],
      ["/users/{user}/transitiveMemberOf/microsoft.graph.group?$count=true", { ...counted, context: "groups" }],
      ["/users/$count", { status: 400, code: "Request_BadRequest", message: "$count is not currently supported." }],
      [
        '/applications?$search="displayName:Browser"',
        {
          ...unsupported,
          message:
            "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
        },
      ],
      ["/beta/users?$filter=endsWith(userPrincipalName,'#EXT#@contoso.com')", unsupported],
      ["/users?$count=true", { counted: false }],
      ["/users?$orderby=displayName&$filter=accountEnabled eq true", unsupported],
      ["/users?$expand=manager&$count=true", { ...unsupported, eventual: true }],
      ["/users?$orderby=createdDateTime", unsupported],
      ["/users?$orderby=createdDateTime&$count=true", counted],
      ["/groups?$orderby=displayName"],
      ["/devices?$orderby=displayName", unsupported],
      ["/devices?$orderby=approximateLastSignInDateTime&$count=true", counted],
      ["/servicePrincipals?$orderby=displayName", unsupported],
      ["/users?$orderby=department", unsupported],
      ["/users?$filter=department in ('Sales','Retail')"],
    ],
  ],
  [
    "graph/filter-query-parameter",
    "2023",
    [
      ["/users?$filter=startswith(givenName,'J')"],
      ["/users?$filter=imAddresses/any(i:i eq 'admin@contoso.com')"],
      ["/users?$filter=NOT(imAddresses/any(i:i eq 'admin@contoso.com'))&$count=true", counted],
      ["/users?$filter=userPrincipalName eq 'adelev@contoso.com'"],
      ["/groups?$filter=groupTypes/any(c:c eq 'Unified')"],
      ["/groups?$filter=NOT groupTypes/any(c:c eq 'Unified')&$count=true", counted],
      ["/users?$filter=mail ne null&$count=true", counted],
      [
        "/users?$filter=startswith(displayName,'mary') or startswith(givenName,'mary') or startswith(surname,'mary') or startswith(mail,'mary') or startswith(userPrincipalName,'mary')",
      ],
      ["/users?$filter=createdDateTime ge 2021-01-01T00:00:00Z"],
      ["/applications?$filter=web/redirectUris/any(p:p eq 'https://contoso.com')&$count=true", counted],
    ],
  ],
  [
    "graph/api/user-get",
    "2024",
    [
      ["/users/{user}", { context: "users/$entity", keys: userDefaults }],
      ["/users/{upn}", { context: "users/$entity" }],
      ["/users('{upn}')", { context: "users/$entity" }],
      [
        "/users/{user}?$select=displayName,givenName,postalCode,identities",
        {
          context: "users(displayName,givenName,postalCode,identities)/$entity",
          keys: "displayName givenName postalCode identities",
        },
      ],
      ["/users/{user}?$select=skills,aboutMe", { keys: "skills aboutMe" }],
      ["/users/$AlexW@contoso.com", { status: 400 }],
      ["/users('$AlexW@contoso.com')", { status: 404, code: "Request_ResourceNotFound" }],
      [`/users/${nobody}`, { status: 404, code: "Request_ResourceNotFound", message: missingMember(nobody) }],
      [
        "/users/{user}?$select=accountEnabled,createdDateTime,userType",
        { keys: "accountEnabled createdDateTime userType" },
      ],
      ["/users/{user}?$select=onPremisesExtensionAttributes", { keys: "onPremisesExtensionAttributes" }],
    ],
  ],
  [
    "graph/api/user-list-manager",
    "2023",
    [
      ["/users/{report}/manager", { context: "directoryObjects/$entity", type: "#microsoft.graph.user" }],
      [
        "/users/{report}?$expand=manager($levels=max;$select=id,displayName)&$select=id,displayName&$count=true",
        {
          ...eventual,
          keys: "id displayName manager",
          context: "users(id,displayName,manager(id,displayName))/$entity",
        },
      ],
      ["/users?$expand=manager($select=id,displayName)", { context: "users(manager(id,displayName))" }],
    ],
  ],
  [
    "github.com/microsoftgraph/entra-powershell/issues/237",
    "2023",
    [["/users/{boss}/manager", { status: 404, code: "Request_ResourceNotFound", message: missingMember("manager") }]],
  ],
  [
    "github.com/microsoftgraph/microsoft-graph-docs/issues/18615",
    "2022-09",
    [
      [
        "/users?$expand=manager($levels=max)",
        {
          ...unsupported,
          message:
            "Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint",
        },
      ],
    ],
  ],
  ["graph/api/user-list-directreports", "2023", [["/users/{boss}/directReports", { context: "directoryObjects" }]]],
  [
    "graph/api/user-list-memberof",
    "2023",
    [
      ["/users/{user}/memberOf", { context: "directoryObjects" }],
      ["/users/{user}/memberOf/$count", { eventual: true, text: /^\d+$/ }],
      ["/users/{user}/memberOf/microsoft.graph.group/$count", { eventual: true, text: /^\d+$/ }],
      [
        '/users/{user}/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$search="displayName:Video"&$select=displayName,id',
        { ...counted, context: "groups(displayName,id)" },
      ],
      [
        "/users/{user}/memberOf/microsoft.graph.group?$count=true&$orderby=displayName&$filter=startswith(displayName,'a')",
        { ...counted, context: "groups" },
      ],
      ["/users/{user}/memberOf/microsoft.graph.directoryRole"],
      ["/users/{user}/memberOf/microsoft.graph.administrativeUnit"],
    ],
  ],
  [
    "graph/api/user-list-transitivememberof",
    "2023",
    [
      ["/users/{user}/transitiveMemberOf", { context: "directoryObjects" }],
      ["/users/{user}/transitiveMemberOf/microsoft.graph.group/$count", { eventual: true, text: /^\d+$/ }],
      [
        '/users/{user}/transitiveMemberOf/microsoft.graph.group?$count=true&$orderby=displayName&$search="displayName:tier"&$select=displayName,id',
        { ...counted, context: "groups(displayName,id)" },
      ],
      [
        "/users/{user}/transitiveMemberOf/microsoft.graph.group?$count=true&$filter=startswith(displayName,'a')",
        counted,
      ],
    ],
  ],
  [
    "graph/api/user-list-owneddevices",
    "2023",
    [
      ["/users/{user}/ownedDevices", { context: "directoryObjects" }],
      ["/users/{user}/registeredDevices", { context: "directoryObjects" }],
      ["/users/{user}/ownedObjects", { context: "directoryObjects" }],
      ["/users/{user}/createdObjects", { context: "directoryObjects" }],
      ["/users/{user}/licenseDetails", { context: "users('{user}')/licenseDetails" }],
      ["/users/{user}/appRoleAssignments", { context: "users('{user}')/appRoleAssignments" }],
      ["/users/{user}/oauth2PermissionGrants"],
    ],
  ],
  [
    "graph/api/group-list",
    "2023",
    [
      ["/groups", { context: "groups", most: 100 }],
      ["/groups/$count", { eventual: true, text: /^\d+$/ }],
      ["/groups?$filter=startswith(displayName,'a')&$count=true&$top=1&$orderby=displayName", { ...counted, most: 1 }],
      [
        '/groups?$search="displayName:Video"&$select=id,displayName',
        { eventual: true, context: "groups(id,displayName)" },
      ],
      ['/groups?$search="displayName:Video" OR "description:prod"&$orderby=displayName&$count=true', counted],
      ["/groups?$filter=hasMembersWithLicenseErrors eq true&$select=id,displayName"],
      ["/groups?$filter=NOT groupTypes/any(c:c eq 'Unified') and mailEnabled eq true&$count=true", counted],
      ["/groups?$filter=mailEnabled eq false and securityEnabled eq true"],
      ["/groups?$filter=isAssignableToRole eq true"],
      [
        "/groups?$filter=owners/$count eq 0 or owners/$count eq 1&$count=true&$select=id,displayName",
        { ...counted, keys: "id displayName" },
      ],
      ["/groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')"],
      [
        "/groups?$select=id,assignedLicenses&$filter=assignedLicenses/any()&$expand=members($select=id,displayName)",
        { context: "groups(id,assignedLicenses,members(id,displayName))" },
      ],
      ["/groups?$expand=members($select=id,displayName)", { context: "groups(members(id,displayName))" }],
      ["/groups?$top=1000", unsupported],
      ["/groups?$skip=1", unsupported],
    ],
  ],
  [
    "graph/api/group-get",
    "2023",
    [
      ["/groups/{group}", { context: "groups/$entity" }],
      ["/groups/{group}?$select=id,displayName", { context: "groups(id,displayName)/$entity", keys: "id displayName" }],
      [
        "/groups/{group}?$select=allowExternalSenders,autoSubscribeNewMembers,isSubscribedByMail,unseenCount",
        { keys: "allowExternalSenders autoSubscribeNewMembers isSubscribedByMail unseenCount" },
      ],
    ],
  ],
  [
    "graph/api/group-list-members",
    "2019",
    [
      ["/groups/{group}/members", { context: "directoryObjects" }],
      ["/groups/{group}/members/$count", { eventual: true, text: /^\d+$/ }],
      ["/groups/{group}/members/microsoft.graph.user/$count", { eventual: true, text: /^\d+$/ }],
      [
        '/groups/{group}/members/microsoft.graph.user?$count=true&$orderby=displayName&$search="displayName:Pr"&$select=displayName,id',
        { ...counted, context: "users(displayName,id)" },
      ],
      [
        "/groups/{group}/members?$count=true&$orderby=displayName&$filter=startswith(displayName,'a')&$select=displayName,id",
        { ...counted, context: "directoryObjects(displayName,id)" },
      ],
      ["/groups/{group}/members?$filter=startswith(displayName,'a')", unsupported],
      [`/groups/${nobody}/members`, { status: 404, code: "Request_ResourceNotFound", message: missingMember(nobody) }],
    ],
  ],
  [
    "graph/api/group-list-transitivemembers",
    "2022",
    [
      ["/groups/{group}/transitiveMembers", { context: "directoryObjects" }],
      ["/groups/{group}/transitiveMembers/$count", { eventual: true, text: /^\d+$/ }],
      [
        "/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true",
        { ...counted, context: "users", keys: userDefaults },
      ],
      [
        '/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true&$orderby=displayName&$search="displayName:tier"&$select=displayName,id',
        { ...counted, context: "users(displayName,id)", keys: "displayName id" },
      ],
      [
        "/groups/{group}/transitiveMembers/microsoft.graph.user?$count=true&$orderby=displayName&$filter=startswith(displayName,'a')",
        counted,
      ],
      ["/groups/{group}/transitiveMembers/microsoft.graph.directoryRole", unsupported],
    ],
  ],
  [
    "graph/api/group-list-owners",
    "2022",
    [
      ["/groups/{group}/owners", { context: "directoryObjects" }],
      ["/groups?$expand=owners", { context: "groups(owners())" }],
      ["/groups/{group}/memberOf", { context: "directoryObjects" }],
      ["/groups/{group}/transitiveMemberOf", { context: "directoryObjects" }],
      ["/groups/{group}/appRoleAssignments"],
      ["/groups/{group}/members/$ref", unsupported],
    ],
  ],
  [
    "graph/api/device-list",
    "2023",
    [
      ["/devices", { context: "devices" }],
      [
        '/devices?$count=true&$search="displayName:Android"&$select=id,displayName',
        { ...counted, keys: "id displayName" },
      ],
      ["/devices/$count", { eventual: true, text: /^\d+$/ }],
      ["/devices?$filter=startswith(displayName,'a')&$count=true&$top=1&$orderby=displayName", counted],
      [
        "/devices?$select=id,extensionAttributes",
        { context: "devices(id,extensionAttributes)", keys: "id extensionAttributes" },
      ],
      ["/devices?$filter=extensionAttributes/extensionAttribute1 eq 'BYOD-Device'&$count=true", counted],
      ["/devices?$filter=extensionAttributes/extensionAttribute1 eq 'BYOD-Device'", unsupported],
      ["/devices?$filter=physicalIds/any(x:x eq '[ZTDID]')"],
      ["/devices?$filter=operatingSystem eq 'Windows' and isCompliant eq true"],
      ["/devices?$filter=deviceId eq '4299a22d-8a62-4078-9a6a-d6e5a1b3e5b5'"],
      ["/devices?$filter=trustType eq 'AzureAd'"],
      ["/devices/{device}", { context: "devices/$entity" }],
      ["/devices/{device}/registeredOwners", { context: "directoryObjects", type: "#microsoft.graph.user" }],
      ["/devices/{device}/registeredUsers", { context: "directoryObjects", type: "#microsoft.graph.user" }],
      ["/devices/{device}/memberOf", { context: "directoryObjects" }],
      ["/devices/{device}/transitiveMemberOf", { context: "directoryObjects" }],
    ],
  ],
  [
    "graph/api/application-list",
    "2023",
    [
      ["/applications", { context: "applications" }],
      ["/applications/$count", { eventual: true, text: /^\d+$/ }],
      ["/applications?$filter=startswith(displayName,'a')&$count=true&$top=1&$orderby=displayName", counted],
      ['/applications?$search="displayName:Web"&$count=true', counted],
      ["/applications?$filter=appId eq '{appId}'", { most: 1 }],
      ["/applications(appId='{appId}')", { context: "applications/$entity" }],
      ["/applications/{application}", { context: "applications/$entity" }],
      ["/applications/{application}/owners", { context: "directoryObjects" }],
      [
        "/applications?$select=id,appId,displayName,passwordCredentials,keyCredentials",
        { keys: "id appId displayName passwordCredentials keyCredentials" },
      ],
      ["/applications?$expand=owners", { context: "applications(owners())" }],
      [
        "/applications/{application}/federatedIdentityCredentials",
        { context: "applications('{application}')/federatedIdentityCredentials" },
      ],
      ["/applications/{application}/extensionProperties"],
      ["/applications?$filter=identifierUris/any(x:x eq 'api://x')"],
      ["/applications?$filter=tags/any(t:t eq 'HideApp')"],
      ["/applications?$filter=signInAudience eq 'AzureADMyOrg'"],
      ["/applications?$filter=createdDateTime ge 2020-01-01T00:00:00Z"],
    ],
  ],
  [
    "graph/api/serviceprincipal-list",
    "2020",
    [
      ["/servicePrincipals", { context: "servicePrincipals" }],
      ["/servicePrincipals/$count", { eventual: true, text: /^\d+$/ }],
      ["/servicePrincipals?$filter=startswith(displayName,'a')&$count=true&$top=1&$orderby=displayName", counted],
      [
        '/servicePrincipals?$search="displayName:Team"&$select=id,displayName',
        { eventual: true, keys: "id displayName" },
      ],
      ["/servicePrincipals?$filter=appId eq '{appId}'", { most: 1 }],
      ["/servicePrincipals(appId='{appId}')", { context: "servicePrincipals/$entity" }],
      ["/servicePrincipals/{servicePrincipal}", { context: "servicePrincipals/$entity" }],
      ["/servicePrincipals/{servicePrincipal}/owners", { context: "directoryObjects" }],
      ["/servicePrincipals/{servicePrincipal}/ownedObjects", { context: "directoryObjects" }],
      ["/servicePrincipals/{servicePrincipal}/memberOf", { context: "directoryObjects" }],
      ["/servicePrincipals/{servicePrincipal}/transitiveMemberOf", { context: "directoryObjects" }],
      [
        "/servicePrincipals/{servicePrincipal}/appRoleAssignedTo",
        { context: "servicePrincipals('{servicePrincipal}')/appRoleAssignedTo" },
      ],
      [
        "/servicePrincipals/{servicePrincipal}/appRoleAssignments",
        { context: "servicePrincipals('{servicePrincipal}')/appRoleAssignments" },
      ],
      ["/servicePrincipals/{servicePrincipal}/oauth2PermissionGrants"],
      ["/servicePrincipals?$filter=servicePrincipalType eq 'Application'"],
      ["/servicePrincipals?$filter=tags/any(t:t eq 'WindowsAzureActiveDirectoryIntegratedApp')"],
      ["/servicePrincipals?$filter=servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')"],
    ],
  ],
  [
    "graph/api/orgcontact-list",
    "2023",
    [
      ["/contacts", { context: "contacts" }],
      ["/contacts/$count", { eventual: true, text: /^\d+$/ }],
      ["/contacts?$filter=startswith(displayName,'A')&$count=true&$top=1&$orderby=displayName", counted],
      ['/contacts?$search="displayName:wa"&$count=true', counted],
      ["/contacts/{contact}", { context: "contacts/$entity" }],
      ["/contacts/{contact}/memberOf", { context: "directoryObjects" }],
    ],
  ],
  [
    "graph/api/directoryrole-list",
    "2020",
    [
      [
        "/directoryRoles",
        { context: "directoryRoles", keys: "id deletedDateTime description displayName roleTemplateId" },
      ],
      ["/directoryRoles/{directoryRole}", { context: "directoryRoles/$entity" }],
      [
        "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members",
        { context: "directoryObjects" },
      ],
      ["/directoryRoles/{directoryRole}/members", { context: "directoryObjects" }],
      ["/directoryRoles/{directoryRole}/members?$top=5", unsupported],
    ],
  ],
  [
    "graph/api/administrativeunit-list-members",
    "2025-02-21",
    [
      ["/directory/administrativeUnits", { context: "directory/administrativeUnits" }],
      ["/directory/administrativeUnits/{administrativeUnit}"],
      ["/directory/administrativeUnits/{administrativeUnit}/members", { context: "directoryObjects" }],
      ["/directory/administrativeUnits/{administrativeUnit}/members/$ref"],
      [
        "/directory/administrativeUnits/{administrativeUnit}/members/microsoft.graph.user?$count=true",
        { ...counted, context: "users" },
      ],
    ],
  ],
  [
    "graph/api/organization-list",
    "2023",
    [
      ["/organization", { context: "organization" }],
      ["/organization?$select=id,displayName,verifiedDomains", { keys: "id displayName verifiedDomains" }],
    ],
  ],
  [
    "graph/api/domain-list",
    "2023",
    [
      ["/domains", { context: "domains" }],
      ["/domains/contoso.onmicrosoft.com"],
      ["/contracts", { context: "contracts" }],
    ],
  ],
  [
    "graph/api/subscribedsku-list",
    "2024",
    [
      [
        "/subscribedSkus",
        {
          context: "subscribedSkus",
          keys: "accountName accountId appliesTo capabilityStatus consumedUnits id prepaidUnits servicePlans skuId skuPartNumber subscriptionIds",
        },
      ],
      ["/subscribedSkus?$select=skuId,consumedUnits", { keys: "skuId consumedUnits" }],
    ],
  ],
  [
    "graph/api/rbacapplication-list-roleassignments",
    "2024-07-26",
    [
      [
        "/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10'&$expand=principal",
        { context: "roleManagement/directory/roleAssignments(principal())" },
      ],
      ["/roleManagement/directory/roleAssignments?$filter=principalId eq '{user}'"],
      ["/roleManagement/directory/roleDefinitions", { context: "roleManagement/directory/roleDefinitions" }],
    ],
  ],
  [
    "graph/api/directory-deleteditems-list",
    "2023",
    [
      ["/directory/deletedItems/microsoft.graph.group", { context: "groups" }],
      ["/directory/deletedItems/microsoft.graph.user", { context: "users" }],
      [
        "/directory/deletedItems/microsoft.graph.group?$count=true&$orderby=deletedDateTime asc&$select=id,displayName,deletedDateTime",
        { ...counted, context: "groups(id,displayName,deletedDateTime)" },
      ],
    ],
  ],
  [
    "graph/api/signin-list",
    "2022",
    [
      ["/auditLogs/signIns", { context: "auditLogs/signIns", most: 1000 }],
      ["/auditLogs/signIns?$filter=startsWith(appDisplayName,'Graph')&$top=10", { most: 10 }],
      ["/auditLogs/signIns?$filter=userPrincipalName eq '{upn}'"],
      ["/auditLogs/directoryAudits"],
      ["/reports/authenticationMethods/userRegistrationDetails"],
    ],
  ],
  [
    "graph/delta-query-overview",
    "2022-08-12",
    [
      ["/users/delta", { context: "users" }],
      ["/users/delta?$select=displayName,givenName,surname", { context: "users(displayName,givenName,surname)" }],
      ["/users/delta?$deltatoken=latest", { context: "users", most: 0 }],
      ["/users/delta?$deltaToken=latest", { context: "users", most: 0 }],
      ["/users/delta?$filter=id eq '{user}'", { most: 1 }],
      ["/users/delta()", { context: "users" }],
      ["/users/microsoft.graph.delta", { context: "users" }],
      ["/groups/delta/?$select=displayName,description", { context: "groups(displayName,description)" }],
      ["/groups/delta?$select=displayName,members", { context: "groups(displayName)" }],
      ["/groups/delta?$filter=id eq '{group}'", { context: "groups" }],
      ["/directoryRoles/delta"],
      ["/devices/delta"],
      ["/applications/delta"],
      ["/servicePrincipals/delta"],
      ["/contacts/delta"],
      ["/directory/administrativeUnits/delta"],
      [
        "/directoryObjects/delta?$filter=isof('microsoft.graph.user') or isof('microsoft.graph.group')",
        { context: "directoryObjects" },
      ],
      ["/directoryObjects/delta", unsupported],
      [
        "/users/delta?$select=skills",
        { status: 501, code: "NotImplemented", message: "This operation target is not yet supported." },
      ],
    ],
  ],
  [
    "graph/api/directoryobject-getbyids",
    "2019",
    [
      [
        "POST /directoryObjects/getByIds",
        { body: { ids: ["{user}", "{group}"], types: ["user", "group"] }, context: "directoryObjects", most: 2 },
      ],
      [
        "POST /directoryObjects/getByIds?$select=id,displayName",
        { body: { ids: ["{user}"], types: ["User"] }, keys: "id displayName", type: "#microsoft.graph.user" },
      ],
      [
        "POST /users/{user}/getMemberGroups",
        { body: { securityEnabledOnly: true }, context: "Collection(Edm.String)" },
      ],
      [
        "POST /users/{user}/getMemberObjects",
        { body: { securityEnabledOnly: false }, context: "Collection(Edm.String)" },
      ],
      ["POST /users/{user}/checkMemberGroups", { body: { groupIds: ["{group}"] }, context: "Collection(Edm.String)" }],
    ],
  ],
  [
    "kubeguard#132",
    "undated",
    [
      [
        "POST /directoryObjects/getByIds",
        {
          body: { ids: Array.from({ length: 1001 }, () => nobody) },
          status: 400,
          code: "Request_BadRequest",
          message: "Number of included identifiers cannot exceed '1000'.",
        },
      ],
    ],
  ],
  [
    "github.com/bradleymarques/microslop_one_drive test/fixtures/batch",
    "2026-02-20",
    [
      ["POST /$batch", { body: {}, status: 400, code: "BadRequest", message: "Invalid batch payload format." }],
      [
        "POST /$batch",
        {
          body: {
            requests: [
              { id: "1", method: "GET", url: "/users" },
              { id: "1", method: "GET", url: "/groups" },
            ],
          },
          status: 400,
          code: "BadRequest",
          message: "Request Id 1 has to be unique in a batch.",
        },
      ],
    ],
  ],
  [
    "a PowerShell seeding module, verified live",
    "2026",
    [
      [
        "POST /$batch",
        {
          body: { requests: Array.from({ length: 21 }, (_, id) => ({ id: String(id), method: "GET", url: "/users" })) },
          status: 400,
          message: "Number of requests inside batch exceed the limit",
        },
      ],
    ],
  ],
  [
    "recorded, by several",
    "2021 to 2026",
    [
      [
        "/users?$top=1000",
        { ...unsupported, message: "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive." },
      ],
      [
        "/users?$select=foo",
        {
          status: 400,
          code: "BadRequest",
          message:
            "Parsing OData Select and Expand failed: Could not find a property named 'foo' on type 'microsoft.graph.user'.",
        },
      ],
      [
        "/users?$filter=meeting eq 'x'",
        {
          status: 400,
          code: "BadRequest",
          message: "Invalid filter clause: Could not find a property named 'meeting' on type 'microsoft.graph.user'.",
        },
      ],
      [
        "/users?$filter=preferredDataLocation eq 'EUR'",
        {
          ...unsupported,
          message:
            "Unsupported or invalid query filter clause specified for property 'preferredDataLocation' of resource 'User'.",
        },
      ],
    ],
  ],
  [
    "graph/query-parameters",
    "2023",
    [
      ["/beta/users?select=displayName&top=3", { context: "users(displayName)", keys: "displayName", most: 3 }],
      ["/beta/users?filter=accountEnabled eq false&$select=accountEnabled", { keys: "accountEnabled" }],
      ["/users?$select=id,displayName&$top=2", { keys: "id displayName", most: 2 }],
      ["/users?$filter=displayName eq 'let''s meet for lunch?'"],
      ["/groups?$format=json"],
    ],
  ],
];

export const documentedRequests: readonly DocumentedRequest[] = pages.flatMap(([source, date, rows]) =>
  rows.map(([request, details = {}]) => ({ source, date, request, ...details })),
);
