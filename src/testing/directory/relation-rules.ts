import type { Kind } from "./collection.js";

/** A relation between kinds of objects, told once and read from both ends. */
export interface RelationRule {
  from: Kind;
  name: string;
  to: readonly Kind[];
  /** What the objects at the other end call it. */
  back: readonly string[];
  /** Whether an object has one at most. */
  single?: true;
}

const principals: readonly Kind[] = ["users", "servicePrincipals"];

/**
 * Every relation of the directory.
 * @see https://learn.microsoft.com/graph/api/resources/directoryobject#relationships
 */
export const relationRules = [
  {
    from: "groups",
    name: "members",
    to: ["users", "groups", "devices", "contacts", "servicePrincipals"],
    back: ["memberOf"],
  },
  { from: "groups", name: "owners", to: principals, back: ["ownedObjects"] },
  { from: "groups", name: "acceptedSenders", to: ["users", "groups"], back: [] },
  { from: "groups", name: "rejectedSenders", to: ["users", "groups"], back: [] },
  { from: "groups", name: "createdOnBehalfOf", to: principals, back: ["createdObjects"], single: true },
  { from: "groups", name: "membersWithLicenseErrors", to: ["users"], back: [] },
  { from: "administrativeUnits", name: "members", to: ["users", "groups", "devices"], back: ["memberOf"] },
  { from: "directoryRoles", name: "members", to: ["users", "groups", "servicePrincipals"], back: ["memberOf"] },
  { from: "users", name: "manager", to: ["users", "contacts"], back: ["directReports"], single: true },
  { from: "contacts", name: "manager", to: ["users", "contacts"], back: ["directReports"], single: true },
  { from: "users", name: "sponsors", to: ["users", "groups"], back: ["sponsorOf"] },
  { from: "applications", name: "owners", to: principals, back: ["ownedObjects"] },
  { from: "applications", name: "createdOnBehalfOf", to: principals, back: ["createdObjects"], single: true },
  { from: "servicePrincipals", name: "owners", to: principals, back: ["ownedObjects"] },
  { from: "devices", name: "registeredOwners", to: ["users"], back: ["ownedDevices", "ownedObjects"] },
  { from: "devices", name: "registeredUsers", to: ["users"], back: ["registeredDevices"] },
  // Open extensions, of which nobody has any.
  { from: "users", name: "extensions", to: [], back: [] },
  { from: "groups", name: "extensions", to: [], back: [] },
  { from: "devices", name: "extensions", to: [], back: [] },
] as const satisfies readonly RelationRule[];

/** What a path calls the way from an object to others. */
export interface Navigation {
  name: string;
  many: boolean;
  /** Where it leads. */
  kinds: readonly Kind[];
  /** The relations it goes along, forward or back. */
  parts: readonly { rule: RelationRule; forward: boolean }[];
  /** The way that is gone again and again from wherever it has led, to the end. */
  repeats?: string;
}

const transitives: Readonly<Record<string, readonly [name: string, of: readonly Kind[]]>> = {
  members: ["transitiveMembers", ["groups"]],
  memberOf: ["transitiveMemberOf", ["users", "groups", "devices", "contacts", "servicePrincipals"]],
  directReports: ["transitiveReports", ["users"]],
};

const tables = new Map<string, Navigation[]>();

function enter(kind: Kind, name: string, many: boolean, leadsTo: readonly Kind[], part: Navigation["parts"][number]) {
  const table = tables.get(kind) ?? [];
  tables.set(kind, table);
  const known = table.find((navigation) => navigation.name === name);
  if (!known) {
    table.push({ name, many, kinds: leadsTo, parts: [part] });
    return;
  }
  known.kinds = [...new Set([...known.kinds, ...leadsTo])];
  known.parts = [...known.parts, part];
}

for (const rule of relationRules as readonly RelationRule[]) {
  enter(rule.from, rule.name, !rule.single, rule.to, { rule, forward: true });
  for (const kind of rule.to)
    for (const name of rule.back) enter(kind, name, true, [rule.from], { rule, forward: false });
}
for (const [kind, table] of tables) {
  for (const navigation of [...table]) {
    const [name = "", of = []] = transitives[navigation.name] ?? [];
    if ((of as readonly string[]).includes(kind)) table.push({ ...navigation, name, repeats: navigation.name });
  }
}

/** The ways from objects of a kind; for kinds without relations there are none. */
export function navigationsOf(kind: string | undefined): readonly Navigation[] {
  return (kind !== undefined && tables.get(kind)) || [];
}

/** One of them by its name, in any case. */
export function navigationNamed(kind: string | undefined, name: string): Navigation | undefined {
  return navigationsOf(kind).find((navigation) => navigation.name.toLowerCase() === name.toLowerCase());
}

/** A relation by the end it is told from. */
export function relationRule(from: Kind, name: string): RelationRule {
  return (relationRules as readonly RelationRule[]).find((rule) => rule.from === from && rule.name === name)!;
}
