/** Compares the tables with the directories themselves, row by row. */
import type { EmulatedTenant } from "graph-app-identity/testing";
import type { Database } from "../database.js";
import { mirroredProperties } from "./mirror-tenant.js";

/** What differs, in words; nothing if the tables hold exactly what there is. */
export async function differences(database: Database, tenants: readonly EmulatedTenant[]): Promise<string[]> {
  const found: string[] = [];
  for (const tenant of tenants) {
    const { tenantId, users, groups } = tenant;
    const objects = { users, groups } as const;
    for (const kind of ["users", "groups"] as const) {
      const { rows } = await database.query<{ id: string; profile: Record<string, unknown> }>(
        `select id, profile from mirrored_${kind} where tenant = $1`,
        [tenantId],
      );
      // Ids are unique here: as many rows as objects, and each of them an object, are all of them.
      const { count } = objects[kind];
      if (rows.length !== count) found.push(`${tenantId}: ${rows.length} rows for ${count} ${kind}`);
      for (const { id, profile } of rows) {
        const object = objects[kind].get(id) as Record<string, unknown> | undefined;
        if (object === undefined) found.push(`${tenantId}: ${id} is none of the ${kind}`);
        else if (mirroredProperties[kind].some((name) => !isSame(profile[name], object[name])))
          found.push(`${tenantId}: ${id} differs`);
      }
    }
    found.push(...(await differingMemberships(database, tenant)).map((edge) => `${tenantId}: ${edge}`));
  }
  const ids = tenants.map(({ tenantId }) => tenantId);
  const { rows: strangers } = await database.query<{ tenant: string }>(
    "select distinct tenant from mirrored_users where tenant <> all($1::text[])",
    [ids],
  );
  found.push(...strangers.map(({ tenant }) => `${tenant} is no tenant`));
  for (const kind of ["users", "groups", "memberships"]) {
    const { rows } = await database.query<{ tenant: string }>(
      `select tenant from mirror_streams group by tenant
       having sum(${kind}) <> (select count(*) from mirrored_${kind} where tenant = mirror_streams.tenant)`,
    );
    found.push(...rows.map(({ tenant }) => `${tenant}: its number of ${kind} is wrong`));
  }
  return found;
}

/** Memberships that only one side has. Graph tells of no service principals among members. */
async function differingMemberships(database: Database, tenant: EmulatedTenant): Promise<string[]> {
  const { groups, servicePrincipals } = tenant;
  const { rows } = await database.query<{ edge: string }>(
    "select group_id || ' ' || member_id as edge from current_memberships where tenant = $1",
    [tenant.tenantId],
  );
  const untold = new Set(servicePrincipals.ids());
  const there = new Set<string>();
  for (const group of groups.ids()) {
    for (const member of groups.members(group)) if (!untold.has(member)) there.add(`${group} ${member}`);
  }
  const copied = new Set(rows.map(({ edge }) => edge));
  return [
    ...[...there].filter((edge) => !copied.has(edge)).map((edge) => `${edge} is missing`),
    ...[...copied].filter((edge) => !there.has(edge)).map((edge) => `${edge} is no membership`),
  ];
}

const isSame = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
