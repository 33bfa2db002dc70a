import { constants } from "node:os";
import { watchForEnd } from "./ending.js";
import { dotenvText, writeEnvFile } from "./env-file.js";
import { environmentOf } from "./environment.js";
import { checkExport, writeExport } from "./export.js";
import { Misuse } from "./misuse.js";
import { openBrowser } from "./open-browser.js";
import { usage } from "./options.js";
import { type RunningProgram, runProgram } from "./run-program.js";
import { readSettings, type Settings } from "./settings.js";
import { type StartedTenant, startTenant } from "./start-tenant.js";
import { type Trust, writeTrust } from "./trust.js";

/**
 * `graph-app-identity emulator`: gives the exit code, 2 for a misuse and 1 for what else fails.
 * @param version of the package
 */
export async function emulatorCommand(args: readonly string[], version: string): Promise<number> {
  try {
    const settings = readSettings(args);
    if (settings === "help") await print(usage);
    else if (settings === "version") await print(`${version}\n`);
    else return await serve(settings, version);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    if (!(error instanceof Misuse)) return 1;
    process.stderr.write(`\n${usage}`);
    return 2;
  }
}

/** Waits until it is written: a full disk is a failure, and a process mustn't end before. */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error) reject(new Error(`stdout can't be written: ${error.message}`, { cause: error }));
      else resolve();
    });
  });
}

async function serve(settings: Settings, version: string): Promise<number> {
  // What can't be written is told where it is written; it isn't to end the process before all is cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  let running: RunningProgram | undefined;
  let stop = () => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const traces = new Traces();
  // From the start, for whoever reads the line may answer it with a signal at once.
  const { end, unwatch } = watchForEnd(process, {
    first: (signal) => (running ? running.end(signal) : stop()),
    again(signal) {
      running?.kill();
      process.exit(128 + constants.signals[signal]);
    },
  });
  let started: StartedTenant | undefined;
  try {
    if (settings.exportTo !== undefined) checkExport(settings.exportTo);
    started = await startTenant(settings, { version, onStop: end });
    const trust = writeTrust(started.emulator.ca!, process.env);
    traces.add(trust.remove);
    const environment = environmentOf(started, trust, process.env);
    const { envFile, program, quiet } = settings;
    if (envFile !== undefined && envFile !== "-") traces.add(writeEnvFile(envFile, environment));
    if (!quiet) process.stderr.write(announcement(started));
    if (settings.open) openBrowser(started.emulator.console!);
    if (program) running = runProgram(program, environment);
    else await print(envFile === "-" ? dotenvText(environment) : readyLine(started, trust, environment));
    const code = running ? await running.code : await stopped.then(() => 0);
    await started.emulator.stop();
    if (settings.exportTo !== undefined) writeExport(settings.exportTo, started.snapshot());
    return code;
  } finally {
    await started?.emulator.stop();
    traces.remove();
    unwatch();
  }
}

/** What is to be taken away again, however the process ends. */
class Traces {
  #removals: (() => void)[] = [];

  constructor() {
    process.once("exit", this.remove);
  }

  add(removal: () => void): void {
    this.#removals.push(removal);
  }

  readonly remove = (): void => {
    process.off("exit", this.remove);
    for (const removal of this.#removals.splice(0)) removal();
  };
}

/** What programs read when the tenant is ready: one line of JSON. */
function readyLine({ emulator, apps, tenants }: StartedTenant, { ca, bundle }: Trust, environment: object): string {
  const { origin, proxy, console, tenantId, domain } = emulator;
  const line = {
    origin,
    ca,
    bundle,
    pid: process.pid,
    proxy: proxy ?? null,
    tenantId,
    domain,
    console: console ?? null,
    control: console !== undefined,
    tenants: tenants.map((tenant) => ({ tenantId: tenant.tenantId, domain: tenant.domain })),
    apps: apps.map(({ displayName, clientId, clientSecret, roles }) => ({
      name: displayName,
      clientId,
      clientSecret: clientSecret ?? null,
      roles,
    })),
    environment,
  };
  return `${JSON.stringify(line)}\n`;
}

function announcement({ emulator: { domain, users, origin, console }, apps: [app] }: StartedTenant): string {
  const why = app ? `Of ${app.displayName}'s secret only a hash is known, or there is none` : "There is no app";
  return [
    `Embedded tenant ${domain} with ${users.count} users at ${origin}\n`,
    console ? `Console: ${console}\n` : "",
    app?.clientSecret === undefined ? `${why}: the environment has no AZURE_CLIENT_SECRET.\n` : "",
  ].join("");
}
