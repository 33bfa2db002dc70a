import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";
import { eventual, type GraphCaller, graphCaller, type Page, query } from "./graph-caller.js";

const roles = ["Directory.Read.All", "User.Read.All", "Member.Read.Hidden"];
let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  emulator = await startEmulator({ users: 300, roles });
  graph = graphCaller(emulator);
});
afterAll(() => emulator.stop());

const beta = (path: string) => `https://graph.microsoft.com/beta${path}`;
const context = (name: string) => `https://graph.microsoft.com/v1.0/$metadata#${name}`;

async function groupNamed(displayName: string): Promise<string> {
  const filter = query({ $filter: `displayName eq '${displayName}'`, $select: "id" });
  return String((await graph.get(`/groups${filter}`)).json.value[0]!.id);
}

const idsAt = async (path: string, headers = {}) =>
  (await graph.pages(path, headers)).flatMap(({ value }) => value.map(({ id }) => String(id)));

/** What another app sees, with other permissions. */
async function asApp(...granted: string[]) {
  const { clientId, clientSecret } = emulator.addApp({ roles: granted });
  const { body } = await requestToken(emulator, { form: { client_id: clientId, client_secret: clientSecret } });
  return async (path: string) => {
    const url = path.startsWith("https:") ? path : `https://graph.microsoft.com/v1.0${path}`;
    const response = await emulator.fetch(url, { headers: { authorization: `Bearer ${body.access_token}` } });
    return { status: response.status, json: (await response.json()) as Page };
  };
}

