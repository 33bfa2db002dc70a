import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { type GraphCaller, graphCaller } from "../graph/graph-caller.js";

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url));
// Where everything is checked they are never left out.
const installed = Boolean(process.env.CI) || existsSync(source("readers/node_modules"));
if (!installed)
  console.log(
    "Skipped: programs that read a directory, which `npm ci --prefix test/testing/clients/readers` installs.",
  );

const folder = mkdtempSync(join(tmpdir(), "readers-"));
const roles = [
  "Directory.Read.All",
  ...["User.Read.All", "Group.Read.All", "Application.Read.All", "Organization.Read.All", "Device.Read.All"],
  ...["RoleManagement.Read.Directory", "AdministrativeUnit.Read.All", "OrgContact.Read.All"],
];
let emulator: Emulator;
let graph: GraphCaller;
beforeAll(async () => {
  const hostnames = ["login.microsoftonline.com", "graph.microsoft.com"];
  emulator = await startEmulator({ users: 60, roles, tls: { hostnames } });
  graph = graphCaller(emulator);
  writeFileSync(join(folder, "ca.pem"), emulator.ca!);
});
afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a program prints, in a process whose connections to Microsoft's hosts end at the emulator, and that can have no others. */
async function run<Found>(program: string, asked: object): Promise<Found> {
  const { tenantId, clientId, clientSecret, origin } = emulator;
  const env = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
    EMULATOR_PORT: new URL(origin).port,
    TENANT_ID: tenantId,
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    ASKED: JSON.stringify(asked),
  };
  const args = ["--require", source("real-hosts.cjs"), source("readers/directory.mjs"), program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 120_000, maxBuffer: 64e6 });
  return JSON.parse(stdout) as Found;
}

type Row = Record<string, unknown> & { id: string };
async function list(path: string): Promise<Row[]> {
  return (await graph.pages(path)).flatMap(({ value }) => value as Row[]);
}
const ids = async (path: string) => (await list(path)).map(({ id }) => id);

/** A group with many members, the first people, and people with and without a photo. */
async function cast() {
  const groups = await list("/groups?$select=id,displayName&$top=999");
  const groupId = groups.find(({ displayName }) => displayName === "All Staff")!.id;
  const users = await list("/users?$top=999");
  const photos = await Promise.all(
    users.map(async ({ id }) => ({ id, bytes: await graph.get(`/users/${id}/photo/$value`) })),
  );
  const withPhoto = photos.find(({ bytes }) => bytes.status === 200)!;
  const withoutPhoto = photos.find(({ bytes }) => bytes.status === 404)!.id;
  const userIds = users.slice(0, 15).map(({ id }) => id);
  return { groupId, userIds, withPhoto: withPhoto.id, withoutPhoto, size: withPhoto.bytes.bytes.length };
}

async function managerOf(id: string): Promise<string | null> {
  const { status, json } = await graph.get(`/users/${id}/manager?$select=id`);
  return status === 200 ? (json as object as Row).id : null;
}

