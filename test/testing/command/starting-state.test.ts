import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createClientCertificate } from "../../../src/testing/client-certificate.js";
import { checkExport, writeExport } from "../../../src/testing/command/export.js";
import { readSettings, type Settings } from "../../../src/testing/command/settings.js";
import { startTenant } from "../../../src/testing/command/start-tenant.js";
import { stateFileSchema } from "../../../src/testing/state/state-file.js";

const folder = mkdtempSync(join(tmpdir(), "emulator-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const settings = (...args: string[]) => readSettings(args) as Settings;
const start = (...args: string[]) => startTenant(settings("--port", "0", ...args), {});

const config = {
  server: { port: 9443, hostnames: ["tenant.test"], proxy: true },
  tenant: { domain: "fabrikam.onmicrosoft.com", users: 20, seed: 7, groups: 3 },
  apps: [
    { name: "Sync", roles: ["User.Read.All"], asksFor: ["GroupMember.Read.All"] },
    { name: "Orders", clientId: "11111111-1111-4111-8111-111111111111", roles: { "api://else": ["Do.It"] } },
  ],
  directory: {
    users: [{ displayName: "Ada Lovelace", userPrincipalName: "ada@fabrikam.onmicrosoft.com" }],
    groups: [{ displayName: "Sales", members: ["ada@fabrikam.onmicrosoft.com"] }],
  },
  graph: { shortPages: 0.5 },
  faults: [{ path: "/groups", status: 429, retryAfter: 3 }],
};

describe("emulator.json", () => {
  it("is what the command starts with, and options win over it", () => {
    const path = file("emulator.json", config);
    expect(settings("--config", path).emulator).toMatchObject({
      port: 9443,
      users: 20,
      seed: 7,
      domain: "fabrikam.onmicrosoft.com",
      shortPages: 0.5,
      proxy: true,
      tls: { hostnames: ["tenant.test"] },
    });
    const given = settings("--config", path, "--port", "0", "--users", "5", "--roles", "Group.Read.All", "--throttle");
    expect(given.emulator).toMatchObject({ port: 0, users: 5, seed: 7, throttle: true });
    expect(given.state.apps![0]).toMatchObject({ name: "Sync", roles: ["Group.Read.All"] });
  });

  it("furnishes the tenant, and a reset comes back to it", async () => {
    const { emulator, apps } = await start("--config", file("emulator.json", config), "--app", "More=User.Read.All");
    await using _ = emulator;
    const seen = () => ({
      users: emulator.users.count,
      ada: emulator.users.get("ada@fabrikam.onmicrosoft.com")?.displayName,
      sales: [...emulator.groups.ids()].map((id) => emulator.groups.get(id)?.displayName).includes("Sales"),
      roles: apps.map(({ clientId }) => emulator.app(clientId).roles),
      shortPages: emulator.graph.shortPages,
    });
    const before = seen();
    expect(apps.map(({ displayName }) => displayName)).toEqual(["Sync", "Orders", "More"]);
    expect(before).toMatchObject({ users: 21, ada: "Ada Lovelace", sales: true, shortPages: 0.5 });
    emulator.app().roles = [];
    emulator.users.remove("ada@fabrikam.onmicrosoft.com");
    emulator.reset();
    expect(seen()).toEqual(before);
  });

  it("names certificates by their paths from the file on", async () => {
    mkdirSync(join(folder, "deep"), { recursive: true });
    const { certificate } = await createClientCertificate();
    file("deep/app.pem", certificate);
    const path = file("deep/emulator.json", { apps: [{ name: "A", certificates: ["./app.pem"] }] });
    const { emulator } = await start("--config", path);
    await using _ = emulator;
    expect(emulator.app().registration.certificates).toHaveLength(1);
    const wrong = file("deep/wrong.json", { apps: [{ certificates: ["./none.pem"] }] });
    expect(() => settings("--config", wrong)).toThrow(/apps\[0\]\.certificates\[0\] can't be read: ENOENT/);
  });

  it.each([
    ["what isn't there", undefined, /--config .* can't be read: ENOENT/],
    ["what isn't JSON", "{", /isn't JSON/],
    ["a misspelt key", { tennant: {} }, /There is no tennant\. Did you mean "tenant"\?/],
    ["a port that is none", { server: { port: 70_000 } }, /server\.port must be a whole number from 0 to 65535/],
    ["an app without a name's letters", { apps: [{ name: " " }] }, /apps\[0\]\.name must be a text/],
  ])("is refused for %s, by its place", (_, content, message) => {
    const path = content === undefined ? join(folder, "nothing.json") : file("bad.json", content);
    expect(() => settings("--config", path)).toThrow(message);
  });

  it.each([
    [
      "a user's property",
      { directory: { users: [{ nmae: 1 }] } },
      /directory\.users\[0\]: A user has no property "nmae"/,
    ],
    [
      "a tenant's size",
      { tenant: { users: 3 }, directory: { removed: [{ kind: "users", id: "x" }] } },
      /directory\.removed\[0\]: there is nothing "x"/,
    ],
  ])("that is wrong about %s opens no port", async (_, content, message) => {
    await expect(start("--config", file("bad.json", content))).rejects.toThrow(message);
  });

  it("has a schema that knows what the file knows", () => {
    const schema = stateFileSchema() as { properties: Record<string, { properties?: object }> };
    expect(Object.keys(schema.properties)).toEqual(
      expect.arrayContaining([...Object.keys(config), "clock", "snapshot"]),
    );
    expect(schema.properties.tenant!.properties).toHaveProperty("administrativeUnits");
    expect(JSON.stringify(schema)).toContain("userPrincipalName");
  });
});

describe("a snapshot of the command", () => {
  it("is imported before the port opens, and taken again with equal bytes", async () => {
    const first = await start("--config", file("emulator.json", config));
    first.emulator.users.add({ displayName: "Grace Hopper" });
    const text = first.snapshot();
    const { clientSecret } = first.apps[0]!;
    await first.emulator.stop();
    const again = await start("--import", file("snapshot.json", text));
    await using _ = again.emulator;
    expect(again.snapshot()).toBe(text);
    expect(again.emulator.users.count).toBe(22);
    expect(again.apps[0]).toMatchObject({ displayName: "Sync", clientSecret });
  });

  it("of another tenant than is asked for is refused", () => {
    const path = file("snapshot.json", { snapshot: 1, tenant: { users: 20, seed: 1 } });
    expect(() => settings("--import", path, "--users", "5")).toThrow("whose users is 20, and 5 is asked for");
    expect(settings("--import", path, "--users", "20").emulator.users).toBe(20);
    expect(() => settings("--import", file("newer.json", { snapshot: 9 }))).toThrow("a snapshot of form 9");
  });

  it("may be missing where it is written at the end, the first time", () => {
    const path = join(folder, "not-yet.json");
    expect(settings("--import", path, "--export-on-exit")).toMatchObject({ exportTo: path, state: {} });
    expect(settings("--export-on-exit", path, "--users", "3")).toMatchObject({ exportTo: path });
    expect(() => settings("--import", path)).toThrow("can't be read");
    expect(() => settings("--export-on-exit")).toThrow("--export-on-exit needs a file, or --import one.");
  });

  it("takes the old one's place whole, or not at all", () => {
    const path = file("kept.json", "old");
    writeExport(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    mkdirSync(join(folder, "taken.json"));
    expect(() => checkExport(join(folder, "taken.json"))).toThrow("it is a folder");
    expect(() => checkExport(join(folder, "none", "x.json"))).toThrow("ENOENT");
    expect(() => writeExport(join(folder, "taken.json"), "x")).toThrow(
      /can't be written to .* What was there is as it was\./,
    );
  });
});

describe("users of a file", () => {
  it("are there when the port opens, and after a reset", async () => {
    const { emulator } = await start(
      "--users",
      "3",
      "--import",
      file("people.csv", "displayName,city\nAda Lovelace,London\n"),
    );
    await using _ = emulator;
    const found = () => [...emulator.users.ids()].map((id) => emulator.users.get(id)!).map(({ city }) => city);
    expect(found()).toHaveLength(4);
    expect(found()).toContain("London");
    emulator.reset();
    expect(found()).toContain("London");
  });

  it.each([
    ["people.csv", "displayName,accountEnabled\nA,maybe\n", /people\.csv: row 1: accountEnabled must be true or false/],
    ["people.json", '[{"displayName":"A"},{"x":1}]', /people\.json: row 2: A user has no property "x"/],
    ["people.ndjson", '{"displayName":"A"}\n{', /people\.ndjson: row 2 isn't JSON/],
  ])("of %s that are wrong open no port", async (name, text, message) => {
    await expect(start("--import", file(name, text))).rejects.toThrow(message);
  });
});
