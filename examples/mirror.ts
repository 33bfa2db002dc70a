/** A directory's users in a database, kept in step page by page. */
import type { ChangePage } from "graph-app-identity";
import type { Database } from "./database.js";

/** Where the mirror stands. At most one of the two is there: in the middle of a round, or between rounds. */
export interface Cursor {
  continuationToken?: string;
  deltaLink?: string;
}

/** What a page did to the mirror. */
export interface Changes {
  added: number;
  changed: number;
  removed: number;
}

/** A change of one user, with whatever properties are watched. */
export interface MirroredChange {
  user: { id: string };
  removed?: "changed" | "deleted" | undefined;
}

const schema = [
  `create table if not exists mirrored_users (
     tenant text not null, id text not null, profile jsonb not null, generation int not null,
     primary key (tenant, id))`,
  `create table if not exists mirror_cursors (
     tenant text primary key, continuation_token text, delta_link text,
     generation int not null, full_round boolean not null, updated_at timestamptz not null default now())`,
];

export class Mirror {
  readonly #database: Database;
  readonly #tenant: string;

  private constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /** Opens a tenant's mirror, and makes the tables where there are none. */
  static async open(database: Database, tenant: string): Promise<Mirror> {
    for (const sql of schema) await database.query(sql);
    return new Mirror(database, tenant);
  }

  async cursor(): Promise<Cursor> {
    const { rows } = await this.#database.query<{ continuation_token: string | null; delta_link: string | null }>(
      "select continuation_token, delta_link from mirror_cursors where tenant = $1",
      [this.#tenant],
    );
    const { continuation_token: continuationToken, delta_link: deltaLink } = rows[0] ?? {};
    return { ...(continuationToken && { continuationToken }), ...(deltaLink && { deltaLink }) };
  }

  /**
   * Stores a page together with its cursor, in one transaction: a job that is killed repeats the page or has it, and never anything between.
   */
  async store(page: ChangePage<MirroredChange>): Promise<Changes> {
    const tenant = this.#tenant;
    const kept = page.value.filter(({ removed }) => removed === undefined).map(({ user }) => user);
    const gone = page.value.filter(({ removed }) => removed !== undefined).map(({ user }) => user.id);
    return this.#database.transaction(async ({ query }) => {
      const { rows: stored } = await query<{ generation: number; full_round: boolean }>(
        "select generation, full_round from mirror_cursors where tenant = $1 for update",
        [tenant],
      );
      const before = stored[0];
      // A full round, the first one or after a reset, marks whom it sees with a new generation; who has an old one at its end is gone.
      const begins = before === undefined || page.reset !== undefined;
      const generation = (before?.generation ?? 0) + (begins ? 1 : 0);
      const full = begins || (before?.full_round ?? true);

      // A full round brings whole users; between, only what was ever set, which is laid over what is known.
      const upserted = await query<{ added: boolean }>(
        `insert into mirrored_users (tenant, id, profile, generation)
         select $1, item->>'id', item, $3 from jsonb_array_elements($2::jsonb) item
         on conflict (tenant, id) do update set generation = excluded.generation,
           profile = case when $4 then excluded.profile else mirrored_users.profile || excluded.profile end
         returning xmax = 0 as added`,
        [tenant, JSON.stringify(kept), generation, full],
      );
      const deleted = await query(
        "delete from mirrored_users where tenant = $1 and id = any($2::text[]) returning id",
        [tenant, gone],
      );
      let removed = deleted.rows.length;
      const complete = page.deltaLink !== undefined;
      if (complete && full) {
        const unseen = await query("delete from mirrored_users where tenant = $1 and generation < $2 returning id", [
          tenant,
          generation,
        ]);
        removed += unseen.rows.length;
      }
      await query(
        `insert into mirror_cursors (tenant, continuation_token, delta_link, generation, full_round) values ($1, $2, $3, $4, $5)
         on conflict (tenant) do update set continuation_token = excluded.continuation_token, delta_link = excluded.delta_link,
           generation = excluded.generation, full_round = excluded.full_round, updated_at = now()`,
        [tenant, page.continuationToken ?? null, page.deltaLink ?? null, generation, full && !complete],
      );
      const added = upserted.rows.filter((row) => row.added).length;
      return { added, changed: upserted.rows.length - added, removed };
    });
  }

  async count(): Promise<number> {
    const { rows } = await this.#database.query<{ count: number }>(
      "select count(*)::int as count from mirrored_users where tenant = $1",
      [this.#tenant],
    );
    return rows[0]?.count ?? 0;
  }

  /** The ids in the mirror, sorted. */
  async ids(): Promise<string[]> {
    const { rows } = await this.#database.query<{ id: string }>(
      "select id from mirrored_users where tenant = $1 order by id",
      [this.#tenant],
    );
    return rows.map(({ id }) => id);
  }
}
