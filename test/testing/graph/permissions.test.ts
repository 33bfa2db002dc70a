import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guardedProperties, permissionTable } from "../../../src/testing/graph/permission-table.js";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { sampled } from "../../support/thorough.js";
import { type GraphCaller, graphCaller } from "./graph-caller.js";

let emulator: Emulator;
let graph: GraphCaller;
/** An id for each kind of object, by its path. */
const ids: Record<string, string> = {};

const roots = ["users", "groups", "devices", "applications", "servicePrincipals", "contacts", "directoryRoles"];
const everything = [
  ...new Set(permissionTable.flatMap(({ least, also }) => [least, ...also])),
  "User-LifeCycleInfo.Read.All",
];

/** From the next token on. */
function grant(...roles: string[]): void {
  emulator.app().roles = roles;
  graph.renewToken();
}

beforeAll(async () => {
  emulator = await startEmulator({ users: 40, roles: everything });
  graph = graphCaller(emulator);
  const others = ["domains", "subscribedSkus", "organization", "directoryRoleTemplates", "auditLogs/signIns"];
  const more = [
    "auditLogs/directoryAudits",
    "roleManagement/directory/roleAssignments",
    "directory/administrativeUnits",
  ];
  const roles = "roleManagement/directory/roleDefinitions";
  const details = "reports/authenticationMethods/userRegistrationDetails";
  for (const root of [...roots, ...others, ...more, roles, details]) {
    ids[root] = String((await graph.get(`/${root}`)).json.value[0]!.id);
  }
  ids.directoryObjects = ids.users!;
});
afterAll(() => emulator.stop());

const bodies: Record<string, object> = {
  getByIds: { ids: [] },
  getMemberGroups: { securityEnabledOnly: false },
  getMemberObjects: { securityEnabledOnly: false },
  checkMemberGroups: { groupIds: [] },
  checkMemberObjects: { ids: [] },
};

async function ask(method: string, path: string) {
  const filled = path
    .replace("/{span}", "(period='D7')")
    .replace("photos/{id}", "photos/48x48")
    .replace("{id}", ids[path.slice(0, path.indexOf("/{id}"))] ?? "");
  const filter = path === "directoryObjects/delta" ? "?$filter=isof('microsoft.graph.user')" : "";
  const { status, json } = await (method === "GET"
    ? graph.get(`/${filled}${filter}`)
    : graph.post(`/${filled}`, bodies[path.split("/").at(-1)!]));
  return { status, code: json?.error?.code, message: json?.error?.message };
}

const recorded = {
  code: "Authentication_MSGraphPermissionMissing",
  message:
    "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.",
};
const denied = {
  code: "Authorization_RequestDenied",
  message: "Insufficient privileges to complete the operation.",
};

