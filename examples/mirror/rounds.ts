/** A round of a mirror: from the first page to where all streams have reached their ends, however often it is interrupted. */
import type { Queries } from "../database.js";
import { type Effect, type Effects, kinds, nothing } from "./apply-changes.js";

/** Users and groups are read in any case; memberships where they were left. */
export const isRead = "(cursor is not null or stream in ('users', 'groups'))";

/** Pages that remove something wait for each other, or the fuse would overlook what isn't committed yet. */
export async function lockTenant({ query }: Queries, tenant: string, mode: "update" | "share"): Promise<void> {
  await query(`select 1 from mirror_tenants where tenant = $1 for ${mode}`, [tenant]);
}

/** Begins a round where none is under way: what was removed is counted from here. Locks the tenant. @returns whether it is a new one */
export async function beginRound(queries: Queries, tenant: string, removalsAllowed: boolean): Promise<boolean> {
  const { query } = queries;
  await query("insert into mirror_tenants (tenant) values ($1) on conflict do nothing", [tenant]);
  await lockTenant(queries, tenant, "update");
  const { rows } = await query<{ round: number }>(
    "update mirror_tenants set round = round + 1, open = true where tenant = $1 and not open returning round",
    [tenant],
  );
  if (rows.length > 0) {
    const none = kinds.map((kind) => `${kind}_removed = 0`);
    await query(`update mirror_streams set part = null, ${none.join(", ")} where tenant = $1`, [tenant]);
  }
  if (removalsAllowed) await query("update mirror_tenants set removals_allowed = true where tenant = $1", [tenant]);
  await query(
    "insert into mirror_streams (tenant, stream) values ($1, 'users'), ($1, 'groups') on conflict do nothing",
    [tenant],
  );
  return rows.length > 0;
}

/** Notes that these streams have reached their ends; answers whether all have. */
export async function isRoundOver({ query }: Queries, tenant: string, streams: readonly string[]): Promise<boolean> {
  await query(
    `update mirror_streams set done = round from mirror_tenants
     where mirror_tenants.tenant = $1 and mirror_streams.tenant = $1 and stream = any($2::text[])`,
    [tenant, streams],
  );
  const { rows } = await query(
    `select 1 from mirror_streams join mirror_tenants using (tenant)
     where tenant = $1 and ${isRead} and done is distinct from round limit 1`,
    [tenant],
  );
  return rows.length === 0;
}

/** Removes what streams told before they told everything anew, and what streams told that are no more. */
export async function sweep({ query }: Queries, tenant: string): Promise<Effects> {
  const swept = async (table: string, stream: string, name: string): Promise<Effect> => {
    const { rows } = await query<Effect>(
      `with gone as (
         delete from ${table} row using mirror_streams told
         where row.tenant = $1 and told.tenant = $1 and told.stream = ${stream} and told.sweeping
           and (row.generation < told.generation or told.cursor is null)
         returning ${name} as name)
       select count(*)::int as removed, coalesce((array_agg(name))[1:3], '{}') as examples from gone`,
      [tenant],
    );
    return { ...nothing(), ...rows[0] };
  };
  const { rows } = await query("select 1 from mirror_streams where tenant = $1 and sweeping limit 1", [tenant]);
  if (rows.length === 0) return { users: nothing(), groups: nothing(), memberships: nothing() };
  return {
    users: await swept("mirrored_users", "'users'", "coalesce(row.profile->>'displayName', row.id)"),
    groups: await swept("mirrored_groups", "'groups'", "coalesce(row.profile->>'displayName', row.id)"),
    memberships: await swept("mirrored_memberships", "row.stream", "row.member_id || ' in ' || row.group_id"),
  };
}

export async function endRound({ query }: Queries, tenant: string): Promise<void> {
  await query("update mirror_streams set sweeping = false where tenant = $1 and sweeping", [tenant]);
  await query("update mirror_tenants set open = false, removals_allowed = false where tenant = $1", [tenant]);
}

/** Counts what a stream has added and removed. */
export async function countRows({ query }: Queries, tenant: string, stream: string, effects: Effects): Promise<void> {
  const sets = kinds.map((kind, at) => {
    const [added, removed] = [`$${3 + 2 * at}::int`, `$${4 + 2 * at}::int`];
    return `${kind} = ${kind} + ${added} - ${removed}, ${kind}_removed = ${kind}_removed + ${removed}`;
  });
  const numbers = kinds.flatMap((kind) => [effects[kind].added, effects[kind].removed]);
  await query(`update mirror_streams set ${sets.join(", ")} where tenant = $1 and stream = $2`, [
    tenant,
    stream,
    ...numbers,
  ]);
}
