import { readFileSync } from "node:fs";
import type { App } from "../app.js";
import type { EmulatedTenant } from "../emulated-tenant.js";
import { type ControlSettings, type Emulator, type EmulatorOptions, startEmulator } from "../emulator.js";
import { Misuse, type Settings } from "./settings.js";

/** An emulator, and what the command line put into it. */
export interface StartedTenant {
  emulator: Emulator;
  /** The one from the start first. */
  apps: readonly App[];
  /** Likewise. */
  tenants: readonly Pick<EmulatedTenant, "tenantId" | "domain">[];
}

/**
 * Starts the tenant that the command line asks for.
 * @param control what is known of its control beside the command line
 * @throws Error that names the option it is about
 */
export async function startTenant(settings: Settings, control: ControlSettings): Promise<StartedTenant> {
  const certificate = settings.certificate && readCertificate(settings.certificate);
  const { control: asked = false } = settings.emulator;
  const emulator = await start({
    ...settings.emulator,
    control: asked && { ...(asked as ControlSettings), ...control },
  });
  try {
    if (certificate) register(emulator.app(), certificate);
    for (const uri of settings.apis) addApi(emulator, uri);
    const apps = settings.apps.map((app) => emulator.addApp(app));
    const { users = 0 } = settings.emulator;
    const tenants = settings.tenants.map((domain) => addTenant(emulator, domain, users));
    return { emulator, apps: [emulator.app(), ...apps], tenants: [emulator, ...tenants] };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`--certificate ${path} can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function register(app: App, certificate: string): void {
  try {
    app.addCertificate(certificate);
  } catch (error) {
    throw new Error(`--certificate holds no certificate: ${(error as Error).message}`, { cause: error });
  }
}

function addApi(emulator: Emulator, uri: string): void {
  emulator.addApp({ displayName: uri, identifierUris: [uri], roles: [], secrets: [] });
}

function addTenant(emulator: Emulator, domain: string, users: number): EmulatedTenant {
  try {
    return emulator.addTenant({ domain, users });
  } catch (error) {
    throw new Misuse(`--tenant ${domain}: ${(error as Error).message}`);
  }
}

async function start(options: EmulatorOptions): Promise<Emulator> {
  try {
    return await startEmulator(options);
  } catch (error) {
    throw await explained(error as NodeJS.ErrnoException, options);
  }
}

async function explained(error: NodeJS.ErrnoException, { host = "127.0.0.1", port }: EmulatorOptions): Promise<Error> {
  const cause = { cause: error };
  if (error.code === "EADDRINUSE") {
    const who = await listenerAt(host, port!);
    return new Error(
      `Port ${port} is taken by ${who}: stop it, or give --port 0 for any that is free (EADDRINUSE).`,
      cause,
    );
  }
  if (error.code === "EACCES") return new Error(`Port ${port} isn't open to you: give another --port (EACCES).`, cause);
  if (error.syscall) return new Error(`--host ${host} can't be listened on: ${error.message}`, cause);
  return error;
}

/** An emulator says who it is, where it isn't told to be silent, and at its address what it is. */
async function listenerAt(host: string, port: number): Promise<string> {
  const ask = (path: string) => {
    const reachable = { "0.0.0.0": "127.0.0.1", "::": "[::1]" }[host] ?? (host.includes(":") ? `[${host}]` : host);
    return fetch(`http://${reachable}:${port}${path}`, { signal: AbortSignal.timeout(1000) }).then((answer) =>
      answer.text(),
    );
  };
  try {
    if (!(await ask("/")).startsWith("graph-app-identity emulator")) return "another program";
    const { pid } = JSON.parse(await ask("/_emulator/health").catch(() => "{}")) as { pid?: number };
    return `another embedded tenant${pid === undefined ? "" : ` (pid ${pid})`}`;
  } catch {
    return "another program";
  }
}
