/** The tables of a mirror: the copy itself, and where each stream of `readDirectory()` stands. Many tenants share them. */
import type { Queries } from "../database.js";

const schema = [
  `create table if not exists mirrored_users (
     tenant text not null, id text not null, profile jsonb not null, generation int not null,
     primary key (tenant, id))`,
  `create table if not exists mirrored_groups (
     tenant text not null, id text not null, profile jsonb not null, generation int not null,
     primary key (tenant, id))`,
  // No foreign keys: devices and others are members, too, and a member may be told before the user.
  `create table if not exists mirrored_memberships (
     tenant text not null, group_id text not null, member_id text not null, member_type text,
     stream text not null, generation int not null,
     primary key (tenant, group_id, member_id))`,
  "create index if not exists mirrored_memberships_of on mirrored_memberships (tenant, member_id)",
  `create table if not exists mirror_tenants (
     tenant text primary key, round int not null default 0, open boolean not null default false,
     removals_allowed boolean not null default false)`,
  // What a stream has added to the tables, and taken from them in this round, stands with the stream: sums would be one row for all to wait for.
  `create table if not exists mirror_streams (
     tenant text not null, stream text not null, number bigint generated always as identity, cursor text, generation int not null default 0,
     sweeping boolean not null default false, done int, part int, fence bigint not null default 1,
     users bigint not null default 0, groups bigint not null default 0, memberships bigint not null default 0,
     users_removed bigint not null default 0, groups_removed bigint not null default 0,
     memberships_removed bigint not null default 0,
     primary key (tenant, stream))`,
  // A membership counts while both its ends exist. Its row stays while one is in the recycle bin, since restoring brings it back untold.
  `create or replace view current_memberships as
     select tenant, group_id, member_id, member_type from mirrored_memberships edge
     where exists (select from mirrored_groups where tenant = edge.tenant and id = edge.group_id)
       and case member_type
         when 'user' then exists (select from mirrored_users where tenant = edge.tenant and id = edge.member_id)
         when 'group' then exists (select from mirrored_groups where tenant = edge.tenant and id = edge.member_id)
         else true end`,
];

/** Makes the tables where there are none. */
export async function createTables(database: Queries): Promise<void> {
  for (const sql of schema) await database.query(sql);
}
