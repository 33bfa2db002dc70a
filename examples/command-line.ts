/** How the examples read their command line: `--help` ends them with 0, a misuse with what is wrong, the usage, and 2. */
import { type ParseArgsConfig, parseArgs } from "node:util";

const help = { help: { type: "boolean", short: "h", default: false } } as const;

interface CommandLine<Options> {
  usage: string;
  options: Options;
  /** Whether anything may stand there that is no option. */
  allowPositionals?: boolean;
}

type Given<Options extends NonNullable<ParseArgsConfig["options"]>> = ReturnType<
  typeof parseArgs<{ options: Options & typeof help; allowPositionals: true }>
>;

/**
 * What the program was given.
 * @param understand makes of it what the program needs; what it throws is told as a misuse
 */
export function readCommandLine<const Options extends NonNullable<ParseArgsConfig["options"]>, Understood>(
  { usage, options, allowPositionals = false }: CommandLine<Options>,
  understand: (given: Given<Options>) => Understood,
): Understood {
  try {
    const given = parseArgs({ allowPositionals, options: { ...options, ...help } }) as Given<Options>;
    if (!(given.values as { help: boolean }).help) return understand(given);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
  process.stdout.write(usage);
  process.exit(0);
}

/**
 * The whole number that an option was given.
 * @throws Error what is wrong with it
 */
export function wholeNumber(option: string, text: string, { from = 0, to }: { from?: number; to: number }): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${option} "${text}" is not a whole number.`);
  const number = Number(text);
  if (number > to) throw new Error(`--${option} ${text} is too many: ${to.toLocaleString("en")} at most.`);
  if (number < from) throw new Error(`--${option} ${text} is too few: ${from.toLocaleString("en")} at least.`);
  return number;
}

/** Ends the program because of something around it: a service that isn't there, a folder that can't be written. */
export function giveUp(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
