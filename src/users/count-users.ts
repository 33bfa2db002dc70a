import type { Client } from "@microsoft/microsoft-graph-client";
import { type CountOptions, countCollection } from "../graph/count-all.js";
import { userRules } from "./list-users.js";

/** Which users to count. */
export interface CountUsersOptions extends CountOptions {}

/**
 * Asks for the number of users and nothing else. It comes from an index that is seconds to minutes behind the
 * directory.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and what `listUsers()` fails with
 * @example
 * const disabled = await countUsers(client, { filter: "accountEnabled eq false" });
 */
export function countUsers(client: Client, options: CountUsersOptions = {}): Promise<number> {
  return countCollection("countUsers()", client, "/users", options, () => userRules);
}
