/**
 * Enrols tenants and plans the daily round. Run it whenever the tenants change; running it again changes nothing else.
 *
 *   npx tsx examples/fleet/produce.ts tenants.txt        one tenant a line, id or domain; a round every day at two o'clock, UTC
 *   npx tsx examples/fleet/produce.ts tenants.txt --now  and one at once
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { log, logTheEnd } from "./log.js";
import { beginRound, openQueue, planRounds } from "./queue.js";
import { Roster } from "./roster.js";
import { openFleetDatabase } from "./settings.js";

logTheEnd();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    now: { type: "boolean", default: false },
    /** A cron pattern, in UTC. */
    at: { type: "string", default: "0 2 * * *" },
    /** Minutes over which a planned round is spread. */
    spread: { type: "string", default: "240" },
  },
});
const spreadMs = 60_000 * Number(values.spread);
if (!(spreadMs >= 0)) throw new Error(`--spread ${values.spread} is not a number of minutes.`);

const texts = await Promise.all(positionals.map((file) => readFile(file, "utf8")));
const tenants = texts.flatMap((text) => text.split("\n").map((line) => line.trim())).filter(Boolean);

const queue = await openQueue();
const database = await openFleetDatabase();
try {
  const roster = new Roster(database);
  await roster.createTables();
  const added = await roster.enrol(tenants);
  await planRounds(queue, values.at, spreadMs);
  if (values.now) await beginRound(queue, 0);
  log("INFO", "The rounds are planned.", { "fleet.enrolled": added, "fleet.at": values.at, "fleet.now": values.now });
} finally {
  await Promise.all([queue.close(), database.close()]);
}
