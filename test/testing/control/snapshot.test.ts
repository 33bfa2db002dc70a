import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClientCertificate, type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
let certificate: string;
beforeAll(async () => {
  certificate = (await createClientCertificate()).certificate;
  emulator = await startEmulator({ users: 60, groups: 40, control: true });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

async function call(method: string, path: string, body?: string, type = "application/json") {
  const init = body === undefined ? {} : { body, headers: { "content-type": type } };
  const response = await fetch(emulator.console + path, { method, ...init });
  const text = await response.text();
  return { status: response.status, text, json: text === "" ? undefined : JSON.parse(text) };
}
const exported = async (query = "") => (await call("GET", `api/snapshot${query}`)).text;
const put = (text: string) => call("PUT", "api/snapshot", text);

/** Something of everything. */
function change() {
  const { users, groups, devices, faults, clock, graph } = emulator;
  const [first, second, third, fourth] = [...users.ids()] as [string, string, string, string];
  const [group] = groups.ids();
  const app = emulator.addApp({
    displayName: "Sync",
    roles: { "https://graph.microsoft.com": ["Group.Read.All"], "api://else": ["Do.It"] },
    asksFor: ["Device.Read.All"],
    certificates: [certificate],
  });
  app.addSecret({ value: "a-secret-of-its-own", expiresAt: new Date("2090-01-01T00:00:00Z") });
  const [one, other] = [users.get(first)!, users.get(second)!];
  users.update(first, { userPrincipalName: "away@contoso.onmicrosoft.com" });
  users.update(second, { userPrincipalName: one.userPrincipalName });
  users.update(first, { userPrincipalName: other.userPrincipalName, jobTitle: null as never });
  const ada = users.add({ displayName: "Ada Lovelace", extension_0a1b_level: 3, manager: { id: first } });
  const gone = users.add({ displayName: "Nobody" });
  users.remove(gone.id, { permanently: true });
  const left = users.add({ displayName: "Bob Left" });
  groups.addMember(group!, left.id);
  groups.addMember(group!, ada.id);
  groups.removeMember(group!, third);
  users.remove(left.id);
  users.remove(fourth, { permanently: true });
  const team = groups.add({ displayName: "Analysts" });
  groups.addOwner(team.id, ada.id);
  groups.addMember(team.id, group!);
  devices.add({ displayName: "Engine" });
  faults.add({ path: /delta/i, status: 503, times: 3 });
  faults.add({ service: "entra", chance: 0.5, aadsts: 700016 });
  clock.advance(86_400_000);
  graph.shortPages = 0.2;
  return { ada, left, team, group: group!, app };
}

describe("a snapshot", () => {
  it("of a tenant as it was generated holds no people", async () => {
    const { directory, apps, graph, faults } = JSON.parse(await exported());
    expect([directory, apps.length, graph, faults]).toEqual([{}, 1, undefined, undefined]);
  });

  it("brings everything back, and gives the same bytes when it is taken again", async () => {
    const { ada, left, team, group, app } = change();
    const members = [...emulator.groups.members(group)];
    const people = [...emulator.users.ids()].map((id) => emulator.users.get(id));
    const text = await exported();
    emulator.reset();
    expect(await exported()).not.toBe(text);
    expect(await put(text)).toMatchObject({ status: 204 });
    expect(await exported()).toBe(text);
    expect([...emulator.users.ids()].map((id) => emulator.users.get(id))).toEqual(people);
    expect([...emulator.groups.members(group)]).toEqual(members);
    expect([...emulator.groups.owners(team.id)]).toEqual([ada.id]);
    expect(emulator.users.restore(left.id).displayName).toBe("Bob Left");
    expect([...emulator.groups.members(group)]).toContain(left.id);
    expect(emulator.app(app.clientId)).toMatchObject({ displayName: "Sync", roles: app.roles });
    expect(emulator.graph.shortPages).toBe(0.2);
    expect(emulator.clock.now()).toBeGreaterThan(Date.now() + 80_000_000);
  });

  it("holds secrets by their hashes, and every one of them goes on working", async () => {
    const { app } = change();
    emulator.faults.clear();
    const made = app.addSecret();
    const text = await exported();
    for (const secret of ["a-secret-of-its-own", made, emulator.clientSecret]) expect(text).not.toContain(secret);
    await put(text);
    for (const client_secret of ["a-secret-of-its-own", made]) {
      const { status } = await requestToken(emulator, { form: { client_id: app.clientId, client_secret } });
      expect(status).toBe(200);
    }
    expect((await requestToken(emulator)).status).toBe(200);
    // The last one was made here, so that its value follows from its hash.
    expect(emulator.app(app.clientId).clientSecret).toBe(made);
    expect(emulator.app().clientSecret).toBe(emulator.clientSecret);
  });

  it("with full=true holds everybody, and comes back as the short one", async () => {
    change();
    const [short, full] = [await exported(), await exported("?full=true")];
    expect(JSON.parse(full).directory.users.length).toBeGreaterThan(60);
    await put(full);
    expect(await exported()).toBe(short);
  });

  it("leaves room for what is registered and made after it", async () => {
    const [one] = [emulator.addApp(), emulator.addApp()];
    await call("DELETE", `api/apps/${one.clientId}`);
    await put(await exported());
    const made = await Promise.all([1, 2, 3].map(() => call("POST", "api/apps", "{}")));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201]);
    const secrets = await Promise.all([1, 2].map(() => call("POST", `api/apps/${emulator.clientId}/secrets`, "{}")));
    expect(new Set(secrets.map(({ json }) => json.id)).size).toBe(2);
  });

  const state = (changes: object) => JSON.stringify({ snapshot: 1, ...changes });
  const someone = { id: "11111111-2222-3333-4444-555555555555", displayName: "New", userPrincipalName: "new@x.y" };
  it.each<[string, string, RegExp]>([
    ["another version", JSON.stringify({ snapshot: 2 }), /form 2, of another version/],
    ["no snapshot", "{}", /"snapshot" is missing/],
    ["no JSON", "{", /isn't JSON/],
    ["no object", "[]", /must be an object/],
    ["an unknown key", state({ dirctory: {} }), /There is no dirctory\. Did you mean "directory"\?/],
    [
      "an unknown field deep in it",
      state({ apps: [{ name: "A", role: [] }] }),
      /There is no apps\[0\]\.role\. Did you mean "roles"\?/,
    ],
    ["a value of another kind", state({ apps: [{ disabled: "yes" }] }), /apps\[0\]\.disabled must be true or false/],
    ["a switch out of range", state({ graph: { shortPages: 2 } }), /graph\.shortPages must be a number from 0 to 0\.9/],
    [
      "a property nobody has",
      state({ directory: { users: [someone, { displyName: "x" }] } }),
      /directory\.users\[1\]: A user has no property "displyName"/,
    ],
    [
      "a property of another kind",
      state({ directory: { users: [{ ...someone, accountEnabled: "yes" }] } }),
      /directory\.users\[0\]: accountEnabled must be true or false or null/,
    ],
    [
      "a name that is taken",
      state({ directory: { users: [someone, { ...someone, id: "22222222-2222-3333-4444-555555555555" }] } }),
      /directory\.users\[0\]: Another user is already called/,
    ],
    [
      "a member that is nobody",
      state({ directory: { groups: [{ displayName: "G", members: ["x@y.z"] }] } }),
      /directory\.groups\[0\]: members: there is nothing "x@y\.z"/,
    ],
    [
      "a relation that is none",
      state({ directory: { relations: [{ relation: "groups friends", id: "x" }] } }),
      /directory\.relations\[0\]\.relation must be one of groups members/,
    ],
    ["a fault that does nothing", state({ faults: [{ path: "/users" }] }), /faults\[0\]: A fault does something/],
    [
      "a secret that is half of one",
      state({ apps: [{ secrets: [{ sha256: "0".repeat(64) }] }] }),
      /apps\[0\]\.secrets\[0\]: a sha256 stands beside id and hint/,
    ],
    [
      "a date that is none",
      state({ apps: [{ secrets: [{ expiresAt: "soon" }] }] }),
      /apps\[0\]\.secrets\[0\]\.expiresAt must be a date/,
    ],
  ])("is refused for %s, and nothing changes", async (_, text, message) => {
    change();
    const before = await exported();
    const { status, json } = await put(text);
    expect([status, json.error.code]).toEqual([400, "invalid"]);
    expect(json.error.message).toMatch(message);
    expect(await exported()).toBe(before);
  });

  it("of another tenant isn't put in this one's place", async () => {
    const { status, json } = await put(state({ tenant: { seed: 7 } }));
    expect([status, json.error.code]).toEqual([409, "conflict"]);
    expect(json.error.message).toContain("its seed is 7, and here it is 1. Start one with --import.");
  });
});

describe("an import of users", () => {
  const rows = [
    {
      displayName: "Grace Hopper",
      userPrincipalName: "grace@contoso.onmicrosoft.com",
      accountEnabled: false,
      businessPhones: ["1", "2"],
    },
    {
      displayName: "Alan, Turing",
      userPrincipalName: "alan@contoso.onmicrosoft.com",
      accountEnabled: true,
      businessPhones: [],
    },
  ];
  const csv = `displayName,userPrincipalName,accountEnabled,businessPhones\r\nGrace Hopper,grace@contoso.onmicrosoft.com,FALSE,1;2\r\n"Alan, Turing",alan@contoso.onmicrosoft.com,true,\r\n`;
  it.each([
    ["an array", JSON.stringify(rows), "application/json"],
    ["Graph's answer", JSON.stringify({ "@odata.context": "x", value: rows }), "application/json; charset=utf-8"],
    ["a line for each", rows.map((row) => JSON.stringify(row)).join("\n"), "application/x-ndjson"],
    ["CSV", csv, "text/csv"],
    ["CSV with a byte order mark", `\uFEFF${csv}`, "text/csv"],
    ["CSV by semicolons", csv.replace("1;2", '"1;2"').replaceAll(/,(?! )/g, ";"), "text/csv; charset=utf-8"],
  ])("takes %s, and brings up to date who is there already", async (_, text, type) => {
    expect(await call("POST", "api/import", text, type)).toMatchObject({ status: 200, json: { added: 2, updated: 0 } });
    const found = rows.map(({ userPrincipalName }) => emulator.users.get(userPrincipalName));
    const { businessPhones: _phones, ...alan } = rows[1]!;
    expect(found).toMatchObject([rows[0], alan]);
    expect(await call("POST", "api/import", text, type)).toMatchObject({ json: { added: 0, updated: 2 } });
    expect(emulator.users.count).toBe(62);
  });

  it("finds people by id, renames them, and takes managers by name", async () => {
    const [first, second] = [...emulator.users.ids()] as [string, string];
    const { userPrincipalName } = emulator.users.get(second)!;
    const changed = [{ id: first, userPrincipalName: "new@contoso.onmicrosoft.com", manager: userPrincipalName }];
    expect((await call("POST", "api/import", JSON.stringify(changed))).json).toEqual({ added: 0, updated: 1 });
    expect(emulator.users.get("new@contoso.onmicrosoft.com")?.id).toBe(first);
  });

  const [one, other] = rows as [object, object];
  it.each<[string, string, string, RegExp]>([
    [
      "an unknown property",
      JSON.stringify([one, { ...other, jobTitel: "x" }]),
      "application/json",
      /^row 2: A user has no property "jobTitel"/,
    ],
    [
      "a property of another kind",
      JSON.stringify([{ ...one, accountEnabled: 1 }]),
      "application/json",
      /^row 1: accountEnabled must be true or false/,
    ],
    [
      "a cell of another kind",
      csv.replace("true", "yes"),
      "text/csv",
      /^row 2: accountEnabled must be true or false, not "yes"/,
    ],
    ["a line that is too long", `${csv}a,b,c,d,e\n`, "text/csv", /^row 3 has 5 cells for 4 columns/],
    [
      "a quotation mark that isn't closed",
      `${csv}"a,b,c,d\n`,
      "text/csv",
      /^row 3 has a quotation mark that isn't closed/,
    ],
    [
      "a name twice",
      JSON.stringify([one, { ...one, id: "11111111-2222-3333-4444-555555555555" }]),
      "application/json",
      /^row 1: Another user is already called/,
    ],
    ["a line that isn't JSON", `${JSON.stringify(one)}\n{`, "application/x-ndjson", /^row 2 isn't JSON/],
    ["a row that is no object", "[1]", "application/json", /^row 1 must be an object/],
    ["what is no list", '{"displayName":"x"}', "application/json", /must be an array/],
    [
      "a manager who is nobody",
      JSON.stringify([{ ...one, manager: "no@one" }]),
      "application/json",
      /^row 1: manager: there is nothing "no@one"/,
    ],
  ])("is refused for %s, by row, and changes nobody", async (_, text, type, message) => {
    const before = await exported();
    const { status, json } = await call("POST", "api/import", text, type);
    expect([status, json.error.code]).toEqual([400, "invalid"]);
    expect(json.error.message).toMatch(message);
    expect(await exported()).toBe(before);
  });

  it("is refused in a form that nobody knows", async () => {
    expect(await call("POST", "api/import", "x", "text/plain")).toMatchObject({ status: 415 });
  });
});