describe("a relation", () => {
  it("behind a cast is an invalid search where a page has lost the header of the first", async () => {
    const company = await groupNamed("All Staff");
    const first = await graph.get(`/groups/${company}/members/microsoft.graph.user?$count=true&$top=5`, eventual);
    const { status, json } = await graph.get(String(first.json["@odata.nextLink"]));
    expect([status, json.error?.code, json.error?.message]).toEqual([
      400,
      "Request_UnsupportedQuery",
      "Invalid search request.",
    ]);
  });

  it("tells each object's type and the properties of its own type", async () => {
    const company = await groupNamed("Company");
    const { json } = await graph.get(`/groups/${company}/members`);
    expect(json["@odata.context"]).toBe(context("directoryObjects"));
    const types = json.value.map((member) => member["@odata.type"]);
    expect(new Set(types)).toEqual(new Set(["#microsoft.graph.user", "#microsoft.graph.group"]));
    const [user] = json.value;
    expect(Object.keys(user!)).toEqual([
      "@odata.type",
      ..."businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id".split(
        " ",
      ),
    ]);
    const group = json.value.find((member) => member["@odata.type"] === "#microsoft.graph.group")!;
    expect(group).toMatchObject({ securityEnabled: true, groupTypes: [] });
    expect(group).not.toHaveProperty("userPrincipalName");
  });

  it("keeps the type beside $select, which may name properties of any kind there", async () => {
    const company = await groupNamed("Company");
    const { json } = await graph.get(`/groups/${company}/members?$select=id,USERPRINCIPALNAME,securityEnabled`);
    for (const member of json.value) {
      const isUser = member["@odata.type"] === "#microsoft.graph.user";
      expect(Object.keys(member)).toEqual(["@odata.type", "id", isUser ? "userPrincipalName" : "securityEnabled"]);
    }
    const refused = await graph.get(`/groups/${company}/members?$select=nothing`);
    expect([refused.status, refused.json.error?.code]).toEqual([400, "BadRequest"]);
  });

  it("is cast to one kind, without its type then, under the context of that kind", async () => {
    const company = await groupNamed("Company");
    for (const cast of ["microsoft.graph.group", "Microsoft.Graph.Group"]) {
      const { json } = await graph.get(`/groups/${company}/members/${cast}?$select=displayName,id`);
      expect(json["@odata.context"]).toBe(context("groups(displayName,id)"));
      expect(json.value).toHaveLength(12);
      expect(json.value.every((member) => Object.keys(member).join() === "displayName,id")).toBe(true);
    }
  });

  it.each([
    ["microsoft.graph.application", 400, "Request_UnsupportedQuery"],
    ["microsoft.graph.unicorn", 400, "BadRequest"],
    ["nobody", 404, "Request_ResourceNotFound"],
    ["microsoft.graph.user/a/b", 400, "BadRequest"],
  ])("that continues with %s is refused", async (rest, status, code) => {
    const { status: answered, json } = await graph.get(`/groups/${await groupNamed("Company")}/members/${rest}`);
    expect([answered, json.error?.code]).toEqual([status, code]);
  });

  it("is found in any case", async () => {
    const id = await groupNamed("All Staff");
    const wanted = (await graph.get(`/groups/${id}/members?$top=3&$select=id`)).json.value;
    for (const path of [`/Groups/${id}/Members`, `/GROUPS('${id}')/MEMBERS`, `/groups/${id.toUpperCase()}/members/`]) {
      expect((await graph.get(`${path}?$top=3&$select=id`)).json.value).toEqual(wanted);
    }
  });

  it("comes in pages of 100, or of 999 at most, whose links go on where the one before ended", async () => {
    const id = await groupNamed("All Staff");
    const pages = await graph.pages(`/groups/${id}/members?$select=id`);
    expect(pages.map(({ value }) => value.length)).toEqual([100, 100, 100]);
    expect(await idsAt(`/groups/${id}/members?$select=id&$top=999`)).toEqual(await idsAt("/users?$select=id&$top=999"));
    expect(await idsAt(`/groups/${id}/members/microsoft.graph.user?$top=7&$select=id`)).toHaveLength(300);
    expect((await graph.get(`/groups/${id}/members?$top=1000`)).status).toBe(400);
    const link = (await graph.get(`/groups/${id}/members?$top=5`)).json["@odata.nextLink"]!;
    const elsewhere = link.replace(id, await groupNamed("Company"));
    expect((await graph.get(elsewhere)).json.error?.code).toBe("DirectoryPageTokenNotFoundException");
  });

  it("is counted behind /$count, by kind where it is cast, with the header", async () => {
    const company = await groupNamed("Company");
    const counted = async (path: string) => (await graph.get(path, eventual)).text;
    expect(await counted(`/groups/${company}/members/$count`)).toBe("13");
    expect(await counted(`/groups/${company}/members/microsoft.graph.user/$count`)).toBe("1");
    expect((await graph.get(`/groups/${company}/members/$count`)).status).toBe(400);
    const { json } = await graph.get(`/groups/${company}/members?$count=true&$top=2`, eventual);
    expect([json["@odata.count"], json.value.length]).toEqual([13, 2]);
  });

  it("filters, searches and sorts in advanced queries only", async () => {
    const id = await groupNamed("All Staff");
    const filter = { $filter: "startsWith(displayName,'a')", $select: "id,displayName" };
    const refused = await graph.get(`/groups/${id}/members${query(filter)}`);
    expect([refused.status, refused.json.error?.code]).toEqual([400, "Request_UnsupportedQuery"]);
    const found = await graph.get(`/groups/${id}/members${query({ ...filter, $count: "true" })}`, eventual);
    expect(found.json.value.length).toBeGreaterThan(5);
    expect(found.json["@odata.count"]).toBe(found.json.value.length);
    expect(found.json.value.every(({ displayName }) => /^a/i.test(String(displayName)))).toBe(true);
    const sorted = query({ $orderby: "displayName desc", $count: "true", $select: "displayName", $top: 50 });
    const names = (await graph.pages(`/groups/${id}/members/microsoft.graph.user${sorted}`, eventual)).flatMap(
      ({ value }) => value.map(({ displayName }) => String(displayName).toLowerCase()),
    );
    expect(names).toEqual(names.toSorted((a, b) => (a < b ? 1 : -1)));
    expect(names).toHaveLength(300);
    const search = query({ $search: '"displayName:eng"' });
    const company = await groupNamed("Company");
    const departments = await graph.get(`/groups/${company}/members/microsoft.graph.group${search}`, eventual);
    expect(departments.json.value.map(({ displayName }) => displayName)).toEqual(["Engineering"]);
  });

  it("is looked up by id, alone or in a filter", async () => {
    const id = await groupNamed("All Staff");
    const [member] = (await graph.get("/users?$top=1&$select=id")).json.value as { id: string }[];
    expect((await graph.get(`/groups/${id}/members/${member!.id}?$select=id`)).json).toMatchObject(member!);
    const $filter = `id eq '${member!.id}' or id eq '${id}'`;
    expect(await idsAt(`/groups/${id}/members${query({ $filter, $count: "true" })}`, eventual)).toEqual([member!.id]);
  });

  it.each([
    ["00000000-0000-4000-8000-000000000000", 404, "Request_ResourceNotFound"],
    ["nonsense", 400, "Request_BadRequest"],
  ])("of an object that isn't there (%s) is refused", async (id, status, code) => {
    const { status: answered, json } = await graph.get(`/groups/${id}/members`);
    expect([answered, json.error?.code]).toEqual([status, code]);
  });

  it.each([
    ["groups", "members", 3],
    ["groups", "transitiveMembers", 5],
    ["groups", "owners", 1],
    ["users", "memberOf", 2],
    ["users", "ownedObjects", 2],
    ["users", "directReports", 1],
  ])("of %s, %s, costs %i resource units", async (kind, relation, units) => {
    const [object] = (await graph.get(`/${kind}?$top=1&$select=id`)).json.value;
    const { headers } = await graph.get(`/${kind}/${object!.id}/${relation}`);
    expect(headers.get("x-ms-resource-unit")).toBe(String(units));
    const selected = await graph.get(`/${kind}/${object!.id}/${relation}?$select=id&$top=5`);
    expect(selected.headers.get("x-ms-resource-unit")).toBe(String(Math.max(1, units - 2)));
  });

  it("that a kind doesn't have is a bad request", async () => {
    const [user] = (await graph.get("/users?$top=1&$select=id")).json.value;
    for (const name of ["members", "toString", "registeredOwners", "transitiveManager"]) {
      expect((await graph.get(`/users/${user!.id}/${name}`)).json.error?.code).toBe("BadRequest");
    }
  });
});

