#!/usr/bin/env node
/** `npx graph-app-identity <command>`: each command is loaded only when it is called. */
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

const commands: Record<string, (args: string[]) => Promise<number>> = {
  doctor: async (args) => (await import("./doctor/doctor-command.js")).doctorCommand(args, version()),
  compare: async (args) => {
    const { compareCommand } = await import("./compare/compare-command.js");
    return compareCommand(args, version(), () => import("./testing/index.js"));
  },
  emulator: async (args) => (await import("./testing/command/command.js")).emulatorCommand(args, version()),
};

const usage = `Usage: graph-app-identity <command> [options]

  doctor     check configuration, credential, permission and Graph, and say what to do
  compare    find where a tenant answers otherwise than the embedded one
  emulator   run an embedded Entra tenant to try and test against

  -h, --help      this text
  -v, --version   the version of this package

Each command explains itself with --help.
`;

/** Of the package that this file, run through a link or not, is the command of. */
function version(): string {
  const file = join(dirname(realpathSync(process.argv[1] as string)), "../package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

async function run([name = "", ...args]: string[]): Promise<number> {
  if (Object.hasOwn(commands, name)) return commands[name]!(args);
  if (["-h", "--help", "help"].includes(name)) {
    process.stdout.write(usage);
    return 0;
  }
  if (["-v", "--version", "version"].includes(name)) {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (name !== "") {
    const { nearestName } = await import("./check-options.js");
    const nearest = nearestName(name, [...Object.keys(commands), "help", "version"]);
    process.stderr.write(`There is no command "${name}".${nearest ? ` Did you mean ${nearest}?` : ""}\n\n`);
  }
  process.stderr.write(usage);
  return 2;
}

// Not process.exit(): what was written to a pipe has to get there.
run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
