import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { parseArgs } from "node:util";
import type { AppOptions } from "../app.js";
import type { EmulatorOptions } from "../emulator.js";
import { nearestName } from "../nearest-name.js";
import type { StateFile } from "../state/state-file.js";
import { Misuse } from "./misuse.js";
import { type CommandOption, commandOptions, type OptionName } from "./options.js";
import { type AskedState, type ImportedPeople, startingState } from "./starting-state.js";

/** What to run beside the tenant: a line for the shell, or a program with its arguments. */
export type Program = { line: string } | { argv: readonly string[] };

/** What the command line asks for. */
export interface Settings {
  emulator: EmulatorOptions;
  apps: readonly AppOptions[];
  /** Domains of further tenants. */
  tenants: readonly string[];
  /** Application ID URIs. */
  apis: readonly string[];
  /** Path of a file. */
  certificate: string | undefined;
  program: Program | undefined;
  /** Path of a file, `-` for stdout. */
  envFile: string | undefined;
  /** What is there from the start. */
  state: StateFile;
  /** Who is added then. */
  people: ImportedPeople | undefined;
  /** Path of a file that gets a snapshot at the end. */
  exportTo: string | undefined;
  /** Show the console in a browser. */
  open: boolean;
  /** Nothing on stderr. */
  quiet: boolean;
}

type Values = { [name in OptionName]?: string | boolean | (string | boolean)[] };

/**
 * Reads the command line.
 * @throws Misuse that says what is wrong with it
 */
export function readSettings(args: readonly string[]): Settings | "help" | "version" {
  const { values, program } = parse(args);
  if (values.help) return "help";
  if (values.version) return "version";
  const text = (name: OptionName) => values[name] as string | undefined;
  const texts = (name: OptionName) => (values[name] ?? []) as string[];
  for (const name of ["config", "import", "host", "certificate", "control-token", "dotenv", "env-file"] as const) {
    if (text(name)?.trim() === "") throw new Misuse(`--${name} needs a value.`);
  }
  if (text("control-token") !== undefined && values["no-control"])
    throw new Misuse("Give --control-token or --no-control, not both.");
  if (values.open && values["no-control"]) throw new Misuse("Give --open or --no-control, not both.");
  const running = programOf(text("exec"), program);
  const roles = text("roles") === undefined ? undefined : permissions("--roles", text("roles")!);
  const exportTo = exportPath(text("export-on-exit"), text("import"));
  const [users, seed] = [wholeNumber("users", text("users"), 10_000_000), wholeNumber("seed", text("seed"), 2 ** 31)];
  const asked = { users, seed, roles, throttle: values.throttle === true };
  const { state, people } = startingState(text("config"), text("import"), exportTo !== undefined, asked);
  return {
    emulator: emulatorOptions(values, state, asked, running === undefined ? 8443 : 0),
    state,
    people,
    exportTo,
    open: values.open === true,
    apps: texts("app").map(appOf),
    tenants: texts("tenant").map((domain) => tenantDomain(domain)),
    apis: texts("api").map(apiOf),
    certificate: text("certificate"),
    program: running,
    envFile: text("dotenv") ?? text("env-file"),
    quiet: values.json === true,
  };
}

/** What options and the file say of the emulator itself; options win. */
function emulatorOptions(
  values: Values,
  { server = {}, tenant = {}, graph = {}, apps: [first] = [] }: StateFile,
  { users, seed, roles }: AskedState,
  port: number,
): EmulatorOptions {
  const text = (name: OptionName) => values[name] as string | undefined;
  const hostnames = [...(server.hostnames ?? []), ...((values.hostname ?? []) as string[])];
  const [host, token] = [text("host") ?? server.host, text("control-token")];
  return {
    ...graph,
    ...tenant,
    port: wholeNumber("port", text("port"), 65_535) ?? server.port ?? port,
    users: users ?? tenant.users ?? 1000,
    seed: seed ?? tenant.seed ?? 1,
    tls: { hostnames: hostnames.map((name) => hostName("--hostname", name)) },
    proxy: values.proxy === true || server.proxy === true,
    throttle: graph.throttle ?? false,
    control: values["no-control"] ? false : { ...(token !== undefined && { token }) },
    ...(host !== undefined && { host }),
    ...(roles !== undefined && { roles }),
    ...(first?.clientId !== undefined && { clientId: first.clientId }),
  };
}

