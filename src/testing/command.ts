import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Emulator, type EmulatorOptions, startEmulator } from "./emulator.js";

const usage = `Usage: graph-app-identity emulator [options]

Runs an embedded Entra tenant with its Microsoft Graph until it is told to stop. When it is ready, it prints one line of
JSON on stdout: origin, ca, tenantId, domain, apps and the environment variables that lead a client to it.

  --port <number>     port to listen on (default 8443; with --exec any free one)
  --users <number>    people in the tenant (default 1000)
  --seed <number>     the same seed gives the same ids, secrets and people (default 1)
  --tls               serve TLS, with a certificate authority made for the start; MSAL and the Graph SDK insist on it
  --certificate <pem> register a certificate, given as a file, for the app
  --throttle          count resource units and answer 429 as Graph does
  --exec <command>    run a command with the environment, serve TLS to it, and exit with its code
  --host <address>    address to listen on (default 127.0.0.1)
  --hostname <name>   a further name for the certificate; can be repeated
  --json              nothing but the line of JSON
  --help              this text
`;

class Misuse extends Error {}

function readArguments(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        ...{ port: { type: "string" }, users: { type: "string" }, seed: { type: "string" }, exec: { type: "string" } },
        ...{ certificate: { type: "string" }, host: { type: "string" }, hostname: { type: "string", multiple: true } },
        ...{ tls: { type: "boolean" }, throttle: { type: "boolean" }, json: { type: "boolean" } },
        help: { type: "boolean" },
      },
    });
    return values;
  } catch (error) {
    throw new Misuse((error as Error).message);
  }
}

type Arguments = ReturnType<typeof readArguments>;

function wholeNumber(values: Arguments, name: "port" | "users" | "seed", fallback: number): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const most = name === "port" ? 65_535 : 2 ** 31;
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new Misuse(`--${name} is a whole number up to ${most}, not "${text}".`);
  return Number(text);
}

function emulatorOptions(values: Arguments): EmulatorOptions {
  const { exec, tls, hostname = [], host, throttle = false } = values;
  if (exec === "") throw new Misuse("--exec needs a command.");
  const secure = tls || exec !== undefined || hostname.length > 0;
  return {
    port: wholeNumber(values, "port", exec === undefined ? 8443 : 0),
    users: wholeNumber(values, "users", 1000),
    seed: wholeNumber(values, "seed", 1),
    tls: secure && { hostnames: hostname },
    throttle,
    ...(host !== undefined && { host }),
  };
}

/** What leads a client to the emulator: names that `@azure/identity` and this package read, and whom to trust. */
function environmentOf(emulator: Emulator, caFile: string | undefined): Record<string, string> {
  return {
    AZURE_TENANT_ID: emulator.tenantId,
    AZURE_CLIENT_ID: emulator.clientId,
    AZURE_CLIENT_SECRET: emulator.clientSecret,
    AZURE_AUTHORITY_HOST: emulator.origin,
    GRAPH_APP_IDENTITY_GRAPH_ROOT: emulator.origin,
    // Node; Python's requests and msal; OpenSSL, and with it curl, Ruby and the rest of Python.
    ...(caFile && { NODE_EXTRA_CA_CERTS: caFile, REQUESTS_CA_BUNDLE: caFile, SSL_CERT_FILE: caFile }),
  };
}

/** Runs a command line to its end and gives its exit code, by the shell's convention where a signal ended it. */
async function run(command: string, environment: Record<string, string>): Promise<number> {
  // Before the command runs, for it may say at once that it is to be stopped. Ctrl+C reaches it without our help.
  const forward = (signal: NodeJS.Signals) => {
    if (signal === "SIGTERM" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGTERM", forward).on("SIGINT", forward);
  const child = spawn(command, { shell: true, stdio: "inherit", env: { ...process.env, ...environment } });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? "SIGTERM"];
}

async function serve(values: Arguments): Promise<number> {
  const options = emulatorOptions(values);
  // From the start, for whoever reads the line may answer it with a signal at once.
  const told = Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
  const certificate = values.certificate && (await readFile(values.certificate, "utf8"));
  const emulator = await startEmulator(options);
  const folder = emulator.ca && (await mkdtemp(join(tmpdir(), "graph-app-identity-")));
  try {
    if (certificate) emulator.app().addCertificate(certificate);
    const ca = folder ? join(folder, "ca.pem") : undefined;
    if (ca !== undefined && emulator.ca) await writeFile(ca, emulator.ca);
    const environment = environmentOf(emulator, ca);
    const { origin, tenantId, domain, clientId, clientSecret } = emulator;
    if (!values.json) {
      process.stderr.write(`Embedded tenant ${domain} with ${options.users} users at ${origin}\n`);
    }
    if (values.exec !== undefined) return await run(values.exec, environment);
    const apps = [{ clientId, clientSecret, roles: emulator.app().roles }];
    process.stdout.write(`${JSON.stringify({ origin, ca: ca ?? null, tenantId, domain, apps, environment })}\n`);
    await told;
    return 0;
  } finally {
    await emulator.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  }
}

/** `graph-app-identity emulator`: gives the exit code, 2 for a misuse and 1 for what else fails. */
export async function emulatorCommand(args: string[]): Promise<number> {
  try {
    const values = readArguments(args);
    if (!values.help) return await serve(values);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    if (!(error instanceof Misuse)) return 1;
    process.stderr.write(`\n${usage}`);
    return 2;
  }
}
