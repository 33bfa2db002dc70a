import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Emulator } from "../../src/testing/index.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  stdout: string;
  stderr: string;
  /** Exit code, or the signal that ended it. */
  code: number | string | null;
}

/**
 * Runs a TypeScript program of this repository as its user would. With an emulator, the runtime's own fetch meets it under the real host
 * names. `watch` sees the child as soon as it runs.
 */
export function runProgram(
  args: readonly string[],
  options: {
    emulator?: Pick<Emulator, "origin">;
    env?: Record<string, string | undefined>;
    watch?: (child: ChildProcess) => void;
  } = {},
): Promise<Ran> {
  const { emulator, env, watch } = options;
  const preload = emulator ? ["--import", "./test/support/embedded-tenant.ts"] : [];
  const child = spawn(process.execPath, ["--import", "tsx", ...preload, ...args], {
    cwd: root,
    env: { ...process.env, ...(emulator && { EMULATOR_ORIGIN: emulator.origin }), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ran: Ran = { stdout: "", stderr: "", code: null };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    ran.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    ran.stderr += text;
  });
  watch?.(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ ...ran, code: code ?? signal }));
  });
}

/** The variables under which a program finds an emulator's app. */
export function environmentOf(
  emulator: Pick<Emulator, "tenantId" | "clientId" | "clientSecret">,
): Record<string, string> {
  return {
    AZURE_TENANT_ID: emulator.tenantId,
    AZURE_CLIENT_ID: emulator.clientId,
    AZURE_CLIENT_SECRET: emulator.clientSecret,
  };
}
