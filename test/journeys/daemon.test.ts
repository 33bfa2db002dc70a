import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing/index.js";
import { daemon, daemonFiles } from "../support/daemon.js";

const { parameters, quickstart } = daemonFiles();

describe("the daemon on the embedded tenant", () => {
  it("prints its users as JSON, and everything else on stderr", async () => {
    const { stdout, stderr, code } = await daemon([]);
    expect(code).toBe(0);
    const users = JSON.parse(stdout);
    expect(users).toHaveLength(25);
    expect(users[0]).toMatchObject({ id: expect.any(String), displayName: expect.any(String) });
    expect(stderr.split("\n")[0]).toMatch(/embedded tenant/);
    expect(stderr).toMatch(/token/i);
    expect(stderr).not.toContain("\x1b");
  });
});

describe("the daemon on a tenant of its own", () => {
  it("works with the quickstart's parameters.json unchanged", async () => {
    await using emulator = await startEmulator({ users: 1234 });
    const { stdout, code } = await daemon([quickstart(emulator)], { emulator });
    expect(code).toBe(0);
    expect(new Set(JSON.parse(stdout).map(({ id }: { id: string }) => id)).size).toBe(1234);
    expect(emulator.requests.filter(({ service }) => service === "entra")).toHaveLength(1);
    expect(emulator.requests.filter(({ service }) => service === "graph")).toHaveLength(2);
  });

  it("names the missing permission and where an administrator grants it", async () => {
    await using emulator = await startEmulator();
    const { clientId, clientSecret } = emulator.addApp({ roles: [] });
    const { stderr, code } = await daemon([quickstart(emulator, { client_id: clientId, secret: clientSecret })], {
      emulator,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("User.Read.All");
    expect(stderr).toContain(
      `https://login.microsoftonline.com/${emulator.tenantId}/adminconsent?client_id=${clientId}`,
    );
  });
});

describe("the daemon misused", () => {
  it.each([
    [
      "placeholders",
      parameters({
        authority: "https://login.microsoftonline.com/Enter_the_Tenant_Id_Here",
        client_id: "your_client_id",
        scope: ["https://graph.microsoft.com/.default"],
        secret: "x",
      }),
      /authority|client_id/,
    ],
    ["JSON that isn't", parameters('{\n  "client_id": oops\n}'), /line 2/],
  ])("exits with 2 for %s in parameters.json, and says where", async (_name, file, message) => {
    const { stderr, code } = await daemon([file]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
