import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Whether a snapshot will have a place, asked before there is anything to lose.
 * @throws Error that says why not
 */
export function checkExport(path: string): void {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw new Error(`--export-on-exit ${path} can't be written: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Writes a new file, and only then puts it in the place of the old one.
 * @throws Error that says why not; the old file is as it was
 */
export function writeExport(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    const why = (error as Error).message;
    throw new Error(`The snapshot can't be written to ${path}: ${why}. What was there is as it was.`, { cause: error });
  }
}
