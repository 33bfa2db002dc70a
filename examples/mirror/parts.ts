/** How the streams of a huge tenant are divided, for several workers to read them at the same time. */
import type { Queries } from "../database.js";
import { isRead } from "./rounds.js";

/**
 * The users are a part, and so are the groups, with the newest stream of memberships: only there new groups find room. The others
 * go together by `streams`. Streams that come while a round is under way become new parts, since those there are may be done already.
 * @returns the parts with something left to read in this round
 */
export async function assignParts({ query }: Queries, tenant: string, streams: number): Promise<number[]> {
  await query(
    `update mirror_streams set part = 1 where tenant = $1 and number = (
       select max(number) from mirror_streams where tenant = $1 and cursor is not null and stream not in ('users', 'groups')
         and not exists (select from mirror_streams where tenant = $1 and stream = 'groups' and part is not null))`,
    [tenant],
  );
  await query(
    `update mirror_streams set part = case stream when 'users' then 0 else 1 end
     where tenant = $1 and stream in ('users', 'groups') and part is null`,
    [tenant],
  );
  await query(
    `update mirror_streams told set part = last.part + 1 + place / $2
     from (select stream, (row_number() over (order by number) - 1)::int as place from mirror_streams
             where tenant = $1 and part is null and cursor is not null) loose,
          (select max(part) as part from mirror_streams where tenant = $1) last
     where told.tenant = $1 and told.stream = loose.stream`,
    [tenant, streams],
  );
  const { rows } = await query<{ part: number }>(
    `select distinct part from mirror_streams join mirror_tenants using (tenant)
     where tenant = $1 and ${isRead} and done is distinct from round order by part`,
    [tenant],
  );
  return rows.map(({ part }) => part);
}
