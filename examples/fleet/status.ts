/**
 * Shows how each tenant is doing, those in trouble first.
 *
 *   npx tsx examples/fleet/status.ts                 all of them
 *   npx tsx examples/fleet/status.ts --state failed  some of them, with what to do
 *   npx tsx examples/fleet/status.ts --json          one JSON object a line
 */
import { giveUp, readCommandLine } from "../command-line.js";
import { openQueue } from "./queue.js";
import { Roster, tenantStates } from "./roster.js";
import { openFleetDatabase } from "./settings.js";
import { statusTable, tenantStatus } from "./status-table.js";

const usage = `Usage: npx tsx examples/fleet/status.ts [--state STATE] [--json]

  --state STATE   only tenants in this state, with what to do: ${tenantStates.join(", ")}
  --json          one JSON object a line
  -h, --help      this text
`;
const options = { state: { type: "string" }, json: { type: "boolean", default: false } } as const;
const { state: wanted, json } = readCommandLine({ usage, options }, ({ values }) => {
  if (values.state === undefined || tenantStates.some((state) => state === values.state)) return values;
  throw new Error(`--state ${values.state} is not one of ${tenantStates.join(", ")}.`);
});

const queue = await openQueue().catch((error: Error) => giveUp(error.message));
const database = await openFleetDatabase().catch((error: Error) => giveUp(error.message));
try {
  const all = await tenantStatus(new Roster(database), queue);
  const rows = all.filter(({ state }) => wanted === undefined || state === wanted);
  if (json) for (const row of rows) console.log(JSON.stringify(row));
  else console.log(statusTable(rows));
  if (wanted && !json) for (const { tenant, remedy } of rows) if (remedy) console.log(`${tenant}: ${remedy}`);
} finally {
  await Promise.all([queue.close(), database.close()]);
}
