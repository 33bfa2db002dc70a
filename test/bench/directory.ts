/**
 * `npm run bench:directory [-- managers | members | directory | pace]`: what readEach(), readDirectory() and the pacing of a throttled client take, beside what people write by
 * hand. The embedded tenant runs in a process of its own; a request takes 40 ms longer than it would. Each line is taken in the same run,
 * in turn, and the median of the rounds is told.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const partsFile = fileURLToPath(new URL("directory-parts.ts", import.meta.url));
const cli = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

/** Runs a part against a tenant of its own. */
function inTenant(part: string, config: object, ...options: string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "emulator.json");
  try {
    writeFileSync(file, JSON.stringify(config));
    const roles = "User.Read.All,GroupMember.Read.All";
    const program = ["--", process.execPath, "--import", "tsx", partsFile, part];
    const { status } = spawnSync(
      process.execPath,
      [cli, "emulator", "--json", "--port", "0", "--roles", roles, "--config", file, ...options, ...program],
      { stdio: "inherit" },
    );
    if (status !== 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const large = { tenant: { users: 20_000, groups: 1_500 } };
const small = { tenant: { users: 45, groups: 4 } };
const [only] = process.argv.slice(2);
for (const part of ["managers", "members", "directory", "pace"]) {
  if (only !== undefined && part !== only) continue;
  if (part === "pace") inTenant(part, small, "--throttle");
  else inTenant(part, large);
}
