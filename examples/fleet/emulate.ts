/**
 * Serves many embedded tenants to the fleet's processes, until it is stopped.
 *
 *   npx tsx examples/fleet/emulate.ts --tenants 50 --folder ./fleet
 *
 * The folder gets tenants.txt for the producer, and fleet.env for everybody: `set -a; . ./fleet/fleet.env`
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startEmbeddedTenants } from "./embedded-tenants.js";

const { values } = parseArgs({
  options: {
    tenants: { type: "string", default: "50" },
    /** People in each. */
    users: { type: "string", default: "500" },
    folder: { type: "string", default: "fleet" },
  },
});
const sizes = Array.from({ length: Number(values.tenants) }, () => Number(values.users));
const { emulator, environment } = await startEmbeddedTenants(resolve(values.folder), sizes);
const variables = { ...environment, FLEET_TOKEN_KEY: randomBytes(32).toString("base64") };
const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
writeFileSync(join(values.folder, "fleet.env"), lines.join(""), { mode: 0o600 });
console.error(`${sizes.length} embedded tenants at ${emulator.origin}; see ${values.folder}/`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => emulator.stop());
