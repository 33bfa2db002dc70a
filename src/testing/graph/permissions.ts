import type { Collection } from "../directory/collection.js";
import type { Navigation } from "../directory/relation-rules.js";
import type { GraphCaller } from "./asked.js";
import { guardedProperties, type PermissionRow, permissionTable } from "./permission-table.js";
import { mentions } from "./query/inspect-filter.js";
import type { QueryOptions } from "./query/options.js";
import { readFilter } from "./query/parse-query.js";
import { GraphRefusal } from "./refusal.js";

/** Permissions of which one is enough, the least privileged one first. */
type Needed = Pick<PermissionRow, "least" | "also">;

/** Keys are all alike; bytes need what their description does, and an action has two spellings. */
const plain = (method: string, path: string) => {
  const bare = path.replace(/\{\w+\}/g, "{}").replace("microsoft.graph.", "");
  return `${method} ${bare.replace(/\/\$value$/, "").toLowerCase()}`;
};

const rows = new Map(permissionTable.map((row) => [plain(row.method, row.path), row]));

const has = ({ roles }: GraphCaller, { least, also }: Needed) =>
  [least, ...also].some((permission) => roles.includes(permission));

/**
 * What a request needs.
 * @param path as in the table: `users/{id}/manager`
 * @throws Error for one that isn't in the table, which is a defect
 */
export function neededFor(method: PermissionRow["method"], path: string): Needed {
  const row = rows.get(plain(method, path));
  if (!row) throw new Error(`No permissions are known for ${method} ${path}`);
  return row;
}

const pathOf = ({ name }: Collection) => (name === "administrativeUnits" ? `directory/${name}` : name);

/** What objects of a kind need, as a list, singly, or in a delta query. */
export const neededToRead = (collection: Collection, behind: "" | "/{id}" | "/delta" = "") =>
  neededFor("GET", pathOf(collection) + behind);

/** What a relation needs: what its object does, where the table says nothing else. */
export function neededToFollow(collection: Collection, { name }: Navigation): Needed {
  const path = `${pathOf(collection)}/{id}`;
  return rows.get(plain("GET", `${path}/${name}`)) ?? neededFor("GET", path);
}

/** @throws GraphRefusal */
export function authorize(caller: GraphCaller, needed: Needed, path = ""): void {
  if (has(caller, needed)) return;
  // Logs have words of their own; recorded for signIns and directoryAudits (docs-contrib#3196, 2021, and later).
  if (/^auditLogs\//i.test(path)) throw missing(needed);
  const message = "Insufficient privileges to complete the operation.";
  throw new GraphRefusal(403, "Authorization_RequestDenied", message, {}, {}, [needed.least, ...needed.also]);
}

function missing({ least, also }: Needed): GraphRefusal {
  const message = `The principal does not have required Microsoft Graph permission(s): ${least} to call this API. For more information about Microsoft Graph permissions, please visit https://learn.microsoft.com/graph/permissions-overview.`;
  return new GraphRefusal(403, "Authentication_MSGraphPermissionMissing", message, {}, {}, [least, ...also]);
}

/** Whether objects of a kind are shown with more than their id; or are told in a delta query. */
export const canRead = (caller: GraphCaller, collection: Collection, behind?: "/delta") =>
  has(caller, neededToRead(collection, behind));

/** Who is in a group that hides it. */
export const seesHidden = ({ roles }: GraphCaller) => roles.includes("Member.Read.Hidden");

/**
 * Whether options name a property that the caller may not even ask for.
 * @throws GraphRefusal
 */
export function authorizeProperties(caller: GraphCaller, options: QueryOptions, asked: readonly Collection[]): void {
  for (const guarded of guardedProperties) {
    if (guarded.without !== "refused" || has(caller, guarded)) continue;
    if (asked.some(({ entity }) => entity === guarded.entity) && names(options, guarded.property))
      throw missing(guarded);
  }
}

function names(options: QueryOptions, property: string): boolean {
  const word = new RegExp(`\\b${property}\\b`, "i");
  if (["$select", "$orderby", "$expand"].some((option) => word.test(options.get(option) ?? ""))) return true;
  // A filter can hold the word as a value.
  const filter = word.test(options.get("$filter") ?? "") ? readFilter(options) : undefined;
  return filter !== undefined && mentions(filter, property);
}

/** Properties of a type that the caller is shown `null` in place of. */
export function withheld(caller: GraphCaller, { entity }: Collection): ReadonlySet<string> {
  const own = guardedProperties.filter((guarded) => guarded.entity === entity && guarded.without === "null");
  return new Set(own.filter((guarded) => !has(caller, guarded)).map(({ property }) => property));
}
