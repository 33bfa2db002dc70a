import type { Kind } from "./collection.js";
import {
  companyGroup,
  crossings,
  departments,
  firstCrossing,
  firstDepartment,
  firstTeam,
  teamsAmong,
} from "./group-plan.js";
import type { RelationRule } from "./relation-rules.js";
import { pointersTo, pointsAt, type Segment, segment, slice, sliceOf } from "./segments.js";
import { firstAppPrincipal } from "./service-principals.js";

/** Who belongs to whom before anybody changed it: reckoned from numbers, in both directions, so that nothing is stored. */
export interface Structure {
  /** Where a relation leads to from an object. */
  forward(rule: RelationRule, key: number): Segment[];
  /** Which objects it leads here from. */
  backward(rule: RelationRule, kind: Kind, key: number): Segment[];
}

interface Pattern {
  forward(key: number): Segment[];
  backward(kind: Kind, key: number): Segment[];
}

/** How many users hold each directory role; every fifth user is the first to hold one. */
const roleHolders = [2, 1, 3, 1, 2, 4, 1, 2];
const boardSize = 5;

/**
 * Over sixty lines: one rule for each relation, from both ends, over the same sizes.
 * @param sizes how many of each kind are generated
 * @param reports whether a user reports to somebody
 * @param isGuest whether somebody has invited a user
 */
