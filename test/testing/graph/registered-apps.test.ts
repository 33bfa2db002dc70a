import { beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { type GraphCaller, graphCaller } from "./graph-caller.js";

const graphAppId = "00000003-0000-0000-c000-000000000000";
const roles = ["Directory.Read.All", "Application.Read.All"];
let emulator: Emulator;
let graph: GraphCaller;
beforeEach(async () => {
  emulator = await startEmulator({ users: 5, applications: 2, roles, control: true });
  graph = graphCaller(emulator);
  return () => emulator.stop();
});

interface Found {
  id: string;
  [property: string]: unknown;
}
const get = async (path: string) => (await graph.get(path)).json as unknown as Found & { value: Found[] };
const principalOf = (clientId: string) => get(`/servicePrincipals(appId='${clientId}')`);

/** Names of the permissions that an app has, as a reader finds them: by ids, in the roles of Graph's service principal. */
async function granted(clientId: string, resource = graphAppId): Promise<unknown[]> {
  const { appRoles } = (await principalOf(resource)) as unknown as { appRoles: { id: string; value: string }[] };
  const { id } = await principalOf(clientId);
  const { value } = await get(`/servicePrincipals/${id}/appRoleAssignments`);
  const { id: api } = await principalOf(resource);
  const own = value.filter(({ resourceId }) => resourceId === api);
  return own.map(({ appRoleId }) => appRoles.find((role) => role.id === appRoleId)?.value);
}

describe("an app of the emulator", () => {
  it("is an application and a service principal of the tenant from the start", async () => {
    const { clientId } = emulator;
    const { objectId } = emulator.app();
    expect(await get(`/applications(appId='${clientId}')`)).toMatchObject({
      appId: clientId,
      displayName: "Directory reader",
      identifierUris: [`api://${clientId}`],
      passwordCredentials: [{ secretText: null, hint: emulator.clientSecret.slice(0, 3) }],
    });
    expect(await get(`/servicePrincipals/${objectId}`)).toMatchObject({ appId: clientId, accountEnabled: true });
    expect(await granted(clientId)).toEqual(roles);
  });

  it("is counted, listed and in step with emulator.applications", async () => {
    const before = emulator.applications.count;
    const { clientId } = emulator.addApp({ displayName: "Payroll" });
    expect(emulator.applications.count).toBe(before + 1);
    expect((await get("/applications")).value.map(({ displayName }) => displayName)).toContain("Payroll");
    const { text } = await graph.get("/applications/$count", { ConsistencyLevel: "eventual" });
    expect(Number(text)).toBe([...emulator.applications.ids()].length);
    const found = await get(`/servicePrincipals?$filter=appId eq '${clientId}'`);
    expect(found.value).toHaveLength(1);
  });

  it("has what it is granted at the moment, by code and by the control API, from both ends", async () => {
    const app = emulator.addApp({ roles: [] });
    const { clientId, objectId } = app;
    expect(await granted(clientId)).toEqual([]);
    app.roles = ["Group.Read.All"];
    expect(await granted(clientId)).toEqual(["Group.Read.All"]);
    const control = (method: string, path: string, body?: object) =>
      fetch(`${emulator.console}api/apps/${clientId}${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
    expect((await control("POST", "/roles", { roles: ["User.Read.All"] })).status).toBe(200);
    expect(await granted(clientId)).toEqual(["Group.Read.All", "User.Read.All"]);
    const { id: api } = await principalOf(graphAppId);
    const holders = async () =>
      (await get(`/servicePrincipals/${api}/appRoleAssignedTo`)).value.map(({ principalId }) => principalId);
    expect((await holders()).filter((id) => id === objectId)).toHaveLength(2);
    await control("DELETE", "/roles/Group.Read.All");
    expect(await granted(clientId)).toEqual(["User.Read.All"]);
    await control("PATCH", "", { name: "Renamed", disabled: true });
    expect(await principalOf(clientId)).toMatchObject({ displayName: "Renamed", accountEnabled: false });
    expect(await get(`/applications(appId='${clientId}')`)).toMatchObject({ displayName: "Renamed" });
    await control("DELETE", "");
    expect((await graph.get(`/servicePrincipals/${objectId}`)).status).toBe(404);
    expect(await holders()).not.toContain(objectId);
  });

  it("has roles of another app's API, which that one shows", async () => {
    const api = emulator.addApp({ displayName: "Orders", roles: [] });
    const reader = emulator.addApp({ roles: { [`api://${api.clientId}`]: ["Orders.Read"] } });
    expect(await granted(reader.clientId, api.clientId)).toEqual(["Orders.Read"]);
    expect(await granted(reader.clientId)).toEqual([]);
  });

  it("is in a tenant that consented to it as a service principal only", async () => {
    const other = emulator.addTenant({ users: 1, applications: 0, roles: ["Application.Read.All"] });
    expect(other.servicePrincipals.get(other.app(emulator.clientId).objectId)).toMatchObject({
      appId: emulator.clientId,
    });
    expect(other.applications.count).toBe(0);
  });

  it("that comes, changes and goes is told by a delta query, once each", async () => {
    let link = (await get("/servicePrincipals/delta?$deltatoken=latest&$select=displayName"))["@odata.deltaLink"];
    const changes = async () => {
      const page = await get(String(link));
      link = page["@odata.deltaLink"];
      return page.value;
    };
    expect(await changes()).toEqual([]);
    const { clientId, objectId } = emulator.addApp({ displayName: "Badge Printer 9" });
    expect(await changes()).toEqual([{ id: objectId, displayName: "Badge Printer 9" }]);
    expect(await changes()).toEqual([]);
    await fetch(`${emulator.console}api/apps/${clientId}`, { method: "DELETE" });
    expect(await changes()).toEqual([{ id: objectId, "@removed": { reason: "changed" } }]);
    emulator.addApp({ clientId, displayName: "Back" });
    expect(await changes()).toEqual([{ id: objectId, displayName: "Back" }]);
  });

  it("is what it was after a reset", async () => {
    emulator.addApp({ displayName: "Gone" });
    emulator.reset();
    expect(emulator.applications.count).toBe(3);
    expect(emulator.servicePrincipals.get(emulator.app().objectId)).toMatchObject({ displayName: "Directory reader" });
  });
});
