/**
 * Serves many embedded tenants to the fleet's processes, until it is stopped.
 *
 *   npx tsx examples/fleet/emulate.ts --tenants 50 --folder ./fleet
 *
 * The folder gets tenants.txt for the producer, and fleet.env for everybody: `set -a; . ./fleet/fleet.env`
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { giveUp, readCommandLine, wholeNumber } from "../command-line.js";
import { startEmbeddedTenants } from "./embedded-tenants.js";

const usage = `Usage: npx tsx examples/fleet/emulate.ts [--tenants N] [--users N] [--folder DIR]

  --tenants N    embedded tenants (default 50)
  --users N      people in each (default 500)
  --folder DIR   where tenants.txt and fleet.env are put (default fleet)
  -h, --help     this text
`;
const options = {
  tenants: { type: "string", default: "50" },
  users: { type: "string", default: "500" },
  folder: { type: "string", default: "fleet" },
} as const;
const { sizes, folder } = readCommandLine({ usage, options }, ({ values }) => {
  if (values.folder.trim() === "") throw new Error("--folder is the name of a folder, and has none.");
  const users = wholeNumber("users", values.users, { to: 10_000_000 });
  const tenants = wholeNumber("tenants", values.tenants, { from: 1, to: 10_000 });
  return { folder: resolve(values.folder), sizes: Array<number>(tenants).fill(users) };
});
try {
  mkdirSync(folder, { recursive: true });
} catch (error) {
  giveUp(`The folder can't be made: ${(error as Error).message}`);
}
const { emulator, environment } = await startEmbeddedTenants(folder, sizes);
const variables = { ...environment, FLEET_TOKEN_KEY: randomBytes(32).toString("base64") };
const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
writeFileSync(join(folder, "fleet.env"), lines.join(""), { mode: 0o600 });
console.error(`${sizes.length} embedded tenants at ${emulator.origin}; see ${folder}/`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => emulator.stop());
