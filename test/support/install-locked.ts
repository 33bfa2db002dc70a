import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Milliseconds after which whoever installs must have been killed. */
const longestMs = 240_000;

/** Installs a folder's own packages where they aren't there, or aren't any more what its lock file says; once, whichever worker comes first. */
export function installLocked(folder: string): void {
  const busy = join(folder, ".installing");
  while (!isMade(busy)) {
    const since = statSync(busy, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > longestMs) rmSync(busy, { recursive: true, force: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    const stamp = join(folder, "node_modules/.package-lock.json");
    if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs) return;
    const options = ["ci", "--prefer-offline", "--no-audit", "--no-fund"];
    execFileSync("npm", options, { cwd: folder, stdio: ["ignore", 2, 2] });
  } finally {
    rmSync(busy, { recursive: true });
  }
}

function isMade(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
