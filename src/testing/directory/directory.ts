import type { User } from "@microsoft/microsoft-graph-types";
import type { EmulatorClock } from "../wire/messages.js";
import type { Collection, Member } from "./collection.js";
import { userFilterRules, userOrderRules } from "./filter-rules.js";
import { isoSeconds } from "./iso-seconds.js";
import { mailName } from "./names.js";
import { createPeople } from "./people.js";
import { defaultUserProperties, singleUserProperties, userProperties } from "./user-properties.js";

/** What a user can be given: listable properties, `manager` as `{ id }`, and directory extensions. */
export type UserProperties = User & { [extension: `extension_${string}`]: unknown };

/** A user as the directory holds it: every listable property is there, and directory extensions where they were set. */
export type DirectoryUser = UserProperties & { id: string; userPrincipalName: string };

/** One thing that happened to a user: which properties changed, or that it came or went. */
interface Change {
  key: number;
  /** `undefined` when the whole user came or went. */
  properties: readonly string[] | undefined;
}

/** The people in a tenant, as tests see and change them. */
export interface TenantUsers {
  /** Number of users that exist now. */
  readonly count: number;
  /** By object id or user principal name. */
  get(idOrUserPrincipalName: string): DirectoryUser | undefined;
  /**
   * Adds a user, enabled and created now; what isn't given is made up believably.
   * @throws TypeError for an unknown property, or an id or user principal name that is taken
   */
  add(user?: UserProperties): DirectoryUser;
  /** @throws TypeError for an unknown property or user, or a user principal name that is taken */
  update(idOrUserPrincipalName: string, properties: UserProperties): DirectoryUser;
  /**
   * Deletes a user: for 30 days it could be restored (`@removed` says `changed`), or for good (`deleted`).
   * @returns whether there was such a user
   */
  remove(idOrUserPrincipalName: string, options?: { permanently?: boolean }): boolean;
}

/** The users of a tenant: a population generated from a seed, and whatever was done to it since. */
export interface Directory extends Collection, TenantUsers {
  readonly tenantId: string;
  readonly domain: string;
  readonly seed: number;
  /** Everything that happened since the start, oldest first. */
  readonly changes: readonly Change[];
  /** Why a user that was deleted is gone. */
  removal(key: number): "changed" | "deleted" | undefined;
  /** Whether someone gave this property a value, be it null. */
  wasSet(key: number, property: string): boolean;
  /** Back to the generated population. */
  reset(): void;
}

export interface DirectoryOptions {
  /** How many users are generated. */
  users: number;
  seed: number;
  tenantId: string;
  domain: string;
  clock: EmulatorClock;
}

const names = new Map(
  [...Object.keys(userProperties), ...singleUserProperties].map((name) => [name.toLowerCase(), name]),
);

