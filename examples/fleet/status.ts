/**
 * Shows how each tenant is doing, those in trouble first.
 *
 *   npx tsx examples/fleet/status.ts                 all of them
 *   npx tsx examples/fleet/status.ts --state failed  some of them, with what to do
 *   npx tsx examples/fleet/status.ts --json          one JSON object a line
 */
import { parseArgs } from "node:util";
import { openQueue } from "./queue.js";
import { Roster } from "./roster.js";
import { openFleetDatabase } from "./settings.js";
import { statusTable, tenantStatus } from "./status-table.js";

const { values } = parseArgs({ options: { state: { type: "string" }, json: { type: "boolean", default: false } } });

const queue = await openQueue();
const database = await openFleetDatabase();
try {
  const all = await tenantStatus(new Roster(database), queue);
  const rows = all.filter(({ state }) => values.state === undefined || state === values.state);
  if (values.json) for (const row of rows) console.log(JSON.stringify(row));
  else console.log(statusTable(rows));
  if (values.state && !values.json)
    for (const { tenant, remedy } of rows) if (remedy) console.log(`${tenant}: ${remedy}`);
} finally {
  await Promise.all([queue.close(), database.close()]);
}