describe("every relation", () => {
  const paths: [string, string[]][] = [
    ["users", "memberOf transitiveMemberOf directReports ownedObjects ownedDevices registeredDevices".split(" ")],
    ["users", "createdObjects sponsors sponsorOf transitiveReports".split(" ")],
    ["groups", "members transitiveMembers owners memberOf transitiveMemberOf acceptedSenders".split(" ")],
    ["devices", "registeredOwners registeredUsers memberOf transitiveMemberOf".split(" ")],
    ["applications", ["owners"]],
    ["servicePrincipals", "owners ownedObjects createdObjects memberOf transitiveMemberOf".split(" ")],
    ["contacts", "memberOf transitiveMemberOf directReports".split(" ")],
    ["directoryRoles", ["members"]],
    ["directory/administrativeUnits", ["members"]],
  ];

  it.each(paths.flatMap(([kind, names]) => names.map((name) => [kind, name])))(
    "of /%s, %s, is listed and counted alike",
    async (kind, name) => {
      const objects = (await graph.get(`/${kind}?$select=id`)).json.value;
      for (const { id } of [objects[0]!, objects.at(-1)!]) {
        const listed = await idsAt(`/${kind}/${id}/${name}`);
        expect(new Set(listed).size).toBe(listed.length);
        const { text } = await graph.get(`/${kind}/${id}/${name}/$count`, eventual);
        expect(text).toBe(String(listed.length));
      }
    },
  );

  it("agrees from both ends", async () => {
    const groups = (await graph.get("/groups?$top=999&$select=id")).json.value.map(({ id }) => String(id));
    const person = (await graph.get("/users?$select=id&$top=40")).json.value[30]!.id as string;
    const memberOf = await idsAt(`/users/${person}/memberOf/microsoft.graph.group?$select=id`);
    const transitive = await idsAt(`/users/${person}/transitiveMemberOf/microsoft.graph.group?$select=id`);
    for (const group of groups) {
      const members = await idsAt(`/groups/${group}/members?$select=id&$top=999`);
      expect(members.includes(person)).toBe(memberOf.includes(group));
      const reached = await idsAt(`/groups/${group}/transitiveMembers?$select=id&$top=999`);
      expect(reached.includes(person)).toBe(transitive.includes(group));
    }
    expect(memberOf.length).toBeGreaterThan(1);
    expect(transitive.length).toBeGreaterThan(memberOf.length);
  });

  it("is in step with what the emulator was told", async () => {
    const group = emulator.groups.add({ displayName: "Chess Club" });
    const [ada, grace] = [emulator.users.add({ displayName: "Ada" }), emulator.users.add({ displayName: "Grace" })];
    emulator.groups.addMember(group.id, ada.id);
    emulator.groups.addMember(group.id, ada.userPrincipalName);
    emulator.groups.addOwner(group.id, grace.id);
    emulator.users.update(ada.id, { manager: { id: grace.id } });
    expect(await idsAt(`/groups/${group.id}/members`)).toEqual([ada.id]);
    expect(await idsAt(`/groups/${group.id}/owners`)).toEqual([grace.id]);
    expect(await idsAt(`/users/${ada.id}/memberOf`)).toEqual([group.id]);
    expect(await idsAt(`/users/${grace.id}/ownedObjects`)).toEqual([group.id]);
    expect((await graph.get(`/users/${ada.id}/manager?$select=displayName`)).json).toMatchObject({
      displayName: "Grace",
    });
    expect(await idsAt(`/users/${grace.id}/directReports`)).toEqual([ada.id]);
    emulator.groups.removeMember(group.id, ada.id);
    emulator.users.remove(grace.id);
    expect(await idsAt(`/groups/${group.id}/members`)).toEqual([]);
    expect(await idsAt(`/groups/${group.id}/owners`)).toEqual([]);
    expect((await graph.get(`/users/${ada.id}/manager`)).json.error?.message).toBe(
      "Resource 'manager' does not exist or one of its queried reference-property objects are not present.",
    );
    emulator.users.restore(grace.id);
    expect(await idsAt(`/groups/${group.id}/owners`)).toEqual([grace.id]);
    expect((await graph.get(`/users/${ada.id}/manager`)).status).toBe(200);
    for (const { id } of [ada, grace]) emulator.users.remove(id, { permanently: true });
    emulator.groups.remove(group.id);
  });
});

