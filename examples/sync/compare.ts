/** Asks the directory itself, by another way than the feed, whether the copy is complete. */
import { type Client, countAll } from "graph-app-identity";
import type { Database } from "../database.js";
import { counts, mostNested } from "../mirror/contents.js";

/** Groups whose members are counted: there is no number for all memberships. */
const asked = 5;

/**
 * What differs, in words; nothing where the numbers are equal. Graph counts from an index that is seconds to minutes behind, so that a copy of
 * a busy tenant may be right and differ.
 */
export async function differences(
  client: Client,
  database: Database,
  tenant: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  const copied = await counts(database, tenant);
  const compare = async (what: string, path: string, rows: number) => {
    const counted = await countAll(client, path, { signal });
    if (counted !== rows) found.push(`${rows} of ${counted} ${what}`);
  };
  await compare("users", "/users", copied.users);
  await compare("groups", "/groups", copied.groups);
  for (const { id, name, members } of await mostNested(database, tenant, asked)) {
    await compare(`members of ${name}`, `/groups/${id}/members`, members);
  }
  return found;
}
