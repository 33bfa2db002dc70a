import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The command as it was built, as `node` runs it. */
export const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** What the command prints when its tenant is ready. */
export interface Ready {
  origin: string;
  ca: string;
  bundle: string;
  pid: number;
  proxy: string | null;
  console: string | null;
  control: boolean;
  tenantId: string;
  domain: string;
  tenants: { tenantId: string; domain: string }[];
  apps: { name: string; clientId: string; clientSecret: string; roles: string[] }[];
  environment: Record<string, string>;
}

const running: ChildProcess[] = [];

/** Ends what tests have left running. */
export function endAll(): void {
  for (const child of running.splice(0)) child.kill("SIGKILL");
}

export function launch(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ["ignore", "pipe", "pipe"], ...options });
  running.push(child);
  return child;
}

/** Starts a tenant on a free port and waits until it is ready. */
export async function startCommand(...options: string[]): Promise<{ ready: Ready; child: ChildProcess }> {
  const child = launch(["emulator", "--port", "0", ...options], { stdio: ["ignore", "pipe", "ignore"] });
  return { ready: await readLine(child), child };
}

/** @throws Error when it ends before it is ready */
export async function readLine(child: ChildProcess): Promise<Ready> {
  const lines = createInterface(child.stdout!);
  const [line] = (await Promise.race([once(lines, "line"), once(lines, "close")])) as [string?];
  if (line === undefined) throw new Error("The command ended before it was ready.");
  return JSON.parse(line) as Ready;
}

/** Runs the command to its end. */
export function runCommand(args: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: "utf8",
    timeout: 30_000,
    ...options,
  });
  return { status, stdout, stderr };
}

/** Whether a program is there; a line says what it is needed for where it isn't. */
export function installed(program: string, args: readonly string[], wanted: string): boolean {
  const there = spawnSync(program, args).status === 0;
  if (!there) console.log(`Skipped: ${wanted}, which isn't installed here.`);
  return there;
}
