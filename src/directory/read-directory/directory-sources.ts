import type { Client } from "@microsoft/microsoft-graph-client";
import { countAll } from "../../graph/count-all.js";
import { listAll } from "../../graph/list-all.js";
import { listChanges } from "../../graph/list-changes.js";
import type { LinkScope } from "../../graph/paging/links.js";
import { digestOf } from "../../graph/paging/page-history.js";
import { readEach } from "../../graph/read-each.js";
import type { RequestTally } from "../../graph/requests/request-tally.js";
import { countUsers } from "../../users/count-users.js";
import { listUsers, userRules } from "../../users/list-users.js";
import type { UserProperty } from "../../users/user-properties.js";
import { deltaGroups } from "../delta-groups.js";
import { defaultGroupProperties, type GroupProperty, groupProperties } from "../group-properties.js";
import type { MembersSource } from "./followed-memberships.js";
import type { MembersReader } from "./listed-memberships.js";
import type { ObjectSource } from "./object-stream.js";

/** What the caller asked for, checked. */
export interface Asked {
  users: Selection | false;
  groups: Selection | false;
  memberships: "delta" | "list" | undefined;
  streams: ReadonlySet<string> | undefined;
  /** Where the client's Graph and its version are. */
  scope: LinkScope;
}

/** The properties to read. Default: those that Graph returns unasked. */
export interface Selection {
  select?: readonly string[] | undefined;
}

/** How everything of a directory is asked for: by what reads it one by one. */
export interface DirectorySources {
  /** Graph's address with its version. */
  root: string;
  tally: RequestTally;
  users: SelectedSource | undefined;
  /** Also read where memberships are, and then not told. */
  groups: (SelectedSource & { told: boolean }) | undefined;
  memberships: "delta" | "list" | undefined;
  members: MembersSource;
  listMembers: MembersReader;
  /** Whether a stream is read here. */
  reads(stream: string): boolean;
  /** Whether all of them are. */
  readsAll: boolean;
}

/** Objects with certain properties, which their links and cursors hold. */
export interface SelectedSource extends ObjectSource {
  selection: string;
}

/** @param client one whose requests are counted by `tally` */
export function directorySources(
  client: Client,
  tally: RequestTally,
  { users, groups, memberships, streams, scope }: Asked,
  signal?: AbortSignal,
): DirectorySources {
  return {
    root: scope.origin + scope.path,
    tally,
    memberships,
    users: users ? userSource(client, users, signal) : undefined,
    groups:
      groups || memberships
        ? { ...groupSource(client, groups || { select: ["id"] }, signal), told: groups !== false }
        : undefined,
    members: (start) => deltaGroups(client, { ...start, select: ["members"], signal }),
    listMembers: (ids) => readEach(client, ids, membersOf, { concurrency: 1, signal }) as ReturnType<MembersReader>,
    reads: (stream) => streams?.has(stream) ?? true,
    readsAll: streams === undefined,
  };
}

const membersOf = (id: string) => `/groups/${encodeURIComponent(id)}/members?$select=id`;

function userSource(client: Client, { select }: Selection, signal: AbortSignal | undefined): SelectedSource {
  const asked = withId(select) as readonly UserProperty[] | undefined;
  return {
    selection: selectionOf(asked),
    count: () => countUsers(client, { signal }),
    list: () => listUsers(client, { select: asked, signal }),
    changes: (start) =>
      listChanges("readDirectory()", client, "/users", { ...start, select: asked, signal }, userRules, bare),
  };
}

function groupSource(client: Client, { select }: Selection, signal: AbortSignal | undefined): SelectedSource {
  // Without a selection Graph would watch the members, too.
  const asked = withId(select ?? defaultGroupProperties) as readonly GroupProperty[];
  const rules = { noun: "groups", properties: groupProperties };
  return {
    selection: selectionOf(asked),
    count: () => countAll(client, "/groups", { signal }),
    list: () => listAll(client, "/groups", { select: asked, signal }),
    changes: (start) =>
      listChanges("readDirectory()", client, "/groups", { ...start, select: asked, signal }, rules, bare),
  };
}

const bare = ({ value, removed }: { value: { id: string }; removed?: "changed" | "deleted" }) => ({ value, removed });

function withId(select: readonly string[] | undefined): readonly string[] | undefined {
  return select === undefined || select.includes("id") ? select : [...select, "id"];
}

/** Names as a set, short. */
function selectionOf(select: readonly string[] | undefined): string {
  return select === undefined ? "" : digestOf([...new Set(select.map((name) => name.toLowerCase()))].sort().join());
}
