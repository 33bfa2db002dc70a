import type { Group, User } from "@microsoft/microsoft-graph-types";
import type { Kind } from "./collection.js";
import { findNamed } from "./find-named.js";
import { allOf, eachOf, type ObjectRef, type ObjectSet } from "./object-set.js";
import type { Population } from "./population.js";
import { navigationNamed, relationRule } from "./relation-rules.js";
import type { Relations } from "./relations.js";

/** Objects of one kind in a tenant, as tests see and change them. */
export interface TenantObjects<Properties extends object> {
  /** How many exist now. */
  readonly count: number;
  /** Ids of all that exist now, in the order of their making. */
  ids(): Iterable<string>;
  /** By object id; users by user principal name, too. */
  get(id: string): (Properties & { id: string }) | undefined;
  /**
   * Adds one, made now; what isn't given is made up believably.
   * @throws TypeError for an unknown property, or an id or another name that is taken
   */
  add(properties?: Properties): Properties & { id: string };
  /** @throws TypeError for an unknown property or object, or a name that is taken */
  update(id: string, properties: Properties): Properties & { id: string };
  /**
   * Deletes one: for 30 days it can be restored (`@removed` says `changed`), or for good (`deleted`).
   * @returns whether there was such a one
   */
  remove(id: string, options?: { permanently?: boolean }): boolean;
  /**
   * Brings back one that was deleted, with everything it had.
   * @throws TypeError when there is no such one to be restored
   */
  restore(id: string): Properties & { id: string };
}

/** What a user can be given: listable properties, `manager` as `{ id }`, and directory extensions. */
export type UserProperties = User & { [extension: `extension_${string}`]: unknown };

/** A user as the directory holds it: every listable property is there, and directory extensions where they were set. */
export type DirectoryUser = UserProperties & { id: string; userPrincipalName: string };

/** The people in a tenant, found by object id or user principal name. */
export interface TenantUsers extends TenantObjects<UserProperties> {
  get(idOrUserPrincipalName: string): DirectoryUser | undefined;
  add(user?: UserProperties): DirectoryUser;
  update(idOrUserPrincipalName: string, properties: UserProperties): DirectoryUser;
  restore(idOrUserPrincipalName: string): DirectoryUser;
}

/** What a group can be given: listable properties, and directory extensions. */
export type GroupProperties = Group & { [extension: `extension_${string}`]: unknown };

/** The groups of a tenant, with who belongs to them. A security group that is deleted is gone for good, as in Entra. */
export interface TenantGroups extends TenantObjects<GroupProperties> {
  /** Ids of the members that exist now. @throws TypeError when there is no such group */
  members(groupId: string): Iterable<string>;
  owners(groupId: string): Iterable<string>;
  /**
   * Makes a user, group, device, contact or service principal a member.
   * @returns whether it wasn't one before
   * @throws TypeError when there is no such group, or nothing with this id that can be a member
   */
  addMember(groupId: string, memberId: string): boolean;
  /** @returns whether it was a member */
  removeMember(groupId: string, memberId: string): boolean;
  /** The same for owners: users and service principals. */
  addOwner(groupId: string, ownerId: string): boolean;
  removeOwner(groupId: string, ownerId: string): boolean;
}

type Populations = Readonly<Record<Kind, Population>>;

export function tenantObjects<Properties extends object>(population: Population): TenantObjects<Properties> {
  type Held = Properties & { id: string };
  const { entity } = population;
  const view = (key: number) => population.view(key) as Held;
  return {
    get count() {
      return population.count;
    },
    ids: () => idsOf(allOf(population)),
    get(name) {
      const key = population.keyOf(name);
      return key === undefined ? undefined : view(key);
    },
    add: (properties = {} as Properties) => view(population.add(properties)),
    update(name, properties) {
      const key = population.keyNamed(name);
      population.update(key, properties);
      return view(key);
    },
    remove(name, { permanently = false } = {}) {
      const key = population.keyOf(name) ?? (permanently ? population.restorable(name) : undefined);
      if (key === undefined) return false;
      const forGood = permanently || (entity === "group" && !population.member(key)("mailEnabled"));
      population.remove(key, forGood ? "deleted" : "changed");
      return true;
    },
    restore(name) {
      const key = population.restorable(name);
      if (key === undefined) throw new TypeError(`There is no deleted ${entity} "${name}" that could be restored`);
      population.restore(key);
      return view(key);
    },
  };
}

export function tenantUsers(populations: Populations, relations: Relations): TenantUsers {
  const { users } = populations;
  const objects = tenantObjects<UserProperties>(users) as TenantUsers;
  const manager = relationRule("users", "manager");

  function report(key: number, to: { id?: string } | null | undefined): void {
    relations.point(manager, key, to?.id === undefined ? undefined : find(populations, manager.to, to.id));
  }

  return {
    ...objects,
    get count() {
      return users.count;
    },
    add({ manager: boss, ...properties } = {}) {
      const user = objects.add(properties);
      if (boss !== undefined) report(users.keyNamed(user.id), boss);
      return user;
    },
    update(name, { manager: boss, ...properties }) {
      const key = users.keyNamed(name);
      if (boss !== undefined) report(key, boss);
      if (boss === undefined || Object.keys(properties).length > 0) users.update(key, properties);
      return users.view(key) as unknown as DirectoryUser;
    },
  };
}

export function tenantGroups(populations: Populations, relations: Relations): TenantGroups {
  const { groups } = populations;
  const [members, owners] = [relationRule("groups", "members"), relationRule("groups", "owners")];
  const [toMembers, toOwners] = [navigationNamed("groups", "members")!, navigationNamed("groups", "owners")!];
  const change =
    (how: "link" | "unlink", rule: typeof members) =>
    (group: string, other: string): boolean =>
      relations[how](rule, groups.keyNamed(group), find(populations, rule.to, other));
  return {
    ...tenantObjects<GroupProperties>(groups),
    get count() {
      return groups.count;
    },
    members: (group) => idsOf(relations.from({ collection: groups, key: groups.keyNamed(group) }, toMembers)),
    owners: (group) => idsOf(relations.from({ collection: groups, key: groups.keyNamed(group) }, toOwners)),
    addMember: change("link", members),
    removeMember: change("unlink", members),
    addOwner: change("link", owners),
    removeOwner: change("unlink", owners),
  };
}

function* idsOf(set: ObjectSet): Generator<string> {
  for (const { collection, key } of eachOf(set)) yield String(collection.member(key)("id"));
}

function find(populations: Populations, kinds: readonly Kind[], name: string): ObjectRef {
  const found = findNamed(populations, kinds, name);
  if (!found) throw new TypeError(`There is nothing "${name}" among ${kinds.join(", ")}`);
  return found;
}
