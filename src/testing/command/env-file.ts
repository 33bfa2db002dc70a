import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/** By this line a file is known as one that may be overwritten. */
const firstLine = "# Environment of a graph-app-identity emulator, which overwrites this file";

/**
 * Variables as a shell, Node's `--env-file`, python-dotenv and Docker read them alike: bare where nothing in a value means anything to
 * any of them, else in quotes, which Docker keeps.
 * @throws Error for a value that no quotes hold for all of them
 */
export function dotenvText(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return [firstLine, ...lines, ""].join("\n");
}

function quoted(name: string, value: string): string {
  if (/^[\w./:@%+,~-]*$/.test(value) && !/(^|:)~/.test(value)) return value;
  if (!/['\r\n\\]|\$\{/.test(value)) return `'${value}'`;
  if (!/["$`\\\r\n]/.test(value)) return `"${value}"`;
  throw new Error(`${name} is ${JSON.stringify(value)}, which no dotenv file holds for every reader.`);
}

/**
 * Writes the file, for its owner alone, whole or not at all.
 * @returns what takes it away again, if it still is as it was written
 * @throws Error where something else has the name
 */
export function writeEnvFile(path: string, variables: Readonly<Record<string, string>>): () => void {
  const text = dotenvText(variables);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !(there.isFile() && readFileSync(path, "utf8").startsWith(firstLine))) {
    throw new Error(
      `--dotenv: ${path} is there already, and isn't of this command. Name another file, or take it away.`,
    );
  }
  const fresh = `${path}.${process.pid}`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new Error(`--dotenv: ${path} can't be written: ${(error as Error).message}`, { cause: error });
  }
  return () => {
    try {
      if (readFileSync(path, "utf8") === text) rmSync(path);
    } catch {
      // Gone already.
    }
  };
}
