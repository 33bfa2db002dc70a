import { URL } from "node:url";

/**
 * What shares a limit with a request. Graph is many services behind one name, and each counts for itself.
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export interface ThrottleScope {
  /** The service that answers. */
  workload: string;
  /** The mailbox, where each has a limit of its own. */
  resource?: string;
  /** Reading and writing may be limited apart. */
  writes: boolean;
}

const directory = new Set(
  `users groups applications serviceprincipals devices directoryobjects directoryroles directoryroletemplates directory
  administrativeunits contacts contracts organization domains subscribedskus rolemanagement oauth2permissiongrants
  groupsettings grouplifecyclepolicies policies invitations me`.split(/\s+/),
);

/** What users, groups and `me` have that isn't the directory's, by its own segment. */
const belowSomeone: Record<string, string> = Object.fromEntries(
  Object.entries({
    outlook: `photo photos messages mailfolders mailboxsettings sendmail inferenceclassification outlook people calendar
      calendars calendargroups calendarview events contacts contactfolders conversations threads findmeetingtimes
      getmailtips`,
    sharepoint: "drive drives sites followedsites",
    teams: "chats joinedteams team teamwork onlinemeetings presence",
    onenote: "onenote",
    planner: "planner",
    todo: "todo",
  }).flatMap(([workload, segments]) => segments.split(/\s+/).map((segment) => [segment, workload])),
);

const alone: Record<string, string> = {
  auditlogs: "reports",
  reports: "reports",
  drives: "sharepoint",
  drive: "sharepoint",
  sites: "sharepoint",
  shares: "sharepoint",
  teams: "teams",
  chats: "teams",
  appcatalogs: "teams",
};

/** Whether a segment, in lower case, is a name that tells a workload. */
export function namesWorkload(segment: string): boolean {
  return directory.has(segment) || Object.hasOwn(belowSomeone, segment) || Object.hasOwn(alone, segment);
}

/** By the address, whose beginning is a version; what no rule knows shares a limit with what begins alike. */
export function throttleScopeOf(address: string, writes: boolean): ThrottleScope {
  const { pathname, search } = new URL(address);
  const [first = "", ...rest] = segmentsOf(pathname).slice(1);
  const someone = first === "me" ? "me" : (rest.shift() ?? "");
  const below = first === "me" || first === "users" || first === "groups" ? belowSomeone[rest[0] ?? ""] : undefined;
  if (below === "outlook") return { workload: below, resource: someone, writes };
  if (below !== undefined) return { workload: below, writes };
  // Sign-ins are read from the reports, and counted there.
  if (/signInActivity/i.test(search)) return { workload: "reports", writes };
  return { workload: directory.has(first) ? "directory" : (alone[first] ?? first), writes };
}

/** `/v1.0/Groups('a%40x')/Photo` → `v1.0`, `groups`, `a@x`, `photo`. */
export function segmentsOf(pathname: string): string[] {
  return pathname
    .split("/")
    .filter(Boolean)
    .flatMap((segment) => {
      const [, name, key] = /^([^(]+)\('?(.*?)'?\)$/.exec(segment) ?? [];
      return name === undefined || !key ? [name ?? segment] : [name, key];
    })
    .map((segment) => decoded(segment).toLowerCase());
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** How much a throttle answer closes: the workload or less, all of the client, of reading and writing what it says. */
export interface ThrottleWidth {
  area: string;
  reads: boolean;
  writes: boolean;
}

export const everything = "*";

/**
 * As wide as `x-ms-throttle-scope` says, `<who>/<what>/<app>/<tenant, user or resource>`; without it, what shares the
 * limit by documentation.
 */
export function widthOf(headers: Pick<Headers, "get">, scope: ThrottleScope): ThrottleWidth {
  const [who = "", what = "", , whose = ""] = (headers.get("x-ms-throttle-scope") ?? "").toLowerCase().split("/");
  const known = /^(tenant_application|tenant|application)$/.test(who);
  const reads = !known || what !== "write";
  const writes = !known || what !== "read";
  if (who === "application") return { area: everything, reads, writes };
  const narrow = scope.resource !== undefined && (!known || whose === scope.resource);
  return { area: narrow ? `${scope.workload}/${scope.resource}` : scope.workload, reads, writes };
}
