import type { Client } from "@microsoft/microsoft-graph-client";
import type { AnyPath } from "../graph/list-all.js";
import { type ChangeOptions, listChanges } from "../graph/list-changes.js";
import type { Changes } from "../graph/paging/change-round.js";
import type { RelationChange } from "../graph/paging/merge-changes.js";
import type { Listed, PropertyAt, RelationAt, Unselected } from "../graph/paths/path-types.js";

/** What happened to one object of a collection. `reset` stands on the first change after Graph asked to begin anew. */
export type ChangeOf<T extends object> =
  | {
      value: T & { id: string };
      /** Who came into its relations and who left them, by the names of those that are watched. */
      relations?: Readonly<Record<string, RelationChange>>;
      removed?: undefined;
      reset?: true;
    }
  /** `changed` can be restored, `deleted` can't. */
  | { value: { id: string }; relations?: undefined; removed: "changed" | "deleted"; reset?: true };

/**
 * Reads what has changed in any collection that has delta (devices, applications, service principals, administrative
 * units, messages of a folder …), with all that `deltaUsers()` does. `path` is the collection's own, without `/delta`; a
 * query in it is sent as it stands. Paths of the directory are typed as those of `listAll()` are; `select` also takes
 * relations, of which a change then says in `relations` who came and who went.
 * @throws AppIdentityError `invalid_options`, `invalid_query`, and `invalid_continuation_token` for a `deltaLink` of
 * another cloud, path or query; while reading, what `listUsers()` fails with
 * @example
 * const changes = deltaAll(client, "/devices", { select: ["displayName"], deltaLink: await load() });
 * for await (const { value, removed } of changes) await (removed ? drop(value.id) : upsert(value));
 * await save(changes.deltaLink);
 */
export function deltaAll<
  P extends AnyPath | object,
  S extends PropertyAt<P> | RelationAt<P> | Unselected = PropertyAt<P> | Unselected,
>(
  client: Client,
  path: P extends object ? string & {} : P,
  options: ChangeOptions<S & string> = {},
): Changes<ChangeOf<Listed<P, Exclude<S, RelationAt<P>> | "id" | Extract<S, Unselected>> & object>> {
  return listChanges("deltaAll()", client, path, options, { noun: "objects" }, ({ relations, ...rest }) => {
    const change = { ...rest, ...(Object.keys(relations).length > 0 && { relations }) };
    return change as unknown as ChangeOf<Listed<P, Exclude<S, RelationAt<P>> | "id" | Extract<S, Unselected>> & object>;
  });
}
