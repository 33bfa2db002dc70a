import * as marks from "./filter-marks.js";

/** What is known about a collection before it is asked. */
export interface CollectionRules {
  /** Whether it holds directory objects: only these tell basic from advanced queries. */
  directory: boolean;
  /** Whether it belongs to a workload that knows no advanced queries at all, such as Outlook: search and count go out as they are. */
  plain?: boolean;
  /** Whether it is what another object is tied to, such as a group's members: filtering and sorting it takes an advanced query. */
  relation?: boolean;
  /** Whether its path ends in a cast to a type, which takes an advanced query. */
  cast?: boolean;
  /** Whether its number is asked for in place of its members, which takes an advanced query. */
  counting?: boolean;
  /** The documented maximum; unknown where absent. */
  maxPageSize?: number | undefined;
  /** Properties that smaller pages are documented for. */
  smallPages?: { property: string; maxPageSize: number };
  /** Which of Microsoft's tables tells how its properties are filtered and sorted. */
  table?: marks.FilterMarks | undefined;
  /** All names; unchecked where absent. */
  properties?: KnownProperties | undefined;
  /** What its objects are called in errors. */
  noun: string;
}

/** The names that a kind of object knows. */
export interface KnownProperties {
  listable: readonly string[];
  /** Returned of single objects only. */
  unlistable: readonly string[];
  relations: readonly string[];
  /** Where a single object is read, such as `/users/{id}`. */
  one: string;
  /** Page of the reference that lists them. */
  reference: string;
  /** Date of the metadata that the names are from, such as `2026-08-20`. */
  asOf: string;
}

/** The directory's collections by the segment they stand under, and the table of their objects. */
const roots: Record<string, marks.FilterMarks | undefined> = {
  users: marks.users,
  groups: marks.groups,
  applications: marks.applications,
  serviceprincipals: marks.servicePrincipals,
  devices: marks.devices,
  contacts: marks.contacts,
  contracts: marks.contracts,
  administrativeunits: marks.administrativeUnits,
  directoryroles: marks.directoryRoles,
  directoryroletemplates: undefined,
  directoryobjects: undefined,
};

/** The same by the type that a cast names. */
const types: Record<string, marks.FilterMarks | undefined> = {
  user: marks.users,
  group: marks.groups,
  application: marks.applications,
  serviceprincipal: marks.servicePrincipals,
  device: marks.devices,
  orgcontact: marks.contacts,
  administrativeunit: marks.administrativeUnits,
  directoryrole: marks.directoryRoles,
};

/** What ties directory objects to others of the kind, and comes at 999 a page. */
const relations = new Set([
  "members",
  "transitivemembers",
  "memberof",
  "transitivememberof",
  "owners",
  "ownedobjects",
  "owneddevices",
  "registereddevices",
  "registeredowners",
  "registeredusers",
  "directreports",
]);

/** Those whose page size isn't documented. */
const unsizedRelations = new Set([
  "approleassignments",
  "approleassignedto",
  "createdobjects",
  "transitivereports",
  "oauth2permissiongrants",
  "scopedrolememberof",
  "scopedrolemembers",
  "memberswithlicenseerrors",
  "sponsors",
]);

/** Roles and their templates come whole, and take no page size. */
const unpaged = new Set(["directoryroles", "directoryroletemplates"]);

/** What stands at the top and belongs to other workloads. */
const otherWorkloads = new Set(["chats", "teams", "sites", "drives", "shares", "communications", "planner", "me"]);

/** What a path such as `/v1.0/groups/{id}/members/microsoft.graph.user` tells about its collection. */
export function rulesOf(path: string): CollectionRules {
  const [, ...segments] = path
    .toLowerCase()
    .split("/")
    .filter((segment) => segment !== "");
  return (
    directoryRules(segments) ?? {
      noun: "objects",
      directory: false,
      plain: otherWorkloads.has(segments[0] ?? "") || isBelowObject(segments),
    }
  );
}

/** Other workloads hang theirs on users and groups: `/users/{id}/contacts`, `/groups/{id}/threads`. */
function isBelowObject([root = "", ...below]: readonly string[]): boolean {
  return /^(users|groups)\b/.test(root) && below.length > 0;
}

/** Walks from collection to object to relation; nothing where the path leaves the directory. */
function directoryRules(segments: readonly string[]): CollectionRules | undefined {
  const [first = "", second = "", ...others] = segments;
  if (first === "directory" && second === "deleteditems") return deletedRules(others);
  const [root = "", ...below] = first === "directory" ? [second, ...others] : segments;
  const [name = "", key] = root.split("(");
  if (!Object.hasOwn(roots, name)) return undefined;
  const isUnpaged = unpaged.has(name);
  const rules: CollectionRules = {
    noun: "objects",
    directory: true,
    table: roots[name],
    ...(!isUnpaged && { maxPageSize: 999 }),
  };
  return rulesBelow(rules, below, key !== undefined, isUnpaged);
}

/** Walks on from a collection, or from one of its objects. */
function rulesBelow(
  start: CollectionRules,
  below: readonly string[],
  startsAtObject: boolean,
  isUnpaged: boolean,
): CollectionRules | undefined {
  let rules: CollectionRules | undefined = start;
  // Between a collection and what is tied to one of its objects stands that object.
  let atObject = startsAtObject;
  for (const segment of below) {
    const cast = castIn(segment);
    if (cast !== undefined && !atObject) rules = { ...rules, cast: true, table: cast.table };
    else if (!atObject) atObject = true;
    else if (cast === undefined) {
      rules = relationRules(segment, isUnpaged);
      if (rules === undefined) return undefined;
      atObject = segment.includes("(");
    }
  }
  return atObject ? undefined : rules;
}

function relationRules(segment: string, isUnpaged: boolean): CollectionRules | undefined {
  const [name = ""] = segment.split("(");
  if (!relations.has(name) && !unsizedRelations.has(name)) return undefined;
  const sized = relations.has(name) && !isUnpaged;
  return { noun: "objects", directory: true, relation: true, ...(sized && { maxPageSize: 999 }) };
}

/** The cast is part of the address here, and asks for nothing. */
function deletedRules([cast = ""]: readonly string[]): CollectionRules {
  return { noun: "objects", directory: true, maxPageSize: 999, table: castIn(cast)?.table };
}

function castIn(segment: string): Pick<CollectionRules, "table"> | undefined {
  const [, type] = /^microsoft\.graph\.(\w+)$/.exec(segment) ?? [];
  return type === undefined ? undefined : { table: types[type] };
}
