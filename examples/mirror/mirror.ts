/** A directory's users, groups and memberships in a database, kept in step page by page, by one program or by several at once. */
import type { Database, Queries } from "../database.js";
import { applyChanges, type Effects, type MirroredPage } from "./apply-changes.js";
import { checkRemovals } from "./deletion-fuse.js";
import { assignParts } from "./parts.js";
import { beginRound, countRows, endRound, isRead, isRoundOver, lockTenant, sweep } from "./rounds.js";

/** What was taken: the streams to read, and the cursors to begin with, which are those of all streams where new groups are placed. */
export interface Taken {
  streams: string[];
  cursors: Map<string, string>;
  /** Whether the round had been begun before. */
  resumed: boolean;
}

export interface TakeOptions {
  /** Which streams, as `divide()` has numbered them; `undefined` for all. */
  part?: number | undefined;
  /** Lets the round remove as much as it is told. Default false. */
  removalsAllowed?: boolean;
}

/** Somebody else has taken a stream since: what this one has read of it is stored by the other, or will be. */
export class SupersededError extends Error {
  override readonly name = "SupersededError";
}

interface StreamRow {
  cursor: string | null;
  generation: number;
  sweeping: boolean;
  fence: string;
}

const columns = "cursor, generation, sweeping, fence::text";

export class Mirror {
  readonly #database: Database;
  readonly #tenant: string;
  /** By stream. A fence grows each time the stream is taken; who holds an older one may not write. */
  #held = new Map<string, string>();
  /** What has to be read to its end here; of streams that are made meanwhile only where all is read. */
  #toFinish: (stream: string) => boolean = () => true;

  constructor(database: Database, tenant: string) {
    this.#database = database;
    this.#tenant = tenant;
  }

  /**
   * Takes the streams that this round still has to read, of one part or all. Whoever had them before can store nothing more.
   * Begins a round where the one before is over.
   */
  async take({ part, removalsAllowed = false }: TakeOptions = {}): Promise<Taken> {
    const { taken, known, isNew } = await this.#database.transaction(async (queries) => {
      const isNew = await beginRound(queries, this.#tenant, removalsAllowed);
      const { rows: taken } = await queries.query<{ stream: string; fence: string }>(
        `update mirror_streams set fence = fence + 1
         where tenant = $1 and ${isRead} and ($2::int is null
           or part = $2 and done is distinct from (select round from mirror_tenants where tenant = $1))
         returning stream, fence::text`,
        [this.#tenant, part ?? null],
      );
      const streams = taken.map(({ stream }) => stream);
      const { rows: known } = await queries.query<{ stream: string; cursor: string }>(
        "select stream, cursor from mirror_streams where tenant = $1 and cursor is not null and ($2 or stream = any($3::text[]))",
        [this.#tenant, streams.includes("groups"), streams],
      );
      return { taken, known, isNew };
    });
    this.#held = new Map(taken.map(({ stream, fence }) => [stream, fence]));
    const streams = [...this.#held.keys()];
    this.#toFinish = (stream) => part === undefined || streams.includes(stream);
    return {
      streams,
      cursors: new Map(known.map(({ stream, cursor }) => [stream, cursor])),
      resumed: !isNew,
    };
  }

  /**
   * Divides what is left of this round into parts for several workers, beginning a round where none is under way. Streams that were made since
   * become parts of their own.
   * @param streams of memberships in a part, at most
   * @returns the parts with something left to read
   */
  divide(streams: number): Promise<number[]> {
    return this.#database.transaction(async (queries) => {
      await beginRound(queries, this.#tenant, false);
      return assignParts(queries, this.#tenant, streams);
    });
  }

  /**
   * Stores a page together with its cursor, in one transaction: a job that is killed repeats the page or has it, and never anything between.
   * @throws SupersededError where the stream has been taken by another since
   * @throws TooManyRemovalsError where the fuse has to blow first
   */
  async store({ stream, changes, cursor, reset }: MirroredPage): Promise<Effects> {
    const tenant = this.#tenant;
    const { effects, fence } = await this.#database.transaction(async (queries) => {
      const removes = changes.some(({ removed }) => removed !== undefined);
      await lockTenant(queries, tenant, removes ? "update" : "share");
      const before = this.#held.has(stream)
        ? await this.#heldRow(queries, stream)
        : await this.#newRow(queries, stream);
      // Where all is told anew, what is told gets a new generation; what has an older one at the end is gone.
      const begins = reset !== undefined || before.cursor === null;
      const generation = before.generation + (begins ? 1 : 0);
      const sweeping = before.sweeping || (begins && before.generation > 0);
      const effects = await applyChanges(queries, { tenant, stream, generation }, changes);
      await queries.query(
        "update mirror_streams set cursor = $3, generation = $4, sweeping = $5 where tenant = $1 and stream = $2",
        [tenant, stream, cursor, generation, sweeping],
      );
      await countRows(queries, tenant, stream, effects);
      if (removes) await checkRemovals(queries, tenant, effects);
      return { effects, fence: before.fence };
    });
    this.#held.set(stream, fence);
    return effects;
  }

