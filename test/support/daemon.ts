import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Emulator } from "../../src/testing/index.js";
import { type Ran, runProgram } from "./run-program.js";

/** Runs the example's daemon in a process of its own. */
export const daemon = (args: string[], options?: Parameters<typeof runProgram>[1]): Promise<Ran> =>
  runProgram(["examples/daemon.ts", ...args], options);

/** Files to give to the daemon, which are removed when the caller's tests are over. */
export function daemonFiles() {
  const folder = mkdtempSync(join(tmpdir(), "daemon-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A parameters.json; a text stands as it is. */
  function parameters(fields: Record<string, unknown> | string): string {
    const file = join(folder, `parameters-${Math.random().toString(36).slice(2)}.json`);
    writeFileSync(file, typeof fields === "string" ? fields : JSON.stringify(fields));
    return file;
  }

  /** The quickstart's file for an emulator's app. */
  const quickstart = ({ tenantId, clientId, clientSecret }: Emulator, changes: Record<string, unknown> = {}) =>
    parameters({
      note: "the quickstart's own remark",
      authority: `https://login.microsoftonline.com/${tenantId}`,
      oidc_authority: null,
      client_id: clientId,
      scope: ["https://graph.microsoft.com/.default"],
      secret: clientSecret,
      endpoint: "https://graph.microsoft.com/v1.0/users",
      ...changes,
    });
  return { folder, parameters, quickstart };
}
