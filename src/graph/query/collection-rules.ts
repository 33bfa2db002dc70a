/** What is known about a collection before it is asked. */
export interface CollectionRules {
  /** Whether it holds directory objects: only these tell basic from advanced queries. */
  directory: boolean;
  /** Whether its path ends in a cast to a type, which takes an advanced query. */
  cast?: boolean;
  /** Whether its number is asked for in place of its members, which takes an advanced query. */
  counting?: boolean;
  /** The documented maximum; unknown where absent. */
  maxPageSize?: number | undefined;
  /** Properties that smaller pages are documented for. */
  smallPages?: { property: string; maxPageSize: number };
  /** Properties Graph sorts by in a basic query; any where absent. */
  sortable?: ReadonlySet<string>;
  /** Properties Graph filters by in advanced queries only. */
  advancedOnly?: ReadonlySet<string>;
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
}

/**
 * The collections whose members are directory objects, which have these page sizes and tell basic from advanced
 * queries.
 */
const directoryCollections = new Set([
  "users",
  "groups",
  "applications",
  "serviceprincipals",
  "devices",
  "contacts",
  "administrativeunits",
  "directoryobjects",
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

/** What a path such as `/v1.0/groups/{id}/members/microsoft.graph.user` tells about its collection. */
export function rulesOf(path: string): CollectionRules {
  const segments = path.toLowerCase().split("/");
  const cast = segments.at(-1)?.startsWith("microsoft.graph.") ?? false;
  const name = segments.at(cast ? -2 : -1) ?? "";
  // Roles are directory objects, too, but their lists aren't documented to take a page size.
  return directoryCollections.has(name) && !segments.includes("directoryroles")
    ? { noun: "objects", directory: true, cast, maxPageSize: 999 }
    : { noun: "objects", directory: false };
}
