/** Compares the tables with the directories themselves, row by row. */
import type { EmulatedTenant } from "graph-app-identity/testing";
import type { Database } from "../database.js";
import { mirroredProperties } from "./mirror-tenant.js";

/** What differs, in words; nothing if the tables hold exactly the users there are. */
export async function differences(database: Database, tenants: readonly EmulatedTenant[]): Promise<string[]> {
  const found: string[] = [];
  for (const { tenantId, users } of tenants) {
    const { rows } = await database.query<{ id: string; profile: Record<string, unknown> }>(
      "select id, profile from mirrored_users where tenant = $1",
      [tenantId],
    );
    // Ids are unique here: as many rows as users, and each of them a user, are all users.
    if (rows.length !== users.count) found.push(`${tenantId}: ${rows.length} rows for ${users.count} users`);
    for (const { id, profile } of rows) {
      const user = users.get(id) as Record<string, unknown> | undefined;
      if (user === undefined) found.push(`${tenantId}: ${id} is no user`);
      else if (mirroredProperties.some((name) => (profile[name] ?? null) !== (user[name] ?? null)))
        found.push(`${tenantId}: ${id} differs`);
    }
  }
  const ids = tenants.map(({ tenantId }) => tenantId);
  const { rows: strangers } = await database.query<{ tenant: string }>(
    "select distinct tenant from mirrored_users where tenant <> all($1::text[])",
    [ids],
  );
  found.push(...strangers.map(({ tenant }) => `${tenant} is no tenant`));
  const { rows: counters } = await database.query<{ tenant: string }>(
    `select tenant from mirror_cursors
     where users <> (select count(*) from mirrored_users where mirrored_users.tenant = mirror_cursors.tenant)`,
  );
  found.push(...counters.map(({ tenant }) => `${tenant}: its number of users is wrong`));
  return found;
}
