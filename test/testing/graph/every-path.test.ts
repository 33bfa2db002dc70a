import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { eventual, graphCaller } from "./graph-caller.js";

/** Everything that the library types, batches or mirrors must be found in the embedded tenant. */
let emulator: Emulator;
let graph: ReturnType<typeof graphCaller>;
const ids: Record<string, string> = {};

const everything = [
  "Directory.Read.All",
  "User.Read.All",
  "Group.Read.All",
  "Application.Read.All",
  "Device.Read.All",
  "OrgContact.Read.All",
  "AdministrativeUnit.Read.All",
  "RoleManagement.Read.Directory",
  "Organization.Read.All",
  "Domain.Read.All",
  "LicenseAssignment.Read.All",
  "AuditLog.Read.All",
  "Reports.Read.All",
  "ProfilePhoto.Read.All",
  "Member.Read.Hidden",
];

beforeAll(async () => {
  emulator = await startEmulator({ users: 60, roles: everything });
  graph = graphCaller(emulator);
  const roots = ["users", "groups", "devices", "applications", "servicePrincipals", "contacts", "directoryRoles"];
  for (const root of [...roots, "directory/administrativeUnits"]) {
    const { json } = await graph.get(`/${root}`);
    ids[root] = json.value[0]?.id as string;
  }
});
afterAll(() => emulator.stop());

const casts = ["user", "group", "device", "servicePrincipal"].map((kind) => `/microsoft.graph.${kind}`);
const relations: Record<string, string[]> = {
  users: [
    "memberOf",
    "transitiveMemberOf",
    "directReports",
    "ownedObjects",
    "ownedDevices",
    "registeredDevices",
    "licenseDetails",
    "appRoleAssignments",
  ],
  groups: ["members", "transitiveMembers", "owners", "memberOf", "transitiveMemberOf", "appRoleAssignments"],
  devices: ["registeredOwners", "registeredUsers", "memberOf", "transitiveMemberOf"],
  applications: ["owners"],
  servicePrincipals: [
    "owners",
    "ownedObjects",
    "memberOf",
    "transitiveMemberOf",
    "appRoleAssignments",
    "appRoleAssignedTo",
  ],
  contacts: ["memberOf", "transitiveMemberOf"],
  directoryRoles: ["members"],
  "directory/administrativeUnits": ["members"],
};

describe("a path that lists", () => {
  it.each([
    ...Object.keys(relations),
    "domains",
    "subscribedSkus",
    "organization",
    "directoryRoleTemplates",
    "auditLogs/signIns",
    "auditLogs/directoryAudits",
    "roleManagement/directory/roleAssignments",
    "roleManagement/directory/roleDefinitions",
    "directory/deletedItems/microsoft.graph.user",
    "directory/deletedItems/microsoft.graph.group",
  ])("/%s is answered with a list", async (path) => {
    const { status, json } = await graph.get(`/${path}`);
    expect([status, Array.isArray(json.value)]).toEqual([200, true]);
  });

  it.each(Object.entries(relations).flatMap(([root, names]) => names.map((name) => [root, name] as const)))(
    "/%s/{id}/%s is answered with a list",
    async (root, name) => {
      const { status, json } = await graph.get(`/${root}/${ids[root]}/${name}`);
      expect([status, Array.isArray(json.value)]).toEqual([200, true]);
    },
  );

  it.each(["members", "transitiveMembers"].flatMap((name) => casts.map((cast) => name + cast)))(
    "/groups/{id}/%s is answered, and its number is that of its objects",
    async (path) => {
      const { status, json } = await graph.get(`/groups/${ids.groups}/${path}?$count=true&$top=999`, eventual);
      expect(status).toBe(200);
      const { text } = await graph.get(`/groups/${ids.groups}/${path}/$count`, eventual);
      expect(Number(text.replace("\ufeff", ""))).toBe(json.value.length);
    },
  );
});

it.each([
  "users",
  "groups",
  "devices",
  "applications",
  "servicePrincipals",
  "contacts",
  "directoryRoles",
  "directory/administrativeUnits",
])("/%s can be counted, read singly and followed", async (root) => {
  const single = await graph.get(`/${root}/${ids[root]}`);
  expect([single.status, (single.json as unknown as { id: string }).id]).toEqual([200, ids[root]]);
  const delta = await graph.get(`/${root}/delta?$deltatoken=latest`);
  expect([delta.status, typeof delta.json["@odata.deltaLink"]]).toEqual([200, "string"]);
  if (root !== "directoryRoles") expect((await graph.get(`/${root}/$count`, eventual)).status).toBe(200);
});
