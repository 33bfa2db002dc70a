#!/usr/bin/env node
/** `npx graph-app-identity <command>`: each command is loaded only when it is called. */

const commands: Record<string, (args: string[]) => Promise<number>> = {
  doctor: async (args) => (await import("./doctor/doctor-command.js")).doctorCommand(args),
  emulator: async (args) => (await import("./testing/command.js")).emulatorCommand(args),
};

const usage = `Usage: graph-app-identity <command> [options]

  doctor     check configuration, credential, permission and Graph, and say what to do
  emulator   run an embedded Entra tenant to try and test against

Each command explains itself with --help.
`;

const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command) {
  // Not process.exit(): what was written to a pipe has to get there.
  command(args).then((code) => {
    process.exitCode = code;
  });
} else if (name === "--help") {
  process.stdout.write(usage);
} else {
  process.stderr.write(name ? `There is no command "${name}".\n\n${usage}` : usage);
  process.exitCode = 2;
}