  /**
   * All streams that were taken have reached their ends. The last to say so ends the round: what was told before everything was told anew, and
   * not again since, is removed.
   * @returns what went; `undefined` where others still read
   * @throws SupersededError
   * @throws TooManyRemovalsError
   */
  finish(): Promise<Effects | undefined> {
    const tenant = this.#tenant;
    return this.#database.transaction(async (queries) => {
      await lockTenant(queries, tenant, "update");
      const streams = [...this.#held.keys()].filter(this.#toFinish);
      for (const stream of streams) await this.#heldRow(queries, stream);
      if (!(await isRoundOver(queries, tenant, streams))) return undefined;
      const effects = await sweep(queries, tenant);
      await countRows(queries, tenant, "users", effects);
      await checkRemovals(queries, tenant, effects);
      await endRound(queries, tenant);
      return effects;
    });
  }

  /** Forgets where all streams stand, so that everything is read anew, and what isn't told then goes at the end of the round. */
  async forget(): Promise<void> {
    await this.whileHeld(({ query }) =>
      query(
        `update mirror_streams set cursor = null, done = null, sweeping = true,
           fence = fence + case when stream = any($2::text[]) then 0 else 1 end where tenant = $1`,
        [this.#tenant, [...this.#held.keys()]],
      ),
    );
  }

  /**
   * Does something in a transaction in which nobody else can take what this one holds.
   * @throws SupersededError where another has taken it already
   */
  whileHeld<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (queries) => {
      await lockTenant(queries, this.#tenant, "update");
      const [stream] = this.#held.keys();
      if (stream !== undefined) await this.#heldRow(queries, stream);
      return work(queries);
    });
  }

  /** How many streams of memberships there are. */
  async memberStreams(): Promise<number> {
    const { rows } = await this.#database.query<{ count: number }>(
      "select count(*)::int as count from mirror_streams where tenant = $1 and cursor is not null and stream like 'members:%'",
      [this.#tenant],
    );
    return rows[0]!.count;
  }

  async #heldRow({ query }: Queries, stream: string): Promise<StreamRow> {
    const { rows } = await query<StreamRow>(
      `select ${columns} from mirror_streams where tenant = $1 and stream = $2 for update`,
      [this.#tenant, stream],
    );
    if (rows[0]?.fence !== this.#held.get(stream)) throw new SupersededError(`Another has taken "${stream}".`);
    return rows[0] as StreamRow;
  }

  /** Who reads the groups makes the streams of memberships known, or known again. */
  async #newRow(queries: Queries, stream: string): Promise<StreamRow> {
    if (!this.#held.has("groups")) throw new SupersededError(`"${stream}" was forgotten.`);
    await this.#heldRow(queries, "groups");
    const { rows } = await queries.query<StreamRow>(
      `insert into mirror_streams as known (tenant, stream) values ($1, $2)
       on conflict (tenant, stream) do update set fence = known.fence + 1 where known.cursor is null returning ${columns}`,
      [this.#tenant, stream],
    );
    if (rows[0] === undefined) throw new SupersededError(`Another has made "${stream}".`);
    return rows[0];
  }
}
