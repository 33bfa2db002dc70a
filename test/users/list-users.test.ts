import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient } from "../../src/graph/client.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { listUsers } from "../../src/users/list-users.js";
import { type EmulatedTenant, emulatedClient, emulatedIds } from "../support/emulated-client.js";
import { collect } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";

let tenant: EmulatedTenant;
afterEach(() => tenant.emulator.stop());

describe("listing the users of a tenant", () => {
  it("brings everybody at 999 a page, with one token", async () => {
    tenant = await emulatedClient({ users: 2_500 });
    const users = await collect(listUsers(tenant.client, { select: ["id"] }));
    expect(users.map(({ id }) => id)).toEqual(emulatedIds(tenant.emulator));
    expect(tenant.asked()).toHaveLength(3);
    expect(tenant.emulator.requests.filter(({ service }) => service === "entra")).toHaveLength(1);
  });

  it("brings exactly the properties that were selected, and the documented ones unasked", async () => {
    tenant = await emulatedClient({ users: 3 });
    const [selected] = await collect(listUsers(tenant.client, { select: ["id", "accountEnabled"] }));
    expect(Object.keys(selected ?? {}).sort()).toEqual(["accountEnabled", "id"]);
    const [user] = await collect(listUsers(tenant.client));
    expect(Object.keys(user ?? {})).toHaveLength(11);
  });

  it("brings everybody in pages of any length, in an order that nobody promised", async () => {
    tenant = await emulatedClient({ users: 400, shortPages: 0.5, shuffle: true });
    const users = await collect(listUsers(tenant.client, { select: ["id"], pageSize: 20 }));
    expect(users.map(({ id }) => id).sort()).toEqual(emulatedIds(tenant.emulator).sort());
  });

  it("brings whoever was there all the time once, while others come, change and go", async () => {
    tenant = await emulatedClient({ users: 300 });
    const { users } = tenant.emulator;
    const before = emulatedIds(tenant.emulator);
    const found: string[] = [];
    for await (const { id } of listUsers(tenant.client, { select: ["id"], pageSize: 10 })) {
      found.push(id);
      if (found.length % 25 === 0 && found.length <= 250) {
        users.add({ displayName: "Newcomer" });
        users.remove(before[found.length + 20] as string);
        users.update(before[(found.length * 7) % 20] as string, { displayName: "Renamed" });
      }
    }
    const stayed = before.filter((id) => users.get(id) !== undefined);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(stayed));
  });

  it("goes on when its token is revoked in the middle", async () => {
    tenant = await emulatedClient({ users: 300 });
    const found: string[] = [];
    for await (const { value } of listUsers(tenant.client, { pageSize: 100, prefetch: false }).byPage()) {
      found.push(...value.map(({ id }) => id));
      if (found.length === 100) tenant.emulator.revoke();
    }
    expect(found).toEqual(emulatedIds(tenant.emulator));
    expect(tenant.emulator.requests.filter(({ status }) => status === 401)).not.toEqual([]);
  });

  it("names the missing permission, and where an administrator grants it", async () => {
    tenant = await emulatedClient({ users: 3, roles: [] });
    const { tenantId, clientId } = tenant.emulator;
    const failure = await failureOf(collect(listUsers(tenant.client)));
    expect(failure).toMatchObject({ code: "permission_missing", graphCode: "Authorization_RequestDenied", page: 1 });
    expect(failure.remedy).toContain("User.Read.All");
    expect(failure.adminConsentUrl).toBe(
      `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${clientId}`,
    );
  });

  it("fails with what Entra said where there is no token", async () => {
    tenant = await emulatedClient({ users: 3 });
    const { tenantId, clientId, fetch } = tenant.emulator;
    const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret: "wrong", fetch });
    const failure = await failureOf(collect(listUsers(createGraphClient({ authProvider }))));
    expect(failure).toMatchObject({ code: "invalid_credential", aadsts: 7000215, page: 1 });
    expect(tenant.asked()).toEqual([]);
  });
});