describe("a request", () => {
  const named = sampled(permissionTable, 6).map((row) => [`${row.method} ${row.path}`, row] as const);

  it.each(named)(
    "%s is refused without its permissions, in the words of Graph",
    async (_, { method, path, least, also }) => {
      grant(...everything.filter((permission) => permission !== least && !also.includes(permission)), "Mail.Read");
      const refusal = path.startsWith("auditLogs/") ? recorded : denied;
      expect(await ask(method, path)).toEqual({ status: 403, ...refusal });
      expect(emulator.requests.at(-1)?.advice?.lacks).toHaveLength(1);
      expect([least, ...also]).toContain(emulator.requests.at(-1)?.advice?.lacks?.[0]);
    },
  );

  it.each(named)("%s is let through with any one of them", async (_, { method, path, least, also }) => {
    for (const permission of [least, ...also]) {
      grant(permission);
      // What comes then may be nothing (no manager, no photo), or a download.
      expect([permission, (await ask(method, path)).status]).not.toEqual([permission, 403]);
    }
  });

  it("by id, of an object whose relation isn't in the table, needs what the object does", async () => {
    grant("Group.Read.All");
    expect((await graph.get(`/groups/${ids.groups}/acceptedSenders`)).status).toBe(200);
    grant("User.Read.All");
    expect((await graph.get(`/groups/${ids.groups}/acceptedSenders`)).status).toBe(403);
  });

  it.each([
    ["/groups/$count", "Group.Read.All"],
    ["/groups/ID/members/microsoft.graph.user/$count", "GroupMember.Read.All"],
    ["/directory/deletedItems/microsoft.graph.group", "Group.Read.All"],
    ["/administrativeUnits", "AdministrativeUnit.Read.All"],
    ["/directoryObjects/delta?$filter=isof('microsoft.graph.device')", "Device.Read.All"],
    ["/GROUPS", "Group.Read.All"],
  ])("%s needs %s, as what it is about", async (path, permission) => {
    const headers = { ConsistencyLevel: "eventual" };
    const status = async () => (await graph.get(path.replace("ID", ids.groups!), headers)).status;
    grant("User.Read.All");
    expect(await status()).toBe(403);
    grant(permission);
    expect(await status()).toBe(200);
  });

  it("for the company passes with what the first app has", async () => {
    await using fresh = await startEmulator({ users: 1 });
    expect(fresh.app().roles).toEqual(["User.Read.All"]);
    expect((await graphCaller(fresh).get("/organization")).status).toBe(200);
  });
});

describe("a property", () => {
  it.each([
    ["/users?$select=id,signInActivity", "a list"],
    ["/users?$select=Id,SIGNINACTIVITY", "in any spelling"],
    ["/users?$filter=signInActivity/lastSignInDateTime le 2026-01-01T00:00:00Z", "a filter"],
    ["/users/ID?$select=signInActivity", "a single user"],
    ["/groups/GROUP/members/microsoft.graph.user?$select=id,signInActivity", "members"],
    ["/groups/GROUP/members?$select=id,signInActivity", "members of any kind"],
    ["/users/ID?$expand=manager($select=signInActivity)", "what is expanded"],
    ["/users/delta?$select=id,signInActivity", "a round of changes"],
    [
      "/directoryObjects/delta?$filter=isof('microsoft.graph.user')&$select=microsoft.graph.user/signInActivity",
      "a round of changes of any kind",
    ],
  ])("signInActivity in %s (%s) needs AuditLog.Read.All", async (path) => {
    const address = path.replace("ID", ids.users!).replace("GROUP", ids.groups!);
    grant("User.Read.All", "Group.Read.All", "Directory.Read.All");
    const { status, json } = await graph.get(address);
    expect([status, json.error]).toEqual([403, expect.objectContaining(recorded)]);
    expect(emulator.requests.at(-1)?.advice?.lacks).toEqual(["AuditLog.Read.All"]);
    grant("User.Read.All", "Group.Read.All", "AuditLog.Read.All");
    expect((await graph.get(address)).status).toBe(200);
  });

  it("that is only a value of a filter needs nothing", async () => {
    grant("User.Read.All");
    expect((await graph.get("/users?$filter=displayName eq 'signInActivity'")).status).toBe(200);
  });

  const secrets = guardedProperties.filter(({ entity, without }) => entity === "user" && without === "null");
  it.each(secrets)("$property is null in a 200 without $least", async ({ property, least }) => {
    const given = property === "employeeLeaveDateTime" ? "2027-01-01T00:00:00Z" : { Team: { Number: 7 } };
    emulator.users.update(ids.users!, { [property]: given });
    const shown = async (path: string) => {
      const { json } = await graph.get(path);
      return (json.value ?? [json]).find(({ id }) => id === ids.users)?.[property];
    };
    const paths = ["/users", `/users/${ids.users}`, "/users/delta"].map((path) => `${path}?$select=id,${property}`);
    grant("User.Read.All", "Directory.Read.All");
    for (const path of paths) expect([path, (await shown(path)) ?? null]).toEqual([path, null]);
    grant("User.Read.All", least);
    for (const path of paths) expect([path, await shown(path)]).toEqual([path, given]);
  });
});
