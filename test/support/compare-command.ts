import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, vi } from "vitest";
import { compareCommand } from "../../src/compare/compare-command.js";
import * as testing from "../../src/testing/index.js";
import { environmentOf } from "./run-program.js";

/** `graph-app-identity compare` in this process, the tenant that it is run for, and a folder for its reports. */
export async function useCompareCommand() {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  const tenant = await testing.startEmulator({ seed: 9, users: 40, roles: ["Directory.Read.All"] });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await tenant.stop();
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  /** Runs the command in this process, as a user of the tenant would. */
  async function compare(...args: string[]) {
    const written = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      vi.spyOn(process[stream], "write").mockImplementation((text) => {
        written[stream] += text;
        return true;
      });
    }
    for (const [name, value] of Object.entries(environmentOf(tenant))) vi.stubEnv(name, value as string);
    // The embedded tenant's own requests go where they go anyway.
    const { fetch } = globalThis;
    vi.stubGlobal("fetch", (address: string, init?: RequestInit) =>
      (new URL(address).hostname === "127.0.0.1" ? fetch : tenant.fetch)(address, init),
    );
    const code = await compareCommand(args, "1.2.3", async () => testing);
    vi.restoreAllMocks();
    return { code, ...written };
  }

  return { compare, folder, tenant };
}