describe.runIf(installed)("read by programs nobody here wrote, unmodified, under Microsoft's host names", () => {
  it("the Graph SDK finds relations, photos, and the steps of its batches", async () => {
    const asked = await cast();
    const found = await run<Record<string, unknown>>("graph-sdk", asked);
    expect(found).toEqual({
      members: await ids(`/groups/${asked.groupId}/members?$top=999`),
      transitive: await ids(`/groups/${asked.groupId}/transitiveMembers?$top=999`),
      managers: await Promise.all(asked.userIds.map(managerOf)),
      serial: [200, 404, 424],
      photo: asked.size,
      noPhoto: 404,
    });
    expect(new Set(found.managers as string[]).size).toBeGreaterThan(1);
  });

  it("@pnp/graph finds members, owners, memberOf, a photo, objects by id, and a batch's answers", async () => {
    const asked = await cast();
    const [first = ""] = asked.userIds;
    const memberOf = await list(`/users/${first}/memberOf`);
    const groups = memberOf.filter((object) => object["@odata.type"] === "#microsoft.graph.group");
    const found = await run<Record<string, string[]>>("pnp-graph", asked);
    expect({ ...found, byIds: found.byIds?.toSorted() }).toEqual({
      members: await ids(`/groups/${asked.groupId}/members?$top=999`),
      owners: await ids(`/groups/${asked.groupId}/owners`),
      memberOf: memberOf.map(({ id }) => id),
      photo: asked.size,
      byIds: [asked.groupId, ...asked.userIds].toSorted(),
      memberGroups: expect.arrayContaining(groups.map(({ id }) => id)),
      names: asked.userIds.map((id) => emulator.users.get(id)?.displayName),
    });
  });

  it("@microsoft/msgraph-sdk finds memberships page by page, and a manager", async () => {
    const asked = await cast();
    const [first = ""] = asked.userIds;
    const memberOf = await list(`/users/${first}/transitiveMemberOf`);
    const found = await run<Record<string, string[]>>("msgraph-sdk", asked);
    expect(found.memberOf).toEqual(memberOf.map(({ id }) => id));
    expect(found.groups?.length).toBeGreaterThan(3);
    expect(memberOf.map(({ id }) => id)).toEqual(expect.arrayContaining(found.groups!));
    expect(found.checked).toEqual(found.groups?.slice(0, 3));
    expect(found).toMatchObject({ photo: asked.size, manager: await managerOf(first) });
  });

  describe("@backstage/plugin-catalog-backend-module-msgraph", () => {
    const configurations: Record<string, object> = {
      basic: {},
      withoutPhotos: { loadUserPhotos: false },
      advanced: { queryMode: "advanced" },
      userFilter: { userFilter: "accountEnabled eq true and userType eq 'member'" },
      advancedFilter: {
        queryMode: "advanced",
        userFilter: "accountEnabled eq true and userType ne 'Guest'",
        groupFilter: "not(mailEnabled eq true)",
      },
      groupMembers: { userGroupMemberFilter: "displayName eq 'All Staff'" },
      groupMembersAdvanced: { queryMode: "advanced", userGroupMemberFilter: "startsWith(displayName,'All')" },
      groupSearch: { groupSearch: '"displayName:staff"', userGroupMemberSearch: '"displayName:staff"' },
      expanded: { userExpand: "manager", userSelect: ["id", "displayName", "userPrincipalName", "mail"] },
      subGroups: {
        groupIncludeSubGroups: true,
        groupFilter: "securityEnabled eq true",
        groupSelect: ["id", "displayName", "description"],
      },
    };
    interface Catalogue {
      users: { id: string; memberOf: number; picture: number }[];
      groups: { id: string; children: number }[];
    }
    let found: Record<string, Catalogue>;
    let users: Row[];
    let groups: string[];
    beforeAll(async () => {
      users = (await list("/users?$select=id,accountEnabled,userType&$top=999")).filter(
        ({ accountEnabled }) => accountEnabled,
      );
      groups = await ids("/groups?$top=999");
      found = await run("backstage", configurations);
    });

    const idsIn = (rows: readonly { id: string }[] = []) => rows.map(({ id }) => id).toSorted();

    it.each(["basic", "withoutPhotos", "advanced", "groupMembers", "groupMembersAdvanced", "groupSearch", "expanded"])(
      "reads everyone, and who belongs where, as configured: %s",
      (name) => {
        const { users: people = [] } = found[name] ?? {};
        expect(idsIn(people)).toEqual(idsIn(users));
        expect(people.every(({ memberOf }) => memberOf > 0)).toBe(true);
        expect(people.some(({ picture }) => picture > 0)).toBe(name !== "withoutPhotos");
      },
    );

    it.each(["userFilter", "advancedFilter"])("reads those that a filter finds: %s", (name) => {
      const staff = users.filter(({ userType }) => userType === "Member");
      expect(staff.length).toBeLessThan(users.length);
      expect(idsIn(found[name]?.users)).toEqual(idsIn(staff));
    });

    it("reads groups with their hierarchy, the tenant on top", async () => {
      const { groups: all = [] } = found.basic ?? {};
      expect(idsIn(all)).toEqual([...groups, emulator.tenantId].toSorted());
      expect(all.filter(({ children }) => children > 0).length).toBeGreaterThan(2);
      expect(idsIn(found.groupSearch?.groups)).toHaveLength(2);
      expect(found.advancedFilter?.groups.length).toBeLessThan(all.length);
      expect(found.subGroups?.groups.length).toBeGreaterThan(2);
    });
  });
});
