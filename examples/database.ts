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
export async function openDatabase({
  url,
  folder,
}: {
  url?: string | undefined;
  folder?: string | undefined;
}): Promise<Database> {
  return url ? openServer(url) : openEmbedded(folder);
}

async function openServer(connectionString: string): Promise<Database> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  await client.connect();
  const queries: Queries = { query: async (sql, values) => ({ rows: (await client.query(sql, values)).rows }) };
  return {
    ...queries,
    async transaction(work) {
      await client.query("begin");
      try {
        const result = await work(queries);
        await client.query("commit");
        return result;
      } catch (error) {
        await client.query("rollback").catch(() => {}); // A lost connection has rolled back already.
        throw error;
      }
    },
    close: () => client.end(),
  };
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
