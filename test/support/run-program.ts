import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Emulator } from "../../src/testing/index.js";
import { compiled, compiledText } from "./compiled.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  stdout: string;
  stderr: string;
  /** Exit code, or the signal that ended it. */
  code: number | string | null;
}

interface RunOptions {
  emulator?: Pick<Emulator, "origin">;
  env?: Record<string, string | undefined>;
  /** Sees the child as soon as it runs. */
  watch?: (child: ChildProcess) => void;
}

/**
 * Runs a TypeScript program of this repository, with its arguments, and options of Node before it. With an emulator, the runtime's own
 * fetch meets it under the real host names.
 */
export async function runProgram(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return run(await Promise.all(args.map((arg) => (arg.endsWith(".ts") ? compiled(arg) : arg))), options);
}

/** Runs a module that is given as text, and imports as if it lay in the repository's folder. */
export async function runText(text: string, options: RunOptions & { flags?: readonly string[] } = {}): Promise<Ran> {
  return run([...(options.flags ?? []), await compiledText(text)], options);
}

async function run(args: readonly string[], { emulator, env, watch }: RunOptions): Promise<Ran> {
  const preload = emulator ? ["--import", await compiled("test/support/embedded-tenant.ts")] : [];
  const child = spawn(process.execPath, [...preload, ...args], {
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