/** Users are numbered: the generated ones from 0, those added later from there on. Numbers are never used twice. */
export function createDirectory(options: DirectoryOptions): Directory {
  const { users, seed, tenantId, domain, clock } = options;
  const people = createPeople(seed, domain, users);
  const overlays = new Map<number, Record<string, unknown>>();
  const removed = new Map<number, "changed" | "deleted">();
  /** Ids and user principal names that aren't the generated ones → key. */
  const aliases = new Map<string, number>();
  let changes: Change[] = [];
  let end = users;

  const exists = (key: number) => key >= 0 && key < end && !removed.has(key);

  function member(key: number): Member {
    const overlay = overlays.get(key);
    const person = people.person(key);
    const made: Member = (property) => userProperties[property]?.(person) ?? null;
    return overlay ? (property) => (property in overlay ? overlay[property] : made(property)) : made;
  }

  function keyOf(name: string): number | undefined {
    const wanted = name.toLowerCase();
    const property = name.includes("@") ? "userPrincipalName" : "id";
    // Neither a name once given nor a generated one need be the current one: users are renamed.
    return [aliases.get(wanted), people.indexOf(name)].find(
      (key) => key !== undefined && exists(key) && String(member(key)(property)).toLowerCase() === wanted,
    );
  }

  function canonical(name: string): string | undefined {
    return names.get(name.toLowerCase()) ?? (/^extension_\w+$/i.test(name) ? name : undefined);
  }

  function checked(properties: object): Record<string, unknown> {
    for (const name of Object.keys(properties)) {
      if (canonical(name) === name || name === "manager") continue;
      const near = canonical(name);
      throw new TypeError(`A user has no property "${name}"${near ? `; did you mean "${near}"?` : ""}`);
    }
    return properties as Record<string, unknown>;
  }

  function claimName(name: unknown, key: number): void {
    if (typeof name !== "string") return;
    const owner = keyOf(name);
    if (owner !== undefined && owner !== key) throw new TypeError(`Another user is already called "${name}"`);
    aliases.set(name.toLowerCase(), key);
  }

  /** Everyone reports to someone up a tree of eights, but for a few who report to nobody. */
  function managerOf(key: number): number | undefined {
    const assigned = overlays.get(key)?.manager as { id?: string } | null | undefined;
    if (assigned !== undefined) return assigned?.id === undefined ? undefined : keyOf(assigned.id);
    const manager = Math.floor((key - 1) / 8);
    return exists(manager) && people.person(key).draw(70) % 20 !== 0 ? manager : undefined;
  }

  function reportsOf(key: number): number[] {
    const candidates = new Set([...Array.from({ length: 8 }, (_, child) => key * 8 + 1 + child), ...overlays.keys()]);
    return [...candidates].filter((candidate) => exists(candidate) && managerOf(candidate) === key);
  }

  function view(key: number): DirectoryUser {
    const read = member(key);
    const overlay = overlays.get(key);
    const extensions = overlay ? Object.keys(overlay).filter((name) => name.startsWith("extension_")) : [];
    const listable = [...Object.keys(userProperties), ...extensions];
    return Object.fromEntries(
      listable.map((property) => [property, structuredClone(read(property))]),
    ) as unknown as DirectoryUser;
  }

  return {
    name: "users",
    entity: "user",
    tenantId,
    domain,
    seed,
    defaults: defaultUserProperties,
    singleOnly: new Set(singleUserProperties),
    filterRules: userFilterRules,
    orderRules: userOrderRules,
    navigations: {
      manager: { many: false, keys: (key) => [managerOf(key)].filter((manager) => manager !== undefined) },
      directReports: { many: true, keys: reportsOf },
      extensions: { many: true, keys: () => [] },
    },
    generated: users,
    canonical,
    exists,
    member,
    keyOf,
    get end() {
      return end;
    },
    get count() {
      return end - removed.size;
    },
    get changes() {
      return changes;
    },
    get(name) {
      const key = keyOf(name);
      return key === undefined ? undefined : view(key);
    },
    add(user = {}) {
      const given = structuredClone(checked(user));
      const key = end;
      const person = people.person(key);
      if (typeof given.displayName === "string") {
        const [first = "", ...rest] = given.displayName.split(" ");
        const alias = mailName(given.displayName) || person.alias;
        const userPrincipalName =
          given.userPrincipalName ?? `${keyOf(`${alias}@${domain}`) === undefined ? alias : alias + key}@${domain}`;
        Object.assign(given, {
          givenName: first,
          surname: rest.join(" ") || null,
          mail: userPrincipalName,
          mailNickname: alias,
          userPrincipalName,
          ...given,
        });
      }
      claimName(given.userPrincipalName, key);
      claimName(given.id, key);
      overlays.set(key, { accountEnabled: true, createdDateTime: isoSeconds(clock.now()), ...given });
      end += 1;
      changes.push({ key, properties: undefined });
      return view(key);
    },
    update(name, properties) {
      const key = keyOf(name);
      if (key === undefined) throw new TypeError(`There is no user "${name}"`);
      const given = structuredClone(checked(properties));
      if ("id" in given) throw new TypeError("The id of a user can't be changed");
      claimName(given.userPrincipalName, key);
      overlays.set(key, { ...overlays.get(key), ...given });
      changes.push({ key, properties: Object.keys(given) });
      return view(key);
    },
    remove(name, { permanently = false } = {}) {
      const key = keyOf(name);
      if (key === undefined) return false;
      removed.set(key, permanently ? "deleted" : "changed");
      changes.push({ key, properties: undefined });
      return true;
    },
    removal: (key) => removed.get(key),
    wasSet: (key, property) => property in (overlays.get(key) ?? {}),
    reset() {
      overlays.clear();
      removed.clear();
      aliases.clear();
      changes = [];
      end = users;
    },
  };
}