/** Where the end is written. */
function exportPath(given: string | undefined, imported: string | undefined): string | undefined {
  if (given === "" && imported === undefined) throw new Misuse("--export-on-exit needs a file, or --import one.");
  return given === "" ? imported : given;
}

/** An option that may stand without its value has an empty one then. */
function withValues(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const next = args[index + 1];
    return arg === "--export-on-exit" && (next === undefined || next.startsWith("-")) ? `${arg}=` : arg;
  });
}

function parse(args: readonly string[]): { values: Values; program: string[] | undefined } {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const options = Object.fromEntries(
    Object.entries<CommandOption>(commandOptions).map(([name, { value, multiple = false, short }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple, ...(short && { short }) },
    ]),
  );
  try {
    const { values } = parseArgs({ args: withValues(own), options });
    return { values, program: end < 0 ? undefined : args.slice(end + 1) };
  } catch (error) {
    throw new Misuse(explained(error as Error & { code?: string }));
  }
}

function explained({ message, code }: Error & { code?: string }): string {
  const [, misspelt] = /^Unknown option '-{0,2}([^']*)'/.exec(message) ?? [];
  const nearest = misspelt && nearestName(misspelt, Object.keys(commandOptions));
  if (misspelt !== undefined)
    return `There is no option '--${misspelt}'.${nearest ? ` Did you mean --${nearest}?` : ""}`;
  if (code !== "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL") return message;
  const [, word = ""] = /argument '([^']*)'/.exec(message) ?? [];
  return `"${word}" is no option. A command to run stands behind --exec, or after a -- of its own.`;
}

function programOf(line: string | undefined, argv: readonly string[] | undefined): Program | undefined {
  if (line !== undefined && argv !== undefined) throw new Misuse("Give --exec or a command after --, not both.");
  if (line?.trim() === "") throw new Misuse("--exec needs a command.");
  if (argv?.length === 0 || argv?.[0] === "") throw new Misuse("After -- comes a command.");
  if (argv !== undefined) return { argv };
  return line === undefined ? undefined : { line };
}

function wholeNumber(name: OptionName, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new Misuse(`--${name} is a whole number up to ${most}, not "${text}".`);
}

/** In ASCII, as certificates hold it. */
function hostName(option: string, text: string): string {
  if (isIP(text)) return text;
  const name = domainToASCII(text.trim());
  if (/^(\*\.)?([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) return name;
  throw new Misuse(`${option} is the name of a host, not "${text}".`);
}

function tenantDomain(text: string): string {
  const domain = isIP(text) ? "" : hostName("--tenant", text);
  if (/^[a-z0-9].*\./.test(domain)) return domain;
  throw new Misuse(`--tenant is a domain such as fabrikam.onmicrosoft.com, not "${text}".`);
}

/** Such as `User.Read.All,GroupMember.Read.All`; an empty text for none. */
function permissions(option: string, text: string): string[] {
  const roles = text.split(",").map((role) => role.trim());
  if (text.trim() === "") return [];
  const odd = roles.find((role) => !/^[A-Za-z][\w-]*(\.[\w-]+)+$/.test(role));
  if (odd === undefined) return roles;
  throw new Misuse(`${option} is a list of permissions such as User.Read.All,GroupMember.Read.All; "${odd}" is none.`);
}

function appOf(text: string): AppOptions {
  const at = text.indexOf("=");
  const displayName = text.slice(0, at).trim();
  if (at > 0 && displayName !== "") return { displayName, roles: permissions("--app", text.slice(at + 1)) };
  throw new Misuse(`--app is a name and its permissions, such as Sync=User.Read.All, not "${text}".`);
}

/** Taken as it stands in scopes, too. */
function apiOf(text: string): string {
  const uri = text
    .trim()
    .replace(/\/\.default$/, "")
    .replace(/\/+$/, "");
  if (/^[a-z][a-z0-9+.-]*:.+/i.test(uri) && !/\s/.test(uri)) return uri;
  throw new Misuse(`--api is an application ID URI such as https://management.azure.com, not "${text}".`);
}
