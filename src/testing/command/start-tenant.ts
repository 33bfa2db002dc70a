import { readFileSync } from "node:fs";
import type { App } from "../app.js";
import type { EmulatedTenant } from "../emulated-tenant.js";
import { type ControlSettings, type Emulator, type EmulatorOptions, startFurnished } from "../emulator.js";
import { applyState } from "../state/apply-state.js";
import { propertyKinds, writeRows } from "../state/directory-rows.js";
import { StateFault } from "../state/form.js";
import { readRows } from "../state/read-rows.js";
import { type SnapshotSource, snapshotText, takeSnapshot } from "../state/take-snapshot.js";
import type { Tenant } from "../tenant.js";
import { Misuse } from "./misuse.js";
import type { Settings } from "./settings.js";
import type { ImportedPeople } from "./starting-state.js";

/** An app, as far as a program needs it. Of a secret that came by a snapshot the hash alone may be known. */
export interface StartedApp extends Pick<App, "displayName" | "clientId" | "roles"> {
  clientSecret: string | undefined;
}

/** An emulator, and what the command line put into it. */
export interface StartedTenant {
  emulator: Emulator;
  /** The first one is for whoever is led here. */
  apps: readonly StartedApp[];
  /** The one from the start first. */
  tenants: readonly Pick<EmulatedTenant, "tenantId" | "domain">[];
  /** Everything as it is now. */
  snapshot(): string;
}

/**
 * Starts the tenant that the command line asks for.
 * @param control what is known of its control beside the command line
 * @throws Error that names the option it is about
 */
export async function startTenant(settings: Settings, control: ControlSettings): Promise<StartedTenant> {
  const certificate = settings.certificate && readCertificate(settings.certificate);
  const { control: asked = false } = settings.emulator;
  const furnished: { source?: SnapshotSource; tenants: EmulatedTenant[]; apis: readonly App[] } = {
    tenants: [],
    apis: [],
  };
  const options = { ...settings.emulator, control: asked && { ...(asked as ControlSettings), ...control } };
  const emulator = await start(options, (furnishing) => {
    const { tenant, addTenant } = furnishing;
    applyState(furnishing, settings.state);
    if (settings.people) addPeople(tenant, settings.people);
    const [first] = tenant.apps.values();
    if (certificate && first) register(first, certificate);
    furnished.apis = settings.apis.map((uri) => addApi(tenant, uri));
    for (const app of settings.apps) tenant.register(app);
    const { users = 0 } = settings.emulator;
    furnished.tenants = settings.tenants.map((domain) => addFurther(addTenant, domain, users));
    furnished.source = furnishing;
  });
  const source = furnished.source!;
  const apps = [...source.tenant.apps.values()].filter((app) => !furnished.apis.includes(app)).map(started);
  return {
    emulator,
    apps,
    tenants: [emulator, ...furnished.tenants],
    snapshot: () => snapshotText(takeSnapshot(source)),
  };
}

function started({ displayName, clientId, roles, registration }: App): StartedApp {
  return { displayName, clientId, roles, clientSecret: registration.secrets.at(-1)?.value };
}

function addPeople({ directory }: Tenant, { file, text, form }: ImportedPeople): void {
  try {
    const rows = readRows(text, form, propertyKinds(directory.populations.users));
    writeRows(directory, "users", rows, (row) => `row ${row + 1}`);
  } catch (error) {
    if (!(error instanceof StateFault)) throw error;
    throw new Error(`--import ${file}: ${error.message}`, { cause: error });
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

function addApi(tenant: Tenant, uri: string): App {
  return tenant.register({ displayName: uri, identifierUris: [uri], roles: [], secrets: [] });
}

function addFurther(addTenant: Emulator["addTenant"], domain: string, users: number): EmulatedTenant {
  try {
    return addTenant({ domain, users });
  } catch (error) {
    throw new Misuse(`--tenant ${domain}: ${(error as Error).message}`);
  }
}

async function start(options: EmulatorOptions, furnish: Parameters<typeof startFurnished>[1]): Promise<Emulator> {
  try {
    return await startFurnished(options, furnish);
  } catch (error) {
    throw await explained(error as NodeJS.ErrnoException, options);
  }
}

async function explained(error: NodeJS.ErrnoException, { host = "127.0.0.1", port }: EmulatorOptions): Promise<Error> {
  const cause = { cause: error };
  if (error instanceof StateFault) return new Error(`What it is to be started with can't be: ${error.message}`, cause);
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