describe("what Graph leaves out", () => {
  it("service principals, in members and owners of v1.0 but for $expand", async () => {
    const id = await groupNamed("Service Accounts");
    const principal = [...emulator.servicePrincipals.ids()][7]!;
    emulator.groups.addOwner(id, principal);
    const types = (page: Page) => new Set(page.value.map((member) => String(member["@odata.type"]).split(".").at(-1)));
    for (const relation of ["members", "owners", "transitiveMembers"]) {
      expect(types((await graph.get(`/groups/${id}/${relation}`)).json)).toEqual(new Set(["user"]));
      const whole = types((await graph.get(beta(`/groups/${id}/${relation}`))).json);
      expect(whole).toEqual(new Set(["user", "servicePrincipal"]));
    }
    const expanded = (await graph.get(`/groups/${id}?$select=id&$expand=members($select=id)`)).json as unknown as {
      members: Page["value"];
    };
    expect(types({ value: expanded.members })).toEqual(new Set(["user", "servicePrincipal"]));
    emulator.groups.removeOwner(id, principal);
  });

  it("hidden memberships, unless the app may see them", async () => {
    const board = await groupNamed("Board");
    const [member] = await idsAt(`/groups/${board}/members?$select=id`);
    expect(await idsAt(`/users/${member}/memberOf?$select=id`)).toContain(board);
    const get = await asApp("Directory.Read.All");
    expect((await get(`/groups/${board}/members`)).json.value).toEqual([]);
    const cast = "microsoft.graph.user";
    for (const query of ["?$select=id", `/${cast}?$select=id`, "?$expand=memberOf", "?$top=5&$select=displayName"]) {
      const { status, json } = await get(`/groups/${board}/members${query}`);
      expect({ query, status, value: json.value }).toEqual({ query, status: 200, value: [] });
    }
    expect((await get(`/groups/${board}`)).json).toMatchObject({ visibility: "HiddenMembership" });
    for (const relation of ["memberOf", "transitiveMemberOf"]) {
      const { value } = (await get(`/users/${member}/${relation}?$select=id`)).json;
      expect(value.length).toBeGreaterThan(1);
      expect(value.map(({ id }) => id)).not.toContain(board);
    }
  });

  it("everything but the id of kinds that the app can't read", async () => {
    const get = await asApp("GroupMember.Read.All");
    const company = await groupNamed("Company");
    const { json } = await get(`/groups/${company}/members?$select=id,displayName,mail`);
    const [user, group] = json.value;
    expect(user).toEqual({ "@odata.type": "#microsoft.graph.user", id: user!.id, displayName: null, mail: null });
    expect(group).toMatchObject({ "@odata.type": "#microsoft.graph.group", displayName: "Engineering" });
    const whole = (await get(`/groups/${company}/members`)).json.value[0]!;
    expect(Object.entries(whole).filter(([, value]) => value !== null)).toHaveLength(2);
  });

  it("everything, where the app may not ask", async () => {
    const company = await groupNamed("Company");
    const [user] = await idsAt("/users?$top=999&$select=id");
    const get = await asApp("User.Read.All");
    for (const path of [`/groups/${company}/members`, `/users/${user}/memberOf`, "/directoryRoles", "/contacts"]) {
      expect([path, (await get(path)).json.error?.code]).toEqual([path, "Authorization_RequestDenied"]);
    }
    expect((await get(`/users/${user}/transitiveMemberOf`)).status).toBe(200);
  });
});

