/** The fleet's tenants, and how each is doing. What the mirrors hold is theirs; this is what an operator asks first. */
import { isAppIdentityError } from "graph-app-identity";
import type { Database } from "../database.js";
import { TooManyRemovalsError } from "../mirror/deletion-fuse.js";
import type { Mirror } from "../mirror/mirror.js";
import { createTables } from "../mirror/tables.js";

/** Trouble first. `late` was throttled, or found Graph out of order: it is moved to a later time. `retrying` failed, and is tried again. */
export const tenantStates = ["failed", "retrying", "late", "running", "new", "done"] as const;
export type TenantState = (typeof tenantStates)[number];

export interface TenantReport {
  tenant: string;
  state: TenantState;
  users: number;
  groups: number;
  memberships: number;
  /** When a round was last complete. */
  completed: Date | null;
  /** When the state was entered. */
  since: Date;
  worker: string | null;
  /** When it is tried again. */
  due: Date | null;
  error: string | null;
  remedy: string | null;
}

/** Any number, the same for all who make the tables. */
const tablesLock = 7_203_114;

export class Roster {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes the tables where there are none. Many may do it at once. */
  async createTables(): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.query("select pg_advisory_xact_lock($1)", [tablesLock]);
      await createTables(queries);
      await queries.query(
        `create table if not exists fleet_tenants (
           tenant text primary key, state text not null default 'new', since timestamptz not null default now(),
           completed timestamptz, worker text, due timestamptz, error text, remedy text)`,
      );
    });
  }

  /** Takes tenants in; answers how many weren't known. */
  async enrol(tenants: readonly string[]): Promise<number> {
    const { rows } = await this.#database.query(
      "insert into fleet_tenants (tenant) select distinct unnest($1::text[]) on conflict do nothing returning tenant",
      [tenants],
    );
    return rows.length;
  }

  /** All tenants, a thousand at a time. */
  async *tenants(): AsyncGenerator<string[]> {
    for (let last = ""; ; ) {
      const { rows } = await this.#database.query<{ tenant: string }>(
        "select tenant from fleet_tenants where tenant > $1 order by tenant limit 1000",
        [last],
      );
      if (rows.length === 0) return;
      yield rows.map(({ tenant }) => tenant);
      last = rows.at(-1)!.tenant;
    }
  }

  /** Says how a tenant is doing. `mirror` is what has been taken for it: who has lost that has no say any more. */
  async report(
    mirror: Mirror,
    tenant: string,
    { state, worker, due, error }: { state: TenantState; worker: string; due?: Date | undefined; error?: unknown },
  ): Promise<void> {
    const [reason, remedy] = reasonOf(error, tenant);
    await mirror.whileHeld(({ query }) =>
      query(
        `update fleet_tenants set state = $2, worker = $3, due = $4, error = $5, remedy = $6, since = now(),
           completed = case when $2 = 'done' then now() else completed end
         where tenant = $1`,
        [tenant, state, worker, due ?? null, reason, remedy],
      ),
    );
  }

  /** Every tenant, those in trouble first. */
  async reports(): Promise<TenantReport[]> {
    const { rows } = await this.#database.query<TenantReport>(
      `select tenant, state, coalesce(sum(users), 0)::int as users, coalesce(sum(groups), 0)::int as groups,
         coalesce(sum(memberships), 0)::int as memberships, completed, since, worker, due, error, remedy
       from fleet_tenants left join mirror_streams using (tenant) group by tenant
       order by array_position($1::text[], state), tenant`,
      [[...tenantStates]],
    );
    return rows;
  }

  /** Lets the round under way remove as much as it is told. */
  async allowRemovals(tenant: string): Promise<void> {
    await this.#database.query("update mirror_tenants set removals_allowed = true where tenant = $1 and open", [
      tenant,
    ]);
  }
}

/** In a word, and what to do. No names: this goes to logs and screens. */
function reasonOf(error: unknown, tenant: string): [reason: string | null, remedy: string | null] {
  if (isAppIdentityError(error)) return [error.code, error.remedy];
  if (error instanceof TooManyRemovalsError) {
    const remedy = `${error.message} If that is right: npx tsx examples/fleet/produce.ts --allow-removals ${tenant}`;
    return ["too_many_removals", remedy];
  }
  return [error === undefined ? null : String(error), null];
}
