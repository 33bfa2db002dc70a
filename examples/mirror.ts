/** A directory's users in a database, kept in step page by page. */
import type { ChangePage } from "graph-app-identity";
import type { Database, Queries } from "./database.js";

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

interface CursorRow {
  continuation_token: string | null;
  delta_link: string | null;
  generation: number;
  full_round: boolean;
  fence: string;
}

const schema = [
  `create table if not exists mirrored_users (
     tenant text not null, id text not null, profile jsonb not null, generation int not null,
     primary key (tenant, id))`,
  `create table if not exists mirror_cursors (
     tenant text primary key, continuation_token text, delta_link text,
     generation int not null default 0, full_round boolean not null default true,
     users bigint not null default 0, fence bigint not null default 1, updated_at timestamptz not null default now())`,
];

/** jsonb takes neither NUL nor half of a surrogate pair, and a name that somebody cut mustn't stop the job. */
function storable(_name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  return value.replaceAll("\0", "\ufffd").replace(halves, "\ufffd");
}

/** Somebody else has taken the mirror since: what this one has read is stored by the other, or will be. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

export class Mirror {
  readonly #database: Database;
  readonly #tenant: string;
  /** Grows each time the mirror is taken; who holds an older one may not write. */
  #fence: string | undefined;

  constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /** Makes the tables where there are none. */
  static async createTables(database: Queries): Promise<void> {
    for (const sql of schema) await database.query(sql);
  }

  /** Takes the mirror for a round and says where it stands. Whoever had it before can store nothing more. */
  async take(): Promise<Cursor> {
    const { rows } = await this.#database.query<CursorRow>(
      `insert into mirror_cursors (tenant) values ($1)
       on conflict (tenant) do update set fence = mirror_cursors.fence + 1
       returning continuation_token, delta_link, fence::text`,
      [this.#tenant],
    );
    const { continuation_token: continuationToken, delta_link: deltaLink, fence } = rows[0]!;
    this.#fence = fence;
    return { ...(continuationToken && { continuationToken }), ...(deltaLink && { deltaLink }) };
  }

  /**
   * Stores a page together with its cursor, in one transaction: a job that is killed repeats the page or has it, and never anything between.
   * @throws SupersededError where the mirror has been taken by another since
   */
  async store(page: ChangePage<MirroredChange>): Promise<Changes> {
    const tenant = this.#tenant;
    const kept = page.value.filter(({ removed }) => removed === undefined).map(({ user }) => user);
    const gone = page.value.filter(({ removed }) => removed !== undefined).map(({ user }) => user.id);
    return this.whileHeld(async ({ query }, before) => {
      // A full round, the first one or after a reset, marks whom it sees with a new generation; who has an old one at its end is gone.
      const begins = page.reset !== undefined || (before.continuation_token ?? before.delta_link) === null;
      const generation = before.generation + (begins ? 1 : 0);
      const full = begins || before.full_round;

      // A full round brings whole users; between, only what was ever set, which is laid over what is known.
      const upserted = await query<{ added: boolean }>(
        `insert into mirrored_users (tenant, id, profile, generation)
         select $1, item->>'id', item, $3 from jsonb_array_elements($2::jsonb) item
         on conflict (tenant, id) do update set generation = excluded.generation,
           profile = case when $4 then excluded.profile else mirrored_users.profile || excluded.profile end
         returning xmax = 0 as added`,
        [tenant, JSON.stringify(kept, storable), generation, full],
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
      const added = upserted.rows.filter((row) => row.added).length;
      await query(
        `update mirror_cursors set continuation_token = $2, delta_link = $3, generation = $4, full_round = $5,
           users = users + $6, updated_at = now() where tenant = $1`,
        [
          tenant,
          page.continuationToken ?? null,
          page.deltaLink ?? null,
          generation,
          full && !complete,
          added - removed,
        ],
      );
      return { added, changed: upserted.rows.length - added, removed };
    });
  }

  /** Forgets where the mirror stands, so that the next round lists everybody and drops who is gone. */
  async forget(): Promise<void> {
    await this.whileHeld(async ({ query }) => {
      await query("update mirror_cursors set continuation_token = null, delta_link = null where tenant = $1", [
        this.#tenant,
      ]);
    });
  }

  /**
   * Does something in a transaction in which nobody else can take the mirror.
   * @throws SupersededError where another has taken it already
   */
  whileHeld<T>(work: (queries: Queries, cursor: CursorRow) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (queries) => {
      const { rows } = await queries.query<CursorRow>(
        `select continuation_token, delta_link, generation, full_round, fence::text
         from mirror_cursors where tenant = $1 for update`,
        [this.#tenant],
      );
      if (rows[0]?.fence !== this.#fence) throw new SupersededError("The mirror has been taken by another.");
      return work(queries, rows[0]!);
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