describe("$expand", () => {
  it("shows twenty objects at most, and no link to the others", async () => {
    const id = await groupNamed("All Staff");
    const { json } = await graph.get(`/groups/${id}?$select=id&$expand=members`);
    const { members } = json as unknown as { members: Page["value"] };
    expect(members).toHaveLength(20);
    expect(members[0]).toMatchObject({ "@odata.type": "#microsoft.graph.user", surname: expect.any(String) });
    expect(Object.keys(json)).toEqual(["@odata.context", "id", "members"]);
  });

  it("works on lists, and on members of relations", async () => {
    const { value } = (await graph.get("/applications?$expand=owners($select=id)&$select=id")).json;
    expect(value.map(({ owners }) => (owners as unknown[]).length).slice(0, 8)).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
    const id = await groupNamed("Company");
    const cast = (await graph.get(`/groups/${id}/members/microsoft.graph.group?$expand=members&$select=id`)).json;
    expect((cast.value[0] as { members: unknown[] }).members.length).toBeGreaterThan(1);
  });

  it("goes up the managers of a single user, in advanced queries", async () => {
    const last = [...emulator.users.ids()].at(-1)!;
    const path = `/users/${last}${query({ $expand: "manager($levels=max;$select=id)", $select: "id", $count: "true" })}`;
    interface Managed {
      id: string;
      manager?: Managed;
    }
    const chain = (user: Managed | undefined): string[] => (user ? [user.id, ...chain(user.manager)] : []);
    const found = chain((await graph.get(path, eventual)).json as unknown as Managed);
    let expected = [last];
    for (;;) {
      const { status, json } = await graph.get(`/users/${expected.at(-1)}/manager?$select=id`);
      if (status === 404) break;
      expected = [...expected, (json as unknown as Managed).id];
    }
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThan(2);
    expect((await graph.get(path)).json.error?.code).toBe("Request_UnsupportedQuery");
    expect((await graph.get("/users?$expand=manager($levels=max)&$top=1")).json.error?.message).toContain(
      "only supported on a single user",
    );
  });
});

