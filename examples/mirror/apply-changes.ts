/** What one page of `readDirectory()` does to the tables. */
import type { Queries } from "../database.js";

export const kinds = ["users", "groups", "memberships"] as const;
export type Kind = (typeof kinds)[number];

/** A change with whatever properties are read. */
export type MirroredChange =
  | { kind: "user"; user: { id: string }; removed?: "changed" | "deleted" | undefined }
  | { kind: "group"; group: { id: string }; removed?: "changed" | "deleted" | undefined }
  | { kind: "membership"; groupId: string; memberId: string; memberType?: string; removed?: true };

/** A page of `readDirectory()`, with whatever properties are read. */
export interface MirroredPage {
  stream: string;
  changes: readonly MirroredChange[];
  cursor: string;
  reset?: true;
}

/** Rows of one kind that came, were told again, and went; and what some of those that went were called. */
export interface Effect {
  added: number;
  changed: number;
  removed: number;
  examples: string[];
}

export type Effects = Record<Kind, Effect>;

/** What was told belongs to a stream, and to the last time that it told everything. */
export interface Teller {
  tenant: string;
  stream: string;
  generation: number;
}

export const nothing = (): Effect => ({ added: 0, changed: 0, removed: 0, examples: [] });

/** Applies changes in their order. What ends for good ends its memberships; what can be restored keeps them. */
export async function applyChanges(
  queries: Queries,
  teller: Teller,
  changes: readonly MirroredChange[],
): Promise<Effects> {
  const objects = { users: new Map<string, object | undefined>(), groups: new Map<string, object | undefined>() };
  const memberships = new Map<string, MirroredChange>();
  const ended: string[] = [];
  for (const change of changes) {
    if (change.kind === "membership") {
      memberships.set(`${change.groupId} ${change.memberId}`, change);
      continue;
    }
    const [told, object] = change.kind === "user" ? [objects.users, change.user] : [objects.groups, change.group];
    told.set(object.id, change.removed ? undefined : { ...told.get(object.id), ...object });
    if (change.removed === "deleted") ended.push(object.id);
  }
  const edges = [...memberships.values()];
  return {
    users: await applyObjects(queries, "mirrored_users", teller, objects.users),
    groups: await applyObjects(queries, "mirrored_groups", teller, objects.groups),
    memberships: await applyMemberships(queries, teller, edges, ended),
  };
}

async function applyObjects(
  { query }: Queries,
  table: "mirrored_users" | "mirrored_groups",
  { tenant, generation }: Teller,
  told: ReadonlyMap<string, object | undefined>,
): Promise<Effect> {
  const kept = [...told.values()].filter((object) => object !== undefined);
  const gone = [...told.keys()].filter((id) => told.get(id) === undefined);
  const effect = nothing();
  // Where all is told anew, it is told whole; between, what was ever set, which is laid over what is known.
  if (kept.length > 0) {
    const { rows } = await query<Effect>(
      `with stored as (
         insert into ${table} (tenant, id, profile, generation)
         select $1, item->>'id', item, $3 from jsonb_array_elements($2::jsonb) item order by 2
         on conflict (tenant, id) do update set generation = excluded.generation, profile =
           case when ${table}.generation < excluded.generation then excluded.profile
           else ${table}.profile || excluded.profile end
         returning xmax = 0 as added)
       select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed from stored`,
      [tenant, JSON.stringify(kept, storable), generation],
    );
    Object.assign(effect, rows[0]);
  }
  if (gone.length > 0) {
    const { rows } = await query<Effect>(
      `with gone as (
         delete from ${table} where tenant = $1 and id = any($2::text[])
         returning coalesce(profile->>'displayName', id) as name)
       select count(*)::int as removed, coalesce((array_agg(name))[1:3], '{}') as examples from gone`,
      [tenant, gone],
    );
    Object.assign(effect, rows[0]);
  }
  return effect;
}

async function applyMemberships(
  { query }: Queries,
  { tenant, stream, generation }: Teller,
  edges: readonly MirroredChange[],
  ended: readonly string[],
): Promise<Effect> {
  const effect = nothing();
  const kept = edges.filter(({ removed }) => !removed);
  const gone = edges.filter(({ removed }) => removed);
  const told = `jsonb_to_recordset($2::jsonb) as told ("groupId" text, "memberId" text, "memberType" text)`;
  if (kept.length > 0) {
    const { rows } = await query<Effect>(
      `with stored as (
         insert into mirrored_memberships as known (tenant, group_id, member_id, member_type, stream, generation)
         select $1, "groupId", "memberId", "memberType", $3, $4 from ${told} order by 2, 3
         on conflict (tenant, group_id, member_id) do update set generation = excluded.generation,
           stream = excluded.stream, member_type = coalesce(excluded.member_type, known.member_type)
         returning xmax = 0 as added)
       select count(*) filter (where added)::int as added, count(*) filter (where not added)::int as changed from stored`,
      [tenant, JSON.stringify(kept), stream, generation],
    );
    Object.assign(effect, rows[0]);
  }
  if (gone.length + ended.length > 0) {
    const { rows } = await query<Effect>(
      `with gone as (
         delete from mirrored_memberships where tenant = $1 and (group_id = any($3::text[]) or member_id = any($3::text[])
           or (group_id, member_id) in (select "groupId", "memberId" from ${told}))
         returning member_id || ' in ' || group_id as name)
       select count(*)::int as removed, coalesce((array_agg(name))[1:3], '{}') as examples from gone`,
      [tenant, JSON.stringify(gone), ended],
    );
    Object.assign(effect, rows[0]);
  }
  return effect;
}

/** jsonb takes neither NUL nor half of a surrogate pair, and a name that somebody cut mustn't stop the job. */
function storable(_name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  return value.replaceAll("\0", "\ufffd").replace(halves, "\ufffd");
}
