/** An option of the command. */
export interface CommandOption {
  /** What stands for its value in the usage; a switch has none. */
  value?: string;
  /** May be given again and again. */
  multiple?: true;
  short?: string;
  help: string;
}

/** All options: what is parsed and what the usage says come from here. */
export const commandOptions = {
  config: {
    value: "file",
    help: "an emulator.json: server, tenant, apps, directory, graph, faults; options win over it",
  },
  import: { value: "file", help: "a snapshot, or users as JSON, NDJSON or CSV, before the port opens" },
  "export-on-exit": {
    value: "file",
    help: "write a snapshot at the end; without a file, to the one that was imported",
  },
  port: { value: "number", help: "port to listen on (default 8443, with a command any free one; 0: any free one)" },
  users: { value: "number", help: "people in the tenant, up to ten million (default 1000)" },
  seed: { value: "number", help: "the same seed gives the same ids, secrets and people (default 1)" },
  roles: { value: "a,b", help: "permissions of the first app (default User.Read.All; an empty text grants none)" },
  app: { value: "name=a,b", multiple: true, help: "one more app with these permissions; can be repeated" },
  tenant: {
    value: "domain",
    multiple: true,
    help: "one more tenant, which has consented to the first app; can be repeated",
  },
  api: { value: "uri", multiple: true, help: "one more API that tokens can be had for; can be repeated" },
  certificate: { value: "pem", help: "register a certificate, given as a file, for the first app" },
  throttle: { help: "count resource units and answer 429 as Graph does" },
  exec: { value: "command", help: "run a command line with the environment, and exit with its code" },
  dotenv: { value: "file", help: "write the environment as dotenv text; - prints it in place of the JSON" },
  // Node searches the whole command line for this one, its script's part too, and ends where there is no such file.
  "env-file": { value: "file", help: "the same, for a file that is there; else Node takes it for its own option" },
  proxy: { help: "be a proxy under which Microsoft's hosts lead here, for programs that obey HTTPS_PROXY" },
  "control-token": {
    value: "text",
    help: "what whoever controls it has to show; wanted where --host is beyond loopback",
  },
  "no-control": { help: "nothing under /_emulator/: no control from outside" },
  host: { value: "address", help: "address to listen on (default 127.0.0.1)" },
  hostname: { value: "name", multiple: true, help: "a further name for the certificate; can be repeated" },
  tls: { help: "accepted, and of no effect: the port speaks TLS and plain HTTP" },
  open: { help: "open the console in a browser" },
  json: { help: "nothing but the line of JSON" },
  help: { short: "h", help: "this text" },
  version: { short: "v", help: "the version of this package" },
} satisfies Record<string, CommandOption>;

export type OptionName = keyof typeof commandOptions;

function usageLine([name, { value, short, help }]: [string, CommandOption]): string {
  const shown = `${short ? `-${short}, ` : ""}--${name}${value ? ` <${value}>` : ""}`;
  return `  ${shown.padEnd(21)} ${help}`;
}

export const usage = `Usage: graph-app-identity emulator [options] [-- command]

Runs an embedded Entra tenant with its Microsoft Graph until it is told to stop. When it is ready, it prints one line of
JSON on stdout: origin, ca, pid, tenants, apps and the environment variables that lead a client to it. With a command it
runs that, with the environment, and exits with its code.

${Object.entries<CommandOption>(commandOptions).map(usageLine).join("\n")}

Exit code: 0 when it was told to stop, else the command's; 1 something failed, 2 misused.
`;
