/** Least application permission by the collection that was asked for. */
const permissions: Record<string, string> = {
  users: "User.Read.All",
  groups: "Group.Read.All",
  devices: "Device.Read.All",
  applications: "Application.Read.All",
  serviceprincipals: "Application.Read.All",
  organization: "Organization.Read.All",
  directoryroles: "RoleManagement.Read.Directory",
  auditlogs: "AuditLog.Read.All",
};

/** Relations that the collection's permission opens as well; others of these have one of their own, which is named where it is known. */
const opened: Record<string, string> = {
  users:
    "manager directreports transitivememberof transitivereports ownedobjects createdobjects owneddevices registereddevices sponsors photo photos",
  groups:
    "members transitivemembers owners memberof transitivememberof acceptedsenders rejectedsenders createdonbehalfof photo photos conversations threads",
};
const ofRelations: Record<string, string> = {
  "users/memberof": "Directory.Read.All",
  "users/approleassignments": "Directory.Read.All",
  "groups/approleassignments": "Directory.Read.All",
  "users/licensedetails": "LicenseAssignment.Read.All",
};

/** Naming one that the app may well have would lead in a circle. */
function leastPermission(url: string): string | undefined {
  const [collection = "", key, ...rest] = url.split(/[?#]/)[0]!.toLowerCase().split("/").slice(4);
  const name = collection.split("(")[0]!;
  const relation = (name === collection ? rest[0] : key)?.split("(")[0];
  if (relation === undefined || !opened[name] || opened[name].split(" ").includes(relation)) return permissions[name];
  return ofRelations[`${name}/${relation}`];
}

/** What is said of a 403: the permission that Graph names, or the least that opens the path. */
export function permissionRemedy({ url, message }: { url: string; message: string }): string {
  const named = /\b[A-Z]\w+\.Read\w*(\.\w+)*/.exec(message)?.[0] ?? leastPermission(url) ?? "this path needs";
  return `Give the app the application (not delegated) permission ${named}, and have an administrator consent to it.`;
}
