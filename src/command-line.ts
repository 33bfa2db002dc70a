/**
 * What a command was given; or its exit code, where that was all: it was asked about itself, or misused.
 * @param read throws what is wrong with the arguments
 * @param version of the package
 */
export function readCommandLine<T extends { help: boolean; version: boolean }>(
  read: () => T,
  usage: string,
  version: string,
): T | number {
  let given: T;
  try {
    given = read();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (!given.help && !given.version) return given;
  process.stdout.write(given.help ? usage : `${version}\n`);
  return 0;
}
