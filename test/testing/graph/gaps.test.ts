import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAll } from "../../../src/graph/list-all.js";
import type { Emulator } from "../../../src/testing/index.js";
import { type EmulatedTenant, emulatedClient } from "../../support/emulated-client.js";
import { failureOf } from "../../support/refusal.js";
import { requestToken } from "../entra/token-request.js";

let tenant: EmulatedTenant;
let emulator: Emulator;
let authorization: string;
let user: string;
let group: string;
beforeAll(async () => {
  tenant = await emulatedClient({ users: 30, roles: ["Directory.Read.All", "User.Read.All"] });
  emulator = tenant.emulator;
  authorization = `Bearer ${(await requestToken(emulator)).body.access_token}`;
  [user] = emulator.users.ids() as Iterable<string> as [string];
  [group] = emulator.groups.ids() as Iterable<string> as [string];
});
afterAll(() => emulator.stop());

async function ask(method: string, path: string, version = "v1.0") {
  const filled = path.replace("USER", user).replace("GROUP", group);
  const response = await emulator.fetch(`https://graph.microsoft.com/${version}${filled}`, {
    method,
    headers: { authorization, "content-type": "application/json", ConsistencyLevel: "eventual" },
    ...(/POST|PATCH|PUT/.test(method) && { body: "{}" }),
  });
  const { error } = JSON.parse((await response.text()) || "{}");
  return { status: response.status, code: error?.code, message: error?.message as string | undefined };
}

describe("what Graph has and the embedded tenant hasn't", () => {
  it.each([
    ["GET", "/users/USER/calendar"],
    ["GET", "/users/USER/Messages?$top=5"],
    ["GET", "/users/USER/mailFolders/inbox/messages"],
    ["GET", "/users('USER')/drive/root/children"],
    ["GET", "/users/USER/authentication/methods"],
    ["GET", "/users/USER/displayName"],
    ["GET", "/users/USER/reminderView(startDateTime='a',endDateTime='b')"],
    ["GET", "/groups/GROUP/team"],
    ["GET", "/groups/GROUP/sites/root"],
    ["GET", "/sites/root"],
    ["GET", "/security/alerts_v2"],
    ["GET", "/identity/conditionalAccess/policies"],
    ["GET", "/policies/authorizationPolicy"],
    ["GET", "/auditLogs/provisioning"],
    ["GET", "/reports/getTeamsUserActivityUserDetail(period='D7')"],
    ["GET", "/roleManagement/directory/roleEligibilitySchedules"],
    ["GET", "/domains/contoso.com/verificationDnsRecords"],
    ["GET", "/directoryObjects/USER/microsoft.graph.user/manager"],
    ["GET", "/$metadata"],
    ["GET", ""],
    ["POST", "/users"],
    ["PATCH", "/users/USER"],
    ["DELETE", "/users/USER"],
    ["POST", "/groups/GROUP/members/$ref"],
    ["DELETE", "/groups/GROUP/members/USER/$ref"],
    ["PUT", "/users/USER/manager/$ref"],
    ["PUT", "/users/USER/photo/$value"],
    ["POST", "/users/USER/assignLicense"],
    ["POST", "/users/USER/microsoft.graph.revokeSignInSessions"],
    ["POST", "/users/USER/sendMail"],
    ["POST", "/applications/USER/addPassword"],
    ["POST", "/servicePrincipals/USER/appRoleAssignedTo"],
    ["POST", "/invitations"],
    ["GET", "/users?$expand=calendar"],
    ["GET", "/groups?$expand=appRoleAssignments"],
  ])("%s %s is a gap", async (method, path) => {
    const { status, code, message } = await ask(method, path);
    expect([status, code]).toEqual([501, "EmulatorGap"]);
    expect(message).toMatch(/^The embedded tenant doesn't emulate .+, which Graph has\.$/);
    expect(emulator.requests.at(-1)).toMatchObject({ status: 501, advice: { notEmulated: true } });
  });

  it.each([
    ["GET", "/userz"],
    ["GET", "/users/USER/calender"],
    ["GET", "/users/USER/displayName/first"],
    ["GET", "/users/USER/memberOf/GROUP/nothing"],
    ["GET", "/users/delta/nothing"],
    ["GET", "/security/alertz"],
    ["GET", "/identity/conditionalAcces"],
    ["GET", "/reports/getTeamsUserActivityUserDetial(period='D7')"],
    ["GET", "/auditLogs/signInz"],
    ["GET", "/users?$select=dispalyName"],
    ["GET", "/users?$expand=calender"],
    ["GET", "/users?$filter=dispalyName eq 'x'"],
    ["GET", "/users?$orderby=dispalyName"],
    ["POST", "/invitationz"],
    ["GET", "/me/messages"],
  ])("%s %s is a mistake, and Graph's 400", async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 400, code: "BadRequest" });
    expect(emulator.requests.at(-1)?.advice).toBeUndefined();
  });

  it.each([
    ["DELETE", "/users"],
    ["PATCH", "/groups"],
    ["POST", "/users/USER"],
    ["POST", "/users/USER/memberOf"],
    ["GET", "/users/USER/getMemberGroups"],
    ["POST", "/users/delta"],
  ])("%s %s is nothing that Graph does", async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 405, code: "Request_BadRequest" });
  });

  it("is told of beta by the metadata of v1.0", async () => {
    expect(await ask("GET", "/users/USER/calendar", "beta")).toMatchObject({ status: 501, code: "EmulatorGap" });
  });

  it("keeps Graph's own 501 apart", async () => {
    expect(await ask("GET", "/users?$select=aboutMe")).toMatchObject({ status: 501, code: "NotImplemented" });
  });

  it("is asked once by the library, and called by its name", async () => {
    const asked = emulator.requests.length;
    const failure = await failureOf(listAll(tenant.client, `/users/${user}/events`).toArray());
    expect(failure).toMatchObject({ code: "unsupported_query", graphCode: "EmulatorGap", retryable: false });
    expect(failure.remedy).toMatch(/embedded tenant/);
    expect(emulator.requests.slice(asked).filter(({ service }) => service === "graph")).toHaveLength(1);
  });
});
