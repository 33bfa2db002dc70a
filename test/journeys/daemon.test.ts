import { describe, expect, it } from "vitest";
import { startEmulator } from "../../src/testing/index.js";
import { daemon, daemonFiles } from "../support/daemon.js";

const { parameters, quickstart } = daemonFiles();

describe("the daemon on a tenant of its own", () => {
  it("works with the quickstart's parameters.json unchanged", async () => {
    await using emulator = await startEmulator({ users: 1234 });
    const { stdout, code } = await daemon([quickstart(emulator)], { emulator });
    expect(code).toBe(0);
    expect(new Set(JSON.parse(stdout).map(({ id }: { id: string }) => id)).size).toBe(1234);
    expect(emulator.requests.filter(({ service }) => service === "entra")).toHaveLength(1);
    expect(emulator.requests.filter(({ service }) => service === "graph")).toHaveLength(2);
  });
});

describe("the daemon misused", () => {
  it("exits with 2 for JSON that isn't in parameters.json, and says where", async () => {
    const { stderr, code } = await daemon([parameters('{\n  "client_id": oops\n}')]);
    expect(stderr).toMatch(/line 2/);
    expect(code).toBe(2);
  });
});
