/** What every process of the fleet reads from its environment; the AZURE_* variables beside it are the package's own. */
import { type Database, openDatabase } from "../database.js";

const number = (name: string, fallback: number): number => {
  const value = Number(process.env[name] ?? fallback);
  if (Number.isFinite(value) && value > 0) return value;
  return refuse(`${name} is "${process.env[name]}", and has to be a number above 0.`);
};

/** An address, whose text may hold a password: it isn't told. */
const address = (name: string, fallback: string): string => {
  const value = process.env[name] ?? fallback;
  return URL.canParse(value) ? value : refuse(`${name} is no address such as ${fallback}.`);
};

/** Ends the program: nobody can run with it. */
function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}

export const redisUrl = address("REDIS_URL", "redis://127.0.0.1:6379");
export const databaseUrl = address("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres");

/** Begins every key in Redis. */
export const prefix = process.env.FLEET_PREFIX ?? "fleet";

/** Tenants that one worker mirrors at the same time: most of a round is waiting for Graph. */
export const concurrency = number("FLEET_CONCURRENCY", 16);

/** Milliseconds after which a worker that shows no sign of life loses its tenants to others. */
export const lockMs = number("FLEET_LOCK_MS", 30_000);

/** Milliseconds that a worker waits for one request's throttling or outage to pass; a tenant that needs longer is moved to later. */
export const patienceMs = number("FLEET_PATIENCE_MS", 5_000);

/** Groups that one worker reads of a tenant that has more: the others are read by others at the same time. */
export const partGroups = number("FLEET_PART_GROUPS", 2_000);

/** The database, with as many connections as there are transactions at once. */
export function openFleetDatabase(connections = 1, url = databaseUrl): Promise<Database> {
  // A worker that stops in the middle of a transaction loses it with its tenants: nobody waits behind its row locks for longer.
  return openDatabase({ url, connections, idleTransactionMs: lockMs }).catch((cause: Error) => {
    throw new Error(`PostgreSQL at ${new URL(url).host}: ${cause.message}. DATABASE_URL says where it is.`, { cause });
  });
}