export function createStructure(
  sizes: Readonly<Record<Kind, number>>,
  { reports, isGuest }: { reports(user: number): boolean; isGuest(user: number): boolean },
): Structure {
  const { users, groups, devices, contacts, servicePrincipals, applications, directoryRoles } = sizes;
  const { administrativeUnits: units } = sizes;
  const teams = teamsAmong(groups);
  const teamOf = (user: number) => sliceOf(user, teams, users);
  const members = (team: number) => slice("users", team, teams, users);
  const upTo = (kind: Kind, first: number, count: number, size: number) =>
    segment(kind, first, Math.min(count, size - first));
  const isGenerated = (kind: Kind, key: number) => key < sizes[kind];

  /** The teams of a department, and the first of its people as its head. */
  const teamsOf = (department: number) =>
    segment("groups", firstTeam + department, Math.ceil((teams - department) / departments.length), departments.length);
  const headOf = (department: number) => upTo("users", members(department).first, department < teams ? 1 : 0, users);

  function crossing(number: number): Segment {
    const { first, step } = crossings[number]!;
    return segment("users", first, Math.ceil((users - first) / step), step);
  }

  function groupMembers(key: number): Segment[] {
    if (key >= firstTeam) return [members(key - firstTeam)];
    if (key >= firstDepartment) return [headOf(key - firstDepartment), teamsOf(key - firstDepartment)];
    if (key >= firstCrossing) return [crossing(key - firstCrossing)];
    switch (key) {
      case companyGroup.allStaff:
        return [segment("users", 0, users)];
      case companyGroup.company:
        return [upTo("users", 0, 1, users), upTo("groups", firstDepartment, departments.length, groups)];
      case companyGroup.board:
        return [upTo("users", 0, boardSize, users)];
      case companyGroup.managedDevices:
        return [segment("devices", 0, devices)];
      case companyGroup.serviceAccounts:
        return [upTo("users", 0, 1, users), segment("servicePrincipals", 0, servicePrincipals)];
      case companyGroup.partners:
        return [segment("contacts", 0, contacts)];
      default:
        return [];
    }
  }

  /** In the order of their numbers. */
  function groupsOf(kind: Kind, key: number): Segment[] {
    const among = (group: number) => (group < groups ? [segment("groups", group)] : []);
    if (kind === "devices") return among(companyGroup.managedDevices);
    if (kind === "contacts") return among(companyGroup.partners);
    if (kind === "servicePrincipals") return among(companyGroup.serviceAccounts);
    if (kind === "groups") {
      if (key >= firstTeam) return [segment("groups", firstDepartment + ((key - firstTeam) % departments.length))];
      return key >= firstDepartment ? among(companyGroup.company) : [];
    }
    const company: number[] = [companyGroup.allStaff];
    if (key === 0) company.push(companyGroup.company);
    if (key < boardSize) company.push(companyGroup.board);
    if (key === 0) company.push(companyGroup.serviceAccounts);
    const crossed = crossings.flatMap(({ first, step }, number) =>
      key >= first && (key - first) % step === 0 ? [firstCrossing + number] : [],
    );
    const headed = departments.flatMap((_, number) =>
      number < teams && members(number).first === key ? [firstDepartment + number] : [],
    );
    const team = teams > 0 ? [firstTeam + teamOf(key)] : [];
    return [...company, ...crossed, ...headed, ...team].flatMap(among);
  }

  const owner =
    (sources: number): Pattern["forward"] =>
    (key) =>
      users > 0 && key % 4 !== 3 ? [segment("users", pointsAt(key, sources, users))] : [];

  /** Sources that point at a user, without the fourth of every four. */
  function owned(kind: Kind, sources: number, user: number): Segment[] {
    const { first, count } = pointersTo(kind, user, sources, users);
    return Array.from({ length: count }, (_, index) => first + index)
      .filter((key) => key % 4 !== 3)
      .map((key) => segment(kind, key));
  }

  const patterns: Record<string, Pattern> = {
    "groups members": { forward: groupMembers, backward: groupsOf },

    // The first two of a team own its group, the first users one each of the others.
    "groups owners": {
      forward(key) {
        if (key < firstTeam) return key === companyGroup.retired ? [] : upToOne(key);
        const { first, count } = members(key - firstTeam);
        return [segment("users", first, Math.min(count, 2))];
      },
      backward(kind, key) {
        if (kind !== "users") return [];
        const own = key < Math.min(firstTeam, groups) && key !== companyGroup.retired ? [segment("groups", key)] : [];
        if (teams === 0) return own;
        const team = teamOf(key);
        return key - members(team).first < 2 ? [...own, segment("groups", firstTeam + team)] : own;
      },
    },

    "administrativeUnits members": {
      forward: (key) => [
        slice("users", key, units, users),
        upTo("groups", firstTeam + key, 1, groups),
        slice("devices", key, units, devices),
      ],
      backward(kind, key) {
        if (units === 0) return [];
        if (kind !== "groups") return [segment("administrativeUnits", sliceOf(key, units, sizes[kind]))];
        return key >= firstTeam && key < firstTeam + units ? [segment("administrativeUnits", key - firstTeam)] : [];
      },
    },

    "directoryRoles members": {
      forward: (key) => [
        upTo("users", key * 5, roleHolders[key] ?? 0, users),
        // Reading directories is what services are allowed to.
        ...(key === 0 ? [upTo("servicePrincipals", firstAppPrincipal, 2, servicePrincipals)] : []),
      ],
      backward(kind, key) {
        if (kind === "groups") return [];
        if (kind === "servicePrincipals")
          return key >= firstAppPrincipal && key < firstAppPrincipal + 2 ? [segment("directoryRoles", 0)] : [];
        const role = Math.floor(key / 5);
        return role < directoryRoles && key % 5 < (roleHolders[role] ?? 0) ? [segment("directoryRoles", role)] : [];
      },
    },

    // Everyone reports to someone up a tree of eights, but for a few who report to nobody.
    "users manager": {
      forward: (key) => (key > 0 && reports(key) ? [segment("users", Math.floor((key - 1) / 8))] : []),
      backward: (kind, key) =>
        kind !== "users"
          ? []
          : Array.from({ length: 8 }, (_, child) => key * 8 + 1 + child)
              .filter(reports)
              .map((report) => segment("users", report)),
    },

    "contacts manager": {
      forward: (key) => (users > 0 && key % 4 !== 3 ? [segment("users", pointsAt(key, contacts, users))] : []),
      backward: (kind, key) => (kind === "users" && contacts > 0 ? owned("contacts", contacts, key) : []),
    },

    // Whoever comes before a guest has invited them.
    "users sponsors": {
      forward: (key) => (key > 0 && isGuest(key) ? [segment("users", key - 1)] : []),
      backward: (kind, key) =>
        kind === "users" && key + 1 < users && isGuest(key + 1) ? [segment("users", key + 1)] : [],
    },

    "applications owners": {
      forward: owner(applications),
      backward: (kind, key) => (kind === "users" && applications > 0 ? owned("applications", applications, key) : []),
    },

    // An app's service principal has the owners of the app.
    "servicePrincipals owners": {
      forward: (key) => (key < firstAppPrincipal ? [] : owner(applications)(key - firstAppPrincipal)),
      backward: (kind, key) =>
        kind === "users" && applications > 0
          ? owned("applications", applications, key).map(({ first }) =>
              segment("servicePrincipals", first + firstAppPrincipal),
            )
          : [],
    },

    "devices registeredOwners": registered(),
    "devices registeredUsers": registered(),
  };

  function upToOne(key: number): Segment[] {
    return [upTo("users", key, 1, users)];
  }

  function registered(): Pattern {
    return {
      forward: (key) => (users > 0 ? [segment("users", pointsAt(key, devices, users))] : []),
      backward: (kind, key) => (kind === "users" && devices > 0 ? [pointersTo("devices", key, devices, users)] : []),
    };
  }

  const some = (segments: Segment[]) => segments.filter(({ count }) => count > 0);
  /** Reporting goes on among those who come later; everything else is for those who were there. */
  const applies = (rule: RelationRule, kind: Kind, key: number) =>
    (rule.from === "users" && rule.name === "manager") || isGenerated(kind, key);

  return {
    forward(rule, key) {
      const pattern = patterns[`${rule.from} ${rule.name}`];
      return pattern && applies(rule, rule.from, key) ? some(pattern.forward(key)) : [];
    },
    backward(rule, kind, key) {
      const pattern = patterns[`${rule.from} ${rule.name}`];
      return pattern && applies(rule, kind, key) ? some(pattern.backward(kind, key)) : [];
    },
  };
}
