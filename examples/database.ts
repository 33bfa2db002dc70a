/**
 * The mirror's database. Embedded by default: PGlite, PostgreSQL inside an npm package. With DATABASE_URL, a PostgreSQL server. The SQL is the same.
 */

export interface Queries {
  query<Row = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<{ rows: Row[] }>;
}

export interface Database extends Queries {
  /** Runs `work` in one transaction: all of it happens, or none. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Opens the server at `url`, or an embedded database in `folder`, or in memory.
 * Each driver is loaded only when it is used.
 */
export async function openDatabase({ url, folder, ...limits }: DatabaseOptions): Promise<Database> {
  return url ? openServer(url, limits) : openEmbedded(folder);
}

export interface DatabaseOptions extends ServerLimits {
  url?: string | undefined;
  folder?: string | undefined;
}

export interface ServerLimits {
  /** How many transactions can be open at once on a server. Default 1. */
  connections?: number;
  /** Milliseconds after which a server ends a transaction that is left alone, and with it its row locks. Default 30,000. */
  idleTransactionMs?: number;
}

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const deadlock = "40P01";

async function openServer(url: string, { connections = 1, idleTransactionMs = 30_000 }: ServerLimits) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 0,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: idleTransactionMs,
  });
  // A connection that is lost fails the query that needs it; without a listener it would end the process.
  pool.on("error", () => {}).on("connect", (client) => client.on("error", () => {}));
  const queriesOf = (client: Pick<typeof pool, "query">): Queries => ({
    query: async (sql, values) => ({ rows: (await client.query(sql, values)).rows }),
  });
  const database: Database = {
    ...queriesOf(pool),
    async transaction(work) {
      for (let attempts = 1; ; attempts++) {
        try {
          return await once(work);
        } catch (error) {
          // Of two that wait for each other's rows, PostgreSQL ends one, which has only to begin again.
          if ((error as { code?: string }).code !== deadlock || attempts >= 5) throw error;
        }
      }
    },
    close: () => pool.end(),
  };
  async function once<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let lost: Error | undefined;
    try {
      await client.query("begin");
      const result = await work(queriesOf(client));
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((failure: Error) => {
        lost = failure; // And has rolled back already.
      });
      throw error;
    } finally {
      client.release(lost);
    }
  }
  await database.query("select 1").catch(async (error: unknown) => {
    await pool.end();
    throw error;
  });
  return database;
}

async function openEmbedded(folder: string | undefined): Promise<Database> {
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create(folder);
  return {
    query: (sql, values) => database.query(sql, values),
    transaction: (work) =>
      database.transaction((tx) => work({ query: (sql, values) => tx.query(sql, values) })) as ReturnType<typeof work>,
    close: () => database.close(),
  };
}
