import { parseArgs } from "node:util";
import { readCommandLine } from "../command-line.js";
import { linesOf, verdictOn } from "./checklist.js";
import { checkUp } from "./checkup.js";
import type { Check } from "./findings.js";
import { type FunctionName, isFunctionName, neededPermissions } from "./needed-permissions.js";

const usage = `Usage: graph-app-identity doctor [parameters.json] [--for <functions>] [--json]

Checks what a job needs to read users, one thing after the other, and says what to do about each that fails. It asks
for a token and the id of one user (or one entry of the file's endpoint), looks at the clock and at the certificates on
the way, and changes nothing.

  parameters.json   the quickstart's file; without it, the AZURE_* variables of the environment
  --for a,b         says which of the library's functions this app may use, and which permission each lacks; tries an
                    advanced query, paging and delta, as far as these functions need them:
                    ${Object.keys(neededPermissions).join(", ")}
  --json            one JSON object on stdout instead of the checklist
  -h, --help        this text
  -v, --version     the version of this package

Exit code: 0 all in order, 1 something failed, 2 misused.
`;

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      for: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      version: { type: "boolean", short: "v", default: false },
    },
  });
  if (positionals.length > 1) throw new TypeError(`There is one file too many: ${positionals.slice(1).join(" ")}.`);
  return { ...values, functions: functionsIn(values.for), parametersFile: positionals[0] };
}

function functionsIn(text: string | undefined): FunctionName[] | undefined {
  const names = text?.split(",").map((name) => name.trim());
  return names?.map((name) => {
    if (isFunctionName(name)) return name;
    throw new TypeError(`--for knows no "${name}": it takes ${Object.keys(neededPermissions).join(", ")}.`);
  });
}

/**
 * `graph-app-identity doctor`: gives the exit code.
 * @param version of the package
 */
export async function doctorCommand(args: string[], version: string): Promise<number> {
  const given = readCommandLine(() => readArguments(args), usage, version);
  if (typeof given === "number") return given;
  const { json, parametersFile, functions } = given;
  // `| head` closes the pipe when it has enough; the exit code says the rest.
  process.stdout.on("error", () => {});
  const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
  // Loaded here, since neither the usage nor a misuse needs it.
  const library = await import("../index.js");
  const checks: Check[] = [];
  for await (const check of checkUp({ library, parametersFile, functions, env: process.env })) {
    checks.push(check);
    if (!json) process.stdout.write(`${linesOf(check, coloured)}\n`);
  }
  const ok = checks.every(({ status }) => status !== "failed");
  process.stdout.write(json ? `${JSON.stringify({ ok, checks }, null, 2)}\n` : `\n${verdictOn(checks)}\n`);
  return ok ? 0 : 1;
}
