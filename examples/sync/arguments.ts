/** The command line of sync.ts. */
import { readCommandLine, wholeNumber } from "../command-line.js";

const usage = `Usage: npx tsx examples/sync.ts [--env] [--data DIR] [--rounds N] …

Keeps a copy of a directory in a database: users, groups and who belongs to which.

  npx tsx examples/sync.ts                   the embedded tenant, with people coming and going; an embedded database in memory
  npx tsx examples/sync.ts --data ./mirror   the same, with the database in a folder
  npx tsx examples/sync.ts --env             a real tenant, with the AZURE_* variables

With DATABASE_URL the copy lives on a PostgreSQL server. Kill it at any time: it goes on at the page it had not yet stored.

  --env                reads the tenant of the AZURE_* variables
  --data DIR           keeps the embedded database in a folder
  --rounds N           how often to look for changes; default 4, with --env until it is stopped
  --interval SECONDS   between two rounds; default 0, with --env 3600
  --users N            people in the embedded tenant; default 2500
  --groups N           groups in the embedded tenant; default 200
  --reconcile          lists all memberships in the first round, instead of asking for what changed in them
  --allow-removals     lets the first round remove more than 50 rows and 10 % of a kind
  --members-of NAME    shows who is in a group at the end, however nested; name or id
  --groups-of NAME     shows which groups somebody is in, however nested; name or id
  -h, --help           this text

It ends with 0 when the copy is complete, 1 when it failed or was stopped, 2 when it was misused, and 3 when too much would be removed.
`;

export interface Arguments {
  env: boolean;
  data: string | undefined;
  rounds: number;
  intervalMs: number;
  users: number;
  groups: number;
  reconcile: boolean;
  allowRemovals: boolean;
  membersOf: string | undefined;
  groupsOf: string | undefined;
}

const options = {
  env: { type: "boolean", default: false },
  data: { type: "string" },
  rounds: { type: "string" },
  interval: { type: "string" },
  users: { type: "string", default: "2500" },
  groups: { type: "string", default: "200" },
  reconcile: { type: "boolean", default: false },
  "allow-removals": { type: "boolean", default: false },
  "members-of": { type: "string" },
  "groups-of": { type: "string" },
} as const;

/** What was asked for. Help and misuse end the process. */
export function readArguments(): Arguments {
  return readCommandLine({ usage, options }, ({ values }) => {
    const { env, data, rounds, interval, reconcile } = values;
    if (data?.trim() === "") throw new Error("--data takes a folder.");
    const usual = env ? Number.POSITIVE_INFINITY : 4;
    const seconds = interval === undefined ? (env ? 3600 : 0) : wholeNumber("interval", interval, { to: 604_800 });
    return {
      env,
      data,
      reconcile,
      rounds: rounds === undefined ? usual : wholeNumber("rounds", rounds, { from: 1, to: 1_000_000 }),
      intervalMs: 1000 * seconds,
      users: wholeNumber("users", values.users, { to: 1_000_000 }),
      groups: wholeNumber("groups", values.groups, { to: 100_000 }),
      allowRemovals: values["allow-removals"],
      membersOf: values["members-of"],
      groupsOf: values["groups-of"],
    };
  });
}
