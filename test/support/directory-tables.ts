import type { DirectoryChange, DirectoryPage } from "../../src/directory/read-directory/directory-change.js";
import type { TenantGroups, TenantUsers } from "../../src/testing/directory/tenant-objects.js";

/** What is in a tenant: a page of `readDirectory()` tells no more. */
export interface TenantDirectory {
  users: TenantUsers;
  groups: TenantGroups;
  servicePrincipals: { ids(): Iterable<string> };
}

interface Row {
  displayName?: string | null;
  stream: string;
}

/** What a consumer of `readDirectory()` keeps: each page's changes and its cursor, stored in one go. */
export class DirectoryTables {
  readonly users = new Map<string, Row>();
  readonly groups = new Map<string, Row>();
  /** `group member` → its kind, and the stream that told it last. */
  readonly edges = new Map<string, { type: string | undefined; stream: string }>();
  readonly cursors = new Map<string, string>();

  begin(): ReadonlyMap<string, string> {
    return this.cursors;
  }

  finish(): void {}

  store({
    stream,
    changes,
    cursor,
    reset,
  }: Pick<DirectoryPage, "stream" | "cursor" | "reset"> & { changes: object[] }) {
    if (reset) {
      for (const table of [this.users, this.groups, this.edges]) {
        for (const [key, row] of table) if (row.stream === stream) table.delete(key);
      }
    }
    for (const change of changes) this.#apply(stream, change as DirectoryChange<"displayName", "displayName">);
    this.cursors.set(stream, cursor);
  }

  #apply(stream: string, change: DirectoryChange<"displayName", "displayName">): void {
    if (change.kind === "membership") {
      const edge = `${change.groupId} ${change.memberId}`;
      if (change.removed) this.edges.delete(edge);
      else this.edges.set(edge, { type: change.memberType, stream });
      return;
    }
    const [table, row] = change.kind === "user" ? [this.users, change.user] : [this.groups, change.group];
    if (change.removed) table.delete(row.id);
    else table.set(row.id, { ...table.get(row.id), ...row, stream });
    if (change.removed !== "deleted") return;
    for (const edge of this.edges.keys()) if (edge.includes(row.id)) this.edges.delete(edge);
  }

  /** The rows, without memberships one end of which is gone. */
  rows(): { users: string[]; groups: string[]; edges: string[] } {
    const named = (table: Map<string, Row>) => [...table].map(([id, { displayName }]) => `${id} ${displayName}`).sort();
    const counts = ([edge, { type }]: [string, { type: string | undefined }]) => {
      const [group = "", member = ""] = edge.split(" ");
      if (!this.groups.has(group)) return false;
      return type === "user" ? this.users.has(member) : type === "group" ? this.groups.has(member) : true;
    };
    const edges = [...this.edges].filter(counts).map(([edge]) => edge);
    return { users: named(this.users), groups: named(this.groups), edges: edges.sort() };
  }
}

/** The same rows as they are in a tenant; Graph tells of no service principals. */
export function directoryRows({
  users,
  groups,
  servicePrincipals,
}: TenantDirectory): ReturnType<DirectoryTables["rows"]> {
  const untold = new Set(servicePrincipals.ids());
  const named = (table: TenantUsers | TenantGroups) =>
    [...table.ids()].map((id) => `${id} ${table.get(id)?.displayName}`).sort();
  const edges = [...groups.ids()].flatMap((group) =>
    [...groups.members(group)].filter((member) => !untold.has(member)).map((member) => `${group} ${member}`),
  );
  return { users: named(users), groups: named(groups), edges: edges.sort() };
}
