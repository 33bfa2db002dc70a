import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { readCommandLine } from "../command-line.js";
import { compareTenants, type Finding } from "./compare-tenants.js";
import { nameOf, type Topic, topics } from "./probe.js";
import { probes } from "./probes.js";
import { linesOf, reportOn, verdictOn } from "./report.js";
import { kindOf } from "./tenant.js";

const usage = `Usage: graph-app-identity compare [parameters.json | --env] [options]

Asks a tenant and an embedded one like it the same questions, and prints where the shapes of their answers differ: status, fields,
order, types, headers, codes, messages, links. It reads only, one request at a time; no value of an answer is printed or written.
A wrong secret is among what it tries, which shows in the tenant's log of sign-ins.

  parameters.json   the quickstart's file
  --env             the AZURE_* variables of the environment
  --out <file>      writes what was found as JSON, to attach to a report
  --only <topics>   some of: ${topics.join(", ")}
  --list            what would be asked, and nothing else
  -h, --help        this text
  -v, --version     the version of this package

Exit code: 0 all alike, 1 something differs, 2 misused, stopped, or nothing could be compared.
`;

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      env: { type: "boolean", default: false },
      out: { type: "string" },
      only: { type: "string", multiple: true, default: [] },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      version: { type: "boolean", short: "v", default: false },
    },
  });
  const [parametersFile, ...more] = positionals;
  if (more.length > 0) throw new TypeError(`There is one file too many: ${more.join(" ")}.`);
  if (values.env && parametersFile !== undefined) throw new TypeError("Give a file or --env, not both.");
  const only = values.only.flatMap((list) => list.split(",")).map((topic) => topic.trim());
  const unknown = only.find((topic) => !topics.includes(topic as Topic));
  if (unknown !== undefined) throw new TypeError(`--only knows ${topics.join(", ")}, and not "${unknown}".`);
  const asks = values.list || values.help || values.version;
  if (!asks && !values.env && parametersFile === undefined) throw new TypeError("Give a parameters.json, or --env.");
  return { ...values, only, parametersFile };
}

interface EmbeddedTenant {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  fetch: typeof fetch;
  stop(): Promise<void>;
}

/** What it is compared with is lent by who calls: it shares no code with the rest, and is loaded when it is needed. */
type LoadTenant = () => Promise<{
  startEmulator(options: { users: number; roles: string[] }): Promise<EmbeddedTenant>;
}>;

/**
 * `graph-app-identity compare`: gives the exit code.
 * @param version of the package
 */
export async function compareCommand(args: string[], version: string, loadTenant: LoadTenant): Promise<number> {
  const given = readCommandLine(() => readArguments(args), usage, version);
  if (typeof given === "number") return given;
  // `| head` closes the pipe when it has enough.
  process.stdout.on("error", () => {});
  const { only } = given;
  const asked = probes.filter(({ topic }) => only.length === 0 || only.includes(topic));
  if (given.list) {
    process.stdout.write(`${asked.map(nameOf).join("\n")}\n`);
    return 0;
  }
  const stop = new AbortController();
  const end = (signal: string) => stop.abort(signal);
  for (const name of signals) process.once(name, end);
  const findings: Finding[] = [];
  try {
    if (given.out !== undefined) checkWritable(given.out);
    await compareWithEmbedded({ ...given, asked, loadTenant, signal: stop.signal }, findings);
  } catch (error) {
    process.stderr.write(stop.signal.aborted ? `\nStopped by ${stop.signal.reason}.\n` : reasonFor(error));
    if (findings.length === 0) return 2;
  } finally {
    for (const name of signals) process.off(name, end);
  }
  process.stdout.write(`\n${verdictOn(findings)}\n`);
  if (given.out !== undefined && !wasWritten(given.out, reportOn(findings, version, new Date()))) return 2;
  if (findings.length < asked.length || findings.every(({ skipped }) => skipped !== undefined)) return 2;
  return findings.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** What ended it. What isn't worded here may quote what it was about, and is told by its kind only. */
function reasonFor(error: unknown): string {
  const { message, remedy } = error as Error & { remedy?: string };
  if (error instanceof Misuse) return `${message}\n`;
  return remedy === undefined ? `The comparison failed: ${kindOf(error)}.\n` : `${message}\n${remedy}\n`;
}

class Misuse extends Error {}

/** Before anything is asked: a comparison takes its time. @throws Misuse */
function checkWritable(file: string): void {
  try {
    if (file.trim() === "") throw new Error("its name is empty");
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${file} is a folder`);
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new Misuse(`The report can't be written: ${(error as Error).message}.`);
  }
}

function wasWritten(file: string, report: object): boolean {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
    return true;
  } catch (error) {
    process.stderr.write(`The report can't be written: ${(error as Error).message}.\n`);
    return false;
  }
}

interface Comparison {
  parametersFile: string | undefined;
  asked: typeof probes;
  loadTenant: LoadTenant;
  signal: AbortSignal;
}

/** An embedded tenant is like another where an app was granted the same there. */
async function compareWithEmbedded({ parametersFile, asked, loadTenant, signal }: Comparison, findings: Finding[]) {
  const [{ AppIdentityAuthProvider }, { startEmulator }] = await Promise.all([import("../index.js"), loadTenant()]);
  const authProvider =
    parametersFile === undefined
      ? AppIdentityAuthProvider.fromEnvironment()
      : AppIdentityAuthProvider.fromParameters(parametersFile);
  const { roles } = await authProvider.verify({ signal });
  const emulator = await startEmulator({ users: 1200, roles: [...(roles?.granted ?? [])] });
  try {
    const { tenantId, clientId, clientSecret, fetch } = emulator;
    const ours = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
    const given = { authProvider, fetch: authProvider.fetch, paceMs: 100, signal };
    for await (const finding of compareTenants(given, { authProvider: ours, fetch, paceMs: 0, signal }, asked)) {
      findings.push(finding);
      process.stdout.write(`${linesOf(finding)}\n`);
    }
  } finally {
    await emulator.stop();
  }
}
