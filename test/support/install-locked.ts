import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

/** Installs a folder's own packages where they aren't there, or aren't any more what its lock file says. */
export function installLocked(folder: string): void {
  const stamp = join(folder, "node_modules/.package-lock.json");
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs) return;
  const options = ["ci", "--prefer-offline", "--no-audit", "--no-fund"];
  execFileSync("npm", options, { cwd: folder, stdio: ["ignore", 2, 2] });
}
