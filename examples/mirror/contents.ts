/** What a mirror holds: how much, whether two of them are the same, and who is in which group, however nested. */
import type { Queries } from "../database.js";
import type { Kind } from "./apply-changes.js";

/** Rows of each kind; memberships that count. */
export async function counts({ query }: Queries, tenant: string): Promise<Record<Kind, number>> {
  const { rows } = await query<Record<Kind, number>>(
    `select (select count(*)::int from mirrored_users where tenant = $1) as users,
            (select count(*)::int from mirrored_groups where tenant = $1) as groups,
            (select count(*)::int from current_memberships where tenant = $1) as memberships`,
    [tenant],
  );
  return rows[0]!;
}

/**
 * A number for all that a mirror holds, in whatever order it came: two copies of one directory have the same. A property without a value
 * counts as none.
 */
export async function digest({ query }: Queries, tenant: string): Promise<string> {
  const sum = (row: string, table: string) =>
    `(select coalesce(sum(('x' || left(md5(${row}), 15))::bit(60)::bigint), 0) from ${table} where tenant = $1)`;
  const profile = "id || jsonb_strip_nulls(profile)::text";
  const { rows } = await query<{ digest: string }>(
    `select left(md5(${sum(profile, "mirrored_users")} || '+' || ${sum(profile, "mirrored_groups")} || '+' ||
       ${sum("group_id || member_id", "current_memberships")}), 16) as digest`,
    [tenant],
  );
  return rows[0]!.digest;
}

export interface GroupSize {
  id: string;
  name: string;
  /** Members of its own, of any kind. */
  members: number;
  /** People in it, and in the groups within it. */
  people: number;
}

/** The closure of a group: everything that is in it, or in a group within it. A circle of groups ends the search, not the query. */
const closure = `with recursive inside (id) as (
    select member_id from current_memberships where tenant = $1 and group_id = $2
    union
    select member_id from current_memberships join inside on group_id = inside.id where tenant = $1)`;

/** Who is in a group, however nested. */
export async function peopleIn({ query }: Queries, tenant: string, groupId: string): Promise<string[]> {
  const { rows } = await query<{ name: string }>(
    `${closure} select coalesce(profile->>'displayName', id) as name
     from inside join mirrored_users using (id) where tenant = $1 order by 1`,
    [tenant, groupId],
  );
  return rows.map(({ name }) => name);
}

/** The groups that somebody or something is in, however nested. */
export async function groupsOf({ query }: Queries, tenant: string, memberId: string): Promise<string[]> {
  const { rows } = await query<{ name: string }>(
    `with recursive around (id) as (
       select group_id from current_memberships where tenant = $1 and member_id = $2
       union
       select group_id from current_memberships join around on member_id = around.id where tenant = $1)
     select coalesce(profile->>'displayName', id) as name from around join mirrored_groups using (id) where tenant = $1 order by 1`,
    [tenant, memberId],
  );
  return rows.map(({ name }) => name);
}

/** Users or groups by id or name. */
export async function find(
  { query }: Queries,
  tenant: string,
  kind: "users" | "groups",
  name: string,
): Promise<{ id: string; name: string }[]> {
  const { rows } = await query<{ id: string; name: string }>(
    `select id, profile->>'displayName' as name from mirrored_${kind} where tenant = $1
       and (id = $2 or lower(profile->>'displayName') = lower($2) or lower(profile->>'userPrincipalName') = lower($2)) order by id`,
    [tenant, name],
  );
  return rows;
}

/** The groups that hold most other groups, and how many people that makes. */
export async function mostNested(queries: Queries, tenant: string, most: number): Promise<GroupSize[]> {
  const { rows } = await queries.query<Omit<GroupSize, "people">>(
    `select id, coalesce(profile->>'displayName', id) as name, count(*)::int as members
     from current_memberships edge join mirrored_groups on id = group_id and mirrored_groups.tenant = edge.tenant
     where edge.tenant = $1 group by id, name order by count(*) filter (where member_type = 'group') desc, 3 desc, id limit $2`,
    [tenant, most],
  );
  return Promise.all(rows.map(async (row) => ({ ...row, people: (await peopleIn(queries, tenant, row.id)).length })));
}
