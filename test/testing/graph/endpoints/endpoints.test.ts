import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../../src/testing/index.js";
import { requestToken } from "../../entra/token-request.js";
import { eventual, type GraphCaller, graphCaller, query } from "../graph-caller.js";

const roles = [
  ...["Directory.Read.All", "AuditLog.Read.All", "Reports.Read.All", "Domain.Read.All", "LicenseAssignment.Read.All"],
];
let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 150, roles });
});
beforeEach(() => {
  emulator.reset();
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

type Row = Record<string, unknown>;
async function list(path: string, headers: Record<string, string> = {}): Promise<Row[]> {
  return (await graph.pages(path, headers)).flatMap(({ value }) => value);
}
const idsOf = (rows: readonly Row[]) => rows.map(({ id }) => String(id));
async function action(path: string, body: object): Promise<string[]> {
  const { json } = await graph.post(path, body);
  expect(json["@odata.context"]).toBe("https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)");
  return json.value as unknown[] as string[];
}

describe("getByIds", () => {
  it("finds objects of every kind, each once and with its type, and leaves out ids that nobody has", async () => {
    const kinds = ["users", "groups", "devices", "servicePrincipals", "directoryRoles", "contacts"];
    const some = await Promise.all(kinds.map(async (kind) => (await graph.get(`/${kind}`)).json.value.at(-1)!));
    const ids = [...idsOf(some), ...idsOf(some).map((id) => id.toUpperCase()), "nobody"];
    const { json, headers } = await graph.post("/directoryObjects/getByIds", { ids });
    expect(headers.get("x-ms-resource-unit")).toBe("3");
    expect(idsOf(json.value).sort()).toEqual(idsOf(some).sort());
    expect(json.value.map((object) => object["@odata.type"]).sort()).toEqual(
      ["user", "group", "device", "servicePrincipal", "directoryRole", "orgContact"]
        .map((type) => `#microsoft.graph.${type}`)
        .sort(),
    );
    for (const object of json.value)
      expect(some).toContainEqual(expect.objectContaining({ displayName: object.displayName }));
    const typed = await graph.post("/directoryObjects/getByIds?$select=id", { ids, types: ["USER", "group"] });
    expect(typed.json.value).toHaveLength(2);
    expect(Object.keys(typed.json.value[0]!)).toEqual(["@odata.type", "id"]);
  });

  it.each<[string, string, unknown, string]>([
    [
      "more than a thousand ids",
      "",
      { ids: Array(1001).fill("x") },
      "Number of included identifiers cannot exceed '1000'.",
    ],
    [
      "another option than $select",
      "?$top=5",
      { ids: [] },
      "The following query options are not supported by this request method or cannot be applied to the requested resource: $top",
    ],
    ["no JSON", "", "ids", "Unable to read JSON request payload."],
    ["ids that are none", "", { ids: [5] }, "Invalid value specified for property 'ids'."],
  ])("refuses %s", async (_, options, body, message) => {
    const { status, json } = await graph.post(`/directoryObjects/getByIds${options}`, body);
    expect(status).toBe(400);
    expect(json.error?.message).toContain(message);
  });

  it("shows no more than the id of kinds that the app can't read", async () => {
    const { id } = (await graph.get("/devices")).json.value[0]!;
    emulator.app().roles = ["User.Read.All"];
    graph.renewToken();
    const { json } = await graph.post("/directoryObjects/getByIds?$select=id,displayName", { ids: [id] });
    expect(json.value).toEqual([{ "@odata.type": "#microsoft.graph.device", id, displayName: null }]);
  });
});

describe("getMemberGroups and its like", () => {
  it("agree with transitiveMemberOf, for every kind of member", async () => {
    for (const kind of ["users", "groups", "devices", "contacts", "servicePrincipals"]) {
      const { id } = (await graph.get(`/${kind}`)).json.value.at(-1)!;
      const found = await list(`/${kind}/${id}/transitiveMemberOf?$top=999`);
      const groups = found.filter((object) => object["@odata.type"] === "#microsoft.graph.group");
      const secure = groups.filter(({ securityEnabled }) => securityEnabled);
      const ask = (name: string, securityEnabledOnly: boolean) =>
        action(`/${kind}/${id}/${name}`, { securityEnabledOnly });
      expect((await ask("getMemberGroups", false)).sort()).toEqual(idsOf(groups).sort());
      expect((await ask("getMemberGroups", true)).sort()).toEqual(idsOf(secure).sort());
      expect((await ask("microsoft.graph.getMemberObjects", false)).sort()).toEqual(idsOf(found).sort());
      const viaObject = await action(`/directoryObjects/${id}/getMemberObjects`, { securityEnabledOnly: false });
      expect(viaObject.sort()).toEqual(idsOf(found).sort());
    }
  });

  it("check those asked about, up to twenty", async () => {
    const user = emulator.users.add({ displayName: "Ada" });
    const [group, other] = [emulator.groups.add({ displayName: "A" }), emulator.groups.add({ displayName: "B" })];
    emulator.groups.addMember(group.id, user.id);
    const path = `/users/${user.id}/checkMemberGroups`;
    expect(await action(path, { groupIds: [other.id, group.id] })).toEqual([group.id]);
    expect(await action(`/users/${user.id}/checkMemberObjects`, { ids: [group.id] })).toEqual([group.id]);
    emulator.groups.removeMember(group.id, user.id);
    expect(await action(path, { groupIds: [group.id] })).toEqual([]);
    expect((await graph.post(path, { groupIds: Array(21).fill(group.id) })).status).toBe(400);
    expect((await graph.post(path, {})).status).toBe(400);
    expect((await graph.post(`/users/${user.id}/getMemberGroups`, {})).status).toBe(400);
    expect((await graph.post("/users/no@body.example/getMemberGroups", { securityEnabledOnly: false })).status).toBe(
      404,
    );
    expect((await graph.get(path)).status).toBe(405);
  });

  it("leave out hidden groups unless the app may see them", async () => {
    const { id } = emulator.users.add({});
    const group = emulator.groups.add({ displayName: "Hidden", visibility: "HiddenMembership" });
    emulator.groups.addMember(group.id, id);
    const ask = () => action(`/users/${id}/getMemberGroups`, { securityEnabledOnly: false });
    expect(await ask()).toEqual([]);
    emulator.app().roles = [...roles, "Member.Read.Hidden"];
    graph.renewToken();
    expect(await ask()).toEqual([group.id]);
  });
});

describe("app role assignments", () => {
  it("are the same from both ends", async () => {
    const principals = await list("/servicePrincipals?$select=id,displayName");
    const given: Row[] = [];
    const taken: Row[] = [];
    for (const { id } of principals) {
      given.push(...(await list(`/servicePrincipals/${id}/appRoleAssignments`)));
      taken.push(...(await list(`/servicePrincipals/${id}/appRoleAssignedTo`)));
    }
    for (const { principalId, principalType } of taken) {
      if (principalType === "ServicePrincipal") continue;
      const path = `/${String(principalType).toLowerCase()}s/${principalId}/appRoleAssignments`;
      for (const row of await list(path)) if (!idsOf(given).includes(String(row.id))) given.push(row);
    }
    expect(taken.length).toBeGreaterThan(20);
    expect(idsOf(given).sort()).toEqual(idsOf(taken).sort());
    expect(new Set(taken.map(({ principalType }) => principalType))).toEqual(
      new Set(["User", "Group", "ServicePrincipal"]),
    );
    const [first] = taken;
    expect(first?.id).toMatch(/^[\w-]{43}$/);
    expect(Object.keys(first!)).toEqual([
      ...["id", "deletedDateTime", "appRoleId", "createdDateTime", "principalDisplayName", "principalId"],
      ...["principalType", "resourceDisplayName", "resourceId"],
    ]);
  });

  it("of users need more than User.Read.All, and end with whoever had them", async () => {
    const { resourceId, principalId } = (
      await list(`/users?$top=1&$select=id`).then(([user]) => graph.get(`/users/${user?.id}/appRoleAssignments`))
    ).json.value[0]!;
    const holders = async () =>
      (await list(`/servicePrincipals/${resourceId}/appRoleAssignedTo`)).map((row) => row.principalId);
    expect(await holders()).toContain(principalId);
    emulator.users.remove(String(principalId));
    expect(await holders()).not.toContain(principalId);
    emulator.app().roles = ["User.Read.All"];
    graph.renewToken();
    expect((await graph.get(`/users/${principalId}/appRoleAssignments`)).status).toBe(403);
  });
});

describe("directory roles in the unified API", () => {
  it("are assigned to whoever is a member of the role", async () => {
    const assignments = await list("/roleManagement/directory/roleAssignments");
    const pairs = assignments.map(({ roleDefinitionId, principalId }) => `${roleDefinitionId} ${principalId}`);
    const expected: string[] = [];
    for (const { id, roleTemplateId } of await list("/directoryRoles")) {
      for (const member of await list(`/directoryRoles/${id}/members?$select=id`))
        expected.push(`${roleTemplateId} ${member.id}`);
    }
    expect(expected.length).toBeGreaterThan(5);
    expect(pairs.sort()).toEqual(expected.sort());
    const definitions = idsOf(await list("/roleManagement/directory/roleDefinitions"));
    expect(definitions).toEqual(
      expect.arrayContaining(assignments.map(({ roleDefinitionId }) => String(roleDefinitionId))),
    );
    expect(idsOf(await list("/directoryRoleTemplates"))).toEqual(definitions);
  });

  it("show principals where they are expanded, and take few options", async () => {
    const path = "/roleManagement/directory/roleAssignments";
    const { json } = await graph.get(`${path}?$expand=principal`);
    expect(json["@odata.context"]).toMatch(/#roleManagement\/directory\/roleAssignments\(principal\(\)\)$/);
    const [first] = json.value as { principalId: string; principal: Row }[];
    expect(first?.principal).toMatchObject({ "@odata.type": "#microsoft.graph.user", id: first?.principalId });
    const filtered = await list(`${path}${query({ $filter: `principalId eq '${first?.principalId}'` })}`);
    expect(new Set(filtered.map(({ principalId }) => principalId))).toEqual(new Set([first?.principalId]));
    for (const options of ["$top=5", "$orderby=id", "$expand=roleDefinition"]) {
      expect((await graph.get(`${path}?${options}`)).status).toBe(400);
    }
  });
});

describe("licences", () => {
  it("are as many as people have, in the same words", async () => {
    const users = await list("/users?$select=id,assignedLicenses&$top=999");
    const held = users.flatMap(({ assignedLicenses }) =>
      (assignedLicenses as { skuId: string }[]).map(({ skuId }) => skuId),
    );
    const skus = await list("/subscribedSkus");
    for (const { skuId, consumedUnits, prepaidUnits } of skus) {
      expect(consumedUnits).toBe(held.filter((held) => held === skuId).length);
      expect((prepaidUnits as { enabled: number }).enabled).toBeGreaterThanOrEqual(Number(consumedUnits));
    }
    expect(new Set(skus.map(({ skuId }) => skuId))).toEqual(new Set(held));
    const licensed = users.find(({ assignedLicenses }) => (assignedLicenses as Row[]).length > 0)!;
    const [details] = await list(`/users/${licensed.id}/licenseDetails`);
    const sku = skus.find(({ skuId }) => skuId === details?.skuId);
    expect(details?.skuPartNumber).toBe(sku?.skuPartNumber);
    expect(sku?.id).toBe(`${emulator.tenantId}_${sku?.skuId}`);
    expect((await graph.get(`/subscribedSkus/${sku?.id}`)).json).toMatchObject(sku!);
    expect((await graph.get(`/subscribedSkus?$filter=skuId eq '${sku?.skuId}'`)).status).toBe(400);
  });
});

describe("deleted items", () => {
  it("are listed by type until they are restored or gone for good", async () => {
    const path = "/directory/deletedItems/microsoft.graph.user";
    const [one, two, three] = idsOf(await list("/users?$top=3&$select=id"));
    expect(await list(path)).toEqual([]);
    for (const id of [one, two]) emulator.users.remove(id!);
    emulator.users.remove(three!, { permanently: true });
    expect(idsOf(await list(path))).toEqual([one, two]);
    expect((await graph.get(`${path}/$count`, eventual)).text).toBe("2");
    expect((await list(`${path}?$select=id,deletedDateTime`))[0]?.deletedDateTime).toEqual(expect.any(String));
    expect((await graph.get(`/directory/deleteditems/${one}`)).json).toMatchObject({ id: one });
    expect((await graph.get(`/directory/deletedItems/${three}`)).status).toBe(404);
    emulator.users.restore(one!);
    expect(idsOf(await list(path))).toEqual([two]);
    expect(await list("/directory/deletedItems/microsoft.graph.group")).toEqual([]);
  });

  it("have their type in the address", async () => {
    expect((await graph.get("/directory/deletedItems")).json.error?.code).toBe("Request_UnsupportedQuery");
    expect((await graph.get("/directory/deletedItems/microsoft.graph.domain")).status).toBe(404);
  });
});

describe("audit logs", () => {
  it.each([
    ["signIns", "createdDateTime"],
    ["directoryAudits", "activityDateTime"],
  ])("of %s come newest first, about people that exist, and can be filtered by time", async (name, time) => {
    const rows = await list(`/auditLogs/${name}?$top=50`);
    expect(rows.length).toBeGreaterThan(50);
    const times = rows.map((row) => String(row[time]));
    expect(times).toEqual(times.toSorted().toReversed());
    expect(Date.parse(times[0]!)).toBeLessThan(emulator.clock.now());
    const middle = times[20]!;
    expect(await list(`/auditLogs/${name}?$filter=${time} ge ${middle}`)).toHaveLength(21);
    expect((await graph.get(`/auditLogs/${name}?$top=1000`)).json.value).toHaveLength(rows.length);
    expect((await graph.get(`/auditLogs/${name}?$top=1001`)).status).toBe(400);
    expect((await graph.get(`/auditlogs/${name.toLowerCase()}/${rows[3]?.id}`)).json).toMatchObject(rows[3]!);
  });

  it("find the sign-ins of one person by name", async () => {
    const [first] = await list("/auditLogs/signIns");
    const found = await list(
      `/auditLogs/signIns${query({ $filter: `userPrincipalName eq '${first?.userPrincipalName}'` })}`,
    );
    expect(idsOf(found)).toContain(first?.id);
    expect(emulator.users.get(String(first?.userId))?.displayName).toBe(first?.userDisplayName);
  });
});

describe("domains", () => {
  it("are found by name", async () => {
    const [domain] = await list("/domains");
    expect(domain).toMatchObject({ id: emulator.domain, isDefault: true });
    expect((await graph.get(`/domains/${emulator.domain}`)).json).toMatchObject(domain!);
    expect((await graph.get("/domains/nobody.example")).status).toBe(404);
  });
});

describe("reports", () => {
  const path = "/reports/getOffice365ActiveUserDetail(period='D7')";

  async function redirected(to = path, origin = "https://graph.microsoft.com") {
    const { body } = await requestToken(emulator);
    const headers = { authorization: `Bearer ${body.access_token}` };
    return emulator.fetch(`${origin}/v1.0${to}`, { headers, redirect: "manual" });
  }

  it("are a redirect to a CSV, which is had without a token, and for five minutes", async () => {
    const { status, headers } = await redirected();
    const location = headers.get("location")!;
    expect([status, headers.get("content-type")]).toEqual([302, "text/plain"]);
    expect(location).toMatch(/^https:\/\/reports\.office\.com\/data\/download\/[\w.-]+$/);
    const download = await emulator.fetch(location);
    expect([download.status, download.headers.get("content-type")]).toEqual([200, "application/octet-stream"]);
    const lines = (await download.text()).trim().split("\r\n");
    expect(lines).toHaveLength(151);
    expect(lines[0]).toMatch(/Report Refresh Date,User Principal Name,/);
    emulator.clock.advance(5 * 60_000 + 1);
    expect((await emulator.fetch(location)).status).toBe(404);
    expect((await emulator.fetch(location.slice(0, -1))).status).toBe(404);
  });

  it("are followed by a fetch, which takes no token along to the other host", async () => {
    expect((await graph.get(path)).text).toContain(emulator.domain);
    expect(emulator.requests.at(-1)).toMatchObject({ url: expect.stringContaining("reports.office.com"), status: 200 });
    expect(emulator.requests.at(-1)?.headers).not.toHaveProperty("authorization");
  });

  it("stay under the emulator's own name where they are asked for there", async () => {
    const location = (await redirected(path, emulator.origin)).headers.get("location")!;
    expect(location.startsWith(`${emulator.origin}/data/download/`)).toBe(true);
    expect((await fetch(location)).status).toBe(200);
  });

  it("aren't followed inside of a batch", async () => {
    const { json } = await graph.post("/$batch", { requests: [{ id: "1", method: "GET", url: path }] });
    const [response] = (json as object as { responses: object[] }).responses;
    expect(response).toMatchObject({
      status: 302,
      headers: { Location: expect.stringContaining("reports.office.com") },
    });
  });

  it.each(["period='D8'", "period=''", "date=2020-01-01", "date=soon", "days='D7'"])(
    "aren't there for %s",
    async (span) => {
      expect((await redirected(`/reports/getOffice365ActiveUserDetail(${span})`)).status).toBe(400);
    },
  );
});

describe("registration details", () => {
  it("are there for every user, and end with them", async () => {
    const path = "/reports/authenticationMethods/userRegistrationDetails";
    const details = await list(`${path}?$top=40`);
    expect(idsOf(details)).toEqual(idsOf(await list("/users?$select=id")));
    const able = await list(`${path}?$filter=isMfaCapable eq true`);
    expect(able.length).toBeGreaterThan(50);
    expect(able.length).toBeLessThan(details.length);
    const [first] = details;
    const found = await list(`${path}${query({ $filter: `userPrincipalName eq '${first?.userPrincipalName}'` })}`);
    expect(found).toEqual([first]);
    emulator.users.remove(String(first?.id));
    expect(idsOf(await list(path))).not.toContain(first?.id);
    expect((await graph.get(`${path}/${first?.id}`)).status).toBe(404);
  });
});

describe("lists of what nobody has", () => {
  it.each([
    ["oauth2PermissionGrants", ""],
    ["servicePrincipals", "oauth2PermissionGrants"],
    ["users", "oauth2PermissionGrants"],
    ["applications", "federatedIdentityCredentials"],
    ["applications", "extensionProperties"],
  ])("are empty: %s %s", async (collection, relation) => {
    emulator.app().roles = [...roles, "Application.Read.All"];
    const id = relation && (await graph.get(`/${collection}`)).json.value[0]?.id;
    expect(await list(`/${collection}${relation && `/${id}/${relation}`}`)).toEqual([]);
    if (relation)
      expect((await graph.get(`/${collection}/00000000-0000-4000-8000-000000000000/${relation}`)).status).toBe(404);
  });
});
