import type { Probe, Topic } from "./probe.js";

const eventual = { ConsistencyLevel: "eventual" };
const nobody = "00000000-0000-4000-8000-000000000000";

const get = (topic: Topic, ...paths: string[]): Probe[] => paths.map((path) => ({ topic, path }));
const advanced = (...paths: string[]): Probe[] => paths.map((path) => ({ topic: "advanced", path, headers: eventual }));
const login = (path: string, form?: Record<string, string>): Probe => ({
  topic: "tokens",
  service: "login",
  path,
  ...(form && { body: new URLSearchParams(form) }),
});
const batch = (...urls: string[]): Probe => ({
  topic: "batch",
  path: "/$batch",
  body: { requests: urls.map((url, number) => ({ id: `${number}`, method: "GET", url })) },
});

const scope = "https://graph.microsoft.com/.default";
const wrong = { client_id: "{client}", client_secret: "not-the-secret", grant_type: "client_credentials", scope };

/** Every request that is compared. A wrong secret is among them, which shows in the tenant's log of sign-ins. */
export const probes: readonly Probe[] = [
  login("/v2.0/.well-known/openid-configuration"),
  login("/discovery/v2.0/keys"),
  login("/oauth2/v2.0/token", wrong),
  login("/oauth2/v2.0/token", { ...wrong, client_id: nobody }),
  login("/oauth2/v2.0/token", { ...wrong, grant_type: "nonsense" }),
  login("/oauth2/v2.0/token", {
    client_id: "{client}",
    client_secret: "not-the-secret",
    grant_type: "client_credentials",
  }),
  login("/oauth2/v2.0/token", { ...wrong, scope: "User.Read.All" }),

  ...get(
    "lists",
    "/users?$top=5",
    "/users?$top=5&$select=id,displayName,accountEnabled,createdDateTime,userType",
    "/users/{user}",
    "/users/{user}?$select=id,mail,assignedLicenses,identities",
    "/groups?$top=5",
    "/groups/{group}",
    "/devices?$top=5&$select=id,deviceId,displayName,operatingSystem,accountEnabled",
    "/applications?$top=5&$select=id,appId,displayName,createdDateTime,signInAudience",
    "/servicePrincipals?$top=5&$select=id,appId,displayName,servicePrincipalType,appRoles",
    "/directoryRoles?$select=id,displayName,roleTemplateId",
    "/administrativeUnits?$top=5",
    "/organization",
    "/domains",
    "/subscribedSkus",
    "/auditLogs/directoryAudits?$top=1",
    "/auditLogs/signIns?$top=1",
  ),

  ...get(
    "queries",
    "/users?$top=5&$select=id&$filter=accountEnabled eq true",
    "/users?$top=5&$select=id,displayName&$filter=startswith(displayName,'a')",
    "/users?$top=5&$select=id&$filter=userType in ('Member','Guest')",
    "/users?$top=5&$select=id&$filter=createdDateTime ge 2000-01-01T00:00:00Z",
    "/users?$top=5&$select=id,displayName&$orderby=displayName",
    "/users?$top=5&$select=id,displayName&$expand=manager($select=id)",
    "/groups?$top=5&$select=id&$filter=securityEnabled eq true",
    "/groups?$top=5&$select=id&$filter=groupTypes/any(t:t eq 'Unified')",
    "/applications?$top=5&$select=id&$filter=startswith(displayName,'a')",
    "/users?$top=5&$select=id&$filter=mail ne null",
    "/users?$top=5&$select=id&$filter=endswith(mail,'.com')",
    '/users?$top=5&$select=id&$search="displayName:a"',
    "/users/$count",
    "/users?$count=true&$top=5&$select=id",
  ),
  ...advanced(
    "/users/$count",
    "/groups/$count",
    "/users?$count=true&$top=5&$select=id",
    "/users?$count=true&$top=5&$select=id&$filter=mail ne null",
    "/users?$count=true&$top=5&$select=id&$filter=endswith(mail,'.com')",
    "/users?$count=true&$top=5&$select=id&$filter=not(startswith(displayName,'a'))",
    "/users?$count=true&$top=5&$select=id&$filter=accountEnabled eq true&$orderby=displayName",
    '/users?$top=5&$select=id&$search="displayName:a"',
    "/groups?$count=true&$top=5&$select=id&$filter=mailEnabled eq false and securityEnabled eq true",
    "/applications?$count=true&$top=5&$select=id",
    "/users/{user}/memberOf/$count",
  ),

  ...get(
    "relations",
    "/groups/{group}/members?$top=5",
    "/groups/{group}/members?$top=5&$select=id",
    "/groups/{group}/members/microsoft.graph.user?$top=5&$select=id",
    "/groups/{group}/owners?$select=id",
    "/groups/{group}/transitiveMembers?$top=5&$select=id",
    "/users/{user}/manager?$select=id",
    "/users/{user}/directReports?$select=id",
    "/users/{user}/memberOf?$top=5&$select=id",
    "/users/{user}/transitiveMemberOf?$top=5&$select=id",
    "/users/{user}/licenseDetails",
    "/servicePrincipals/{servicePrincipal}/appRoleAssignments?$top=5",
    "/applications/{application}/owners?$select=id",
    "/devices/{device}/registeredOwners?$select=id",
    "/directory/deletedItems/microsoft.graph.user?$top=5&$select=id,deletedDateTime",
  ),
  { topic: "relations", path: "/directoryObjects/getByIds", body: { ids: ["{user}"], types: ["user"] } },
  { topic: "relations", path: "/users/{user}/getMemberGroups", body: { securityEnabledOnly: false } },

  ...get(
    "delta",
    "/users/delta?$select=displayName",
    "/users/delta?$deltatoken=latest&$select=displayName",
    "/groups/delta?$select=displayName,members",
    "/groups/delta?$deltatoken=latest",
  ),
  { topic: "delta", path: "", behind: "/users/delta?$deltatoken=latest&$select=displayName" },
  { topic: "delta", path: "", behind: "/groups/delta?$deltatoken=latest" },

  batch("/users?$top=1&$select=id", "/users/{user}?$select=id", `/users/${nobody}`, "/users/$count"),
  batch("/groups/{group}/members?$top=1&$select=id", "/nonsense"),
  {
    topic: "batch",
    path: "/$batch",
    body: { requests: ["1", "1"].map((id) => ({ id, method: "GET", url: "/users" })) },
  },
  { topic: "batch", path: "/$batch", body: { requests: [] } },
  { topic: "batch", path: "/$batch", body: {} },

  ...get("paging", "/users?$top=1&$select=id", "/groups?$top=1&$select=id", "/users?$top=999&$select=id"),
  { topic: "paging", path: "", behind: "/users?$top=1&$select=id" },
  { topic: "paging", path: "", behind: "/groups?$top=1&$select=id" },

  ...get(
    "refusals",
    `/users/${nobody}`,
    `/groups/${nobody}/members`,
    "/nonsense",
    "/users?$top=1000",
    "/users?$top=0",
    "/users?$top=a",
    "/users?$skip=1",
    "/users?$select=nonsense",
    "/users?$filter=nonsense eq 1",
    "/users?$filter=displayName eq",
    "/users?$filter=displayName eq 'a",
    "/users?$filter=accountEnabled eq 'a'",
    "/users?$orderby=nonsense",
    "/users?$expand=nonsense",
    "/users?$skiptoken=nonsense",
    "/users/delta?$deltatoken=nonsense",
    "/users/delta?$filter=displayName eq 'a'",
    "/users/{user}/nonsense",
  ),
  { topic: "refusals", path: "/users?$search=displayName", headers: eventual },
  { topic: "refusals", path: "/users?$top=1", authorization: "none" },
  { topic: "refusals", path: "/users?$top=1", authorization: "not a token" },
];
