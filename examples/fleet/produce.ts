/**
 * Enrols tenants and plans the daily round. Run it whenever the tenants change; running it again changes nothing else.
 *
 *   npx tsx examples/fleet/produce.ts tenants.txt        one tenant a line, id or domain; a round every day at two o'clock, UTC
 *   npx tsx examples/fleet/produce.ts tenants.txt --now  and one at once
 *   npx tsx examples/fleet/produce.ts --allow-removals TENANT   lets a tenant's round go on that would remove too much
 */
import { readFile } from "node:fs/promises";
import { giveUp, readCommandLine, wholeNumber } from "../command-line.js";
import { log, logTheEnd } from "./log.js";
import { beginRound, enqueue, isPattern, openQueue, planRounds } from "./queue.js";
import { Roster } from "./roster.js";
import { openFleetDatabase } from "./settings.js";

const usage = `Usage: npx tsx examples/fleet/produce.ts [tenants.txt …] [--at PATTERN] [--spread MIN] [--now] [--allow-removals TENANT …]

  tenants.txt    tenants to enrol: one a line, id or domain
  --at PATTERN   when a round begins each day: a cron pattern, in UTC (default "0 2 * * *")
  --spread MIN   minutes over which its tenants are spread (default 240)
  --now          begins a round at once, too
  --allow-removals TENANT
                 lets the round of a tenant go on that would remove too much; more than once for several
  -h, --help     this text
`;
const options = {
  now: { type: "boolean", default: false },
  at: { type: "string", default: "0 2 * * *" },
  spread: { type: "string", default: "240" },
  "allow-removals": { type: "string", multiple: true, default: [] as string[] },
} as const;
const { now, at, spreadMs, files, allowed } = readCommandLine(
  { usage, options, allowPositionals: true },
  ({ values, positionals }) => {
    if (!isPattern(values.at)) throw new Error(`--at "${values.at}" is not a cron pattern, such as "0 2 * * *".`);
    const spreadMs = 60_000 * wholeNumber("spread", values.spread, { to: 1_440 });
    return { now: values.now, at: values.at, spreadMs, files: positionals, allowed: values["allow-removals"] };
  },
);
logTheEnd();

const lists = await Promise.all(files.map(tenantsIn));
const tenants = lists.flat();

const queue = await openQueue();
const database = await openFleetDatabase();
try {
  const roster = new Roster(database);
  await roster.createTables();
  const added = await roster.enrol(tenants);
  // Who only lets a round go on leaves the plan as it is.
  if (allowed.length === 0) await planRounds(queue, at, spreadMs);
  for (const tenant of allowed) await roster.allowRemovals(tenant);
  await enqueue(queue, allowed, 0);
  if (now) await beginRound(queue, 0);
  log("INFO", "The rounds are planned.", { "fleet.enrolled": added, "fleet.at": at, "fleet.now": now });
} finally {
  await Promise.all([queue.close(), database.close()]);
}

/** The tenants that a file names; the program ends at a line that can't be one. */
async function tenantsIn(file: string): Promise<string[]> {
  const text = await readFile(file, "utf8").catch((error: Error) =>
    giveUp(`The tenants can't be read: ${error.message}`),
  );
  const lines = text.split("\n").map((line) => line.trim());
  const odd = lines.findIndex((line) => !/^[\w.-]*$/.test(line));
  if (odd >= 0) giveUp(`${file}, line ${odd + 1}: that is no tenant, which is an id or a domain.`);
  return lines.filter(Boolean);
}