describe("collections of their own kind", () => {
  it("/directoryRoles come whole, and are named by template, too", async () => {
    const { value, ...page } = (await graph.get("/directoryRoles")).json;
    expect(page).toEqual({ "@odata.context": context("directoryRoles") });
    const reader = value.find(({ displayName }) => displayName === "Global Reader")!;
    for (const path of [
      `/directoryRoles/${reader.id}`,
      "/directoryRoles/f2ef992c-3afb-46b9-b7cf-a126ee74c451",
      "/directoryRoles(roleTemplateId='f2ef992c-3afb-46b9-b7cf-a126ee74c451')",
    ]) {
      expect((await graph.get(path)).json).toMatchObject(reader);
    }
    expect(await idsAt(`/directoryRoles/${reader.id}/members`)).toHaveLength(1);
    expect((await graph.get("/directoryRoles?$top=5")).status).toBe(400);
    expect((await graph.get(`/directoryRoles/${reader.id}/members?$top=5`)).status).toBe(400);
  });

  it("/directory/administrativeUnits have an alias, and references to their members", async () => {
    const units = (await graph.get("/directory/administrativeUnits")).json;
    expect(units["@odata.context"]).toBe(context("directory/administrativeUnits"));
    expect((await graph.get("/administrativeUnits")).json.value).toEqual(units.value);
    const path = `/directory/administrativeUnits/${units.value[0]!.id}/members`;
    const members = await idsAt(path);
    const references = (await graph.pages(`${path}/$ref`)).flatMap(({ value }) =>
      value.map((each) => each["@odata.id"]),
    );
    expect(references).toEqual(members.map((id) => `https://graph.microsoft.com/v1.0/directoryObjects/${id}`));
    const types = (await graph.get(`${path}?$top=999`)).json.value.map((member) => member["@odata.type"]);
    expect(new Set(types)).toEqual(
      new Set(["#microsoft.graph.user", "#microsoft.graph.group", "#microsoft.graph.device"]),
    );
    const group = await groupNamed("Company");
    expect((await graph.get(`/groups/${group}/members/$ref`)).json.error?.code).toBe("Request_UnsupportedQuery");
  });

  it("apps and devices are found by their other ids", async () => {
    const [app] = (await graph.get("/applications?$top=1")).json.value;
    const [device] = (await graph.get("/devices?$top=1")).json.value;
    for (const kind of ["applications", "servicePrincipals"]) {
      const { json } = await graph.get(`/${kind}(appId='${app!.appId}')`);
      expect(json).toMatchObject({ appId: app!.appId, displayName: app!.displayName });
    }
    expect((await graph.get(`/devices(deviceId='${device!.deviceId}')`)).json).toMatchObject({ id: device!.id });
    expect((await graph.get("/applications(appId='nobody')")).status).toBe(404);
    expect((await graph.get("/applications(nothing='nobody')")).status).toBe(400);
    const { json } = await graph.get("/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')");
    expect(json).toMatchObject({ displayName: "Microsoft Graph" });
  });

  it("/groups leave out of lists what only a single group has", async () => {
    const listed = (await graph.get("/groups?$top=1&$select=id,isArchived")).json.value;
    expect(Object.keys(listed[0]!)).toEqual(["id"]);
    expect((await graph.get(`/groups/${listed[0]!.id}?$select=id,isArchived`)).json).toHaveProperty("isArchived");
  });

  it("/directoryObjects finds anything by its id, and says what it is", async () => {
    for (const kind of ["users", "groups", "devices", "contacts", "servicePrincipals", "applications"] as const) {
      const [id] = kind === "users" ? emulator.users.ids() : emulator[kind].ids();
      const { json } = await graph.get(`/directoryObjects/${id}`);
      expect(json).toMatchObject({ "@odata.context": context("directoryObjects/$entity"), id });
      expect(json).toHaveProperty("@odata.type");
    }
    expect((await graph.get("/directoryObjects/00000000-0000-4000-8000-000000000000")).status).toBe(404);
  });

  it.each(["groups", "devices", "contacts", "servicePrincipals", "applications", "administrativeUnits"] as const)(
    "/%s are as many as was asked for, beside the first app, and can be added, changed, deleted and restored",
    async (kind) => {
      const sizes = { groups: 70, devices: 11, contacts: 5, applications: 3, administrativeUnits: 2 };
      await using small = await startEmulator({ users: 5, ...sizes, roles });
      const here = graphCaller(small);
      const { count } = small[kind];
      expect(count).toBe({ ...sizes, applications: 3 + 1, servicePrincipals: 3 + 1 + 6 }[kind]);
      const objects = small[kind] as Emulator["devices"];
      const { id } = objects.add({ displayName: "New" });
      expect(objects.update(id, { displayName: "Newer" })).toMatchObject({ id, displayName: "Newer" });
      expect((await here.get(`/${kind}/${id}`)).json).toMatchObject({ id, displayName: "Newer" });
      expect(objects.count).toBe(count + 1);
      const restorable = kind !== "groups";
      expect([objects.remove(id), objects.count, objects.get(id)]).toEqual([true, count, undefined]);
      if (restorable) expect(objects.restore(id)).toMatchObject({ displayName: "Newer" });
      else expect(() => objects.restore(id)).toThrow("There is no deleted group");
      expect(() => objects.add({ displayname: "x" } as never)).toThrow('did you mean "displayName"?');
      small.reset();
      expect(objects.count).toBe(count);
    },
  );

  it.each(["groups", "devices", "applications", "contacts", "administrativeUnits"] as const)(
    "%s: -1, half a one or too many are refused",
    async (name) => {
      for (const size of [-1, 0.5, 5_000_000]) {
        await expect(startEmulator({ [name]: size })).rejects.toThrow(`${name} must be a whole number`);
      }
    },
  );
});
