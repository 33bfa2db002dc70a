import { mix } from "../chance/seeded.js";
import type { EmulatorClock } from "../wire/messages.js";
import { createAdministrativeUnits } from "./administrative-units.js";
import { createApplications, createPrograms } from "./applications.js";
import { type Collection, type Kind, kinds } from "./collection.js";
import { createContacts } from "./contacts.js";
import { createDevices } from "./devices.js";
import { createDirectoryRoles } from "./directory-roles.js";
import { createGroups } from "./groups.js";
import { eachOf, type ObjectRef } from "./object-set.js";
import { createOrganization } from "./organization.js";
import { createPeople } from "./people.js";
import type { Change, Population } from "./population.js";
import { navigationNamed } from "./relation-rules.js";
import { createRelations, type Relations } from "./relations.js";
import { createServicePrincipals } from "./service-principals.js";
import { createStructure } from "./structure.js";
import { createUsers } from "./users.js";

/** How many of each kind a directory is generated with. */
export interface DirectorySizes {
  /** How many people. Default 1000. */
  users?: number;
  /** How many groups: the company's, departments, then teams. Default 60. */
  groups?: number;
  /** Default 250. */
  devices?: number;
  /** How many app registrations, each with a service principal, beside those of the emulator's own apps. Default 8. */
  applications?: number;
  /** How many people elsewhere (`/contacts`). Default 40. */
  contacts?: number;
  /** Default 10. */
  administrativeUnits?: number;
}

export const defaultSizes: Required<DirectorySizes> = {
  users: 1000,
  groups: 60,
  devices: 250,
  applications: 8,
  contacts: 40,
  administrativeUnits: 10,
};

/** The objects of a tenant and their relations: generated from a seed, and whatever was done to them since. */
export interface Directory {
  readonly tenantId: string;
  readonly domain: string;
  readonly seed: number;
  readonly populations: Readonly<Record<Kind, Population>>;
  readonly relations: Relations;
  /** The tenant itself. */
  readonly organization: Collection;
  /** Everything that happened since the start, oldest first. */
  readonly changes: readonly Change[];
  /** Grows with every change, a reset among them. */
  readonly version: number;
  /** An object of any kind by its id. */
  find(id: string, among?: readonly Kind[]): ObjectRef | undefined;
  /** Back to what was generated. */
  reset(): void;
}

export interface DirectoryOptions extends DirectorySizes {
  seed: number;
  tenantId: string;
  domain: string;
  clock: EmulatorClock;
}

/** Over sixty lines: it puts the parts of a directory together, which know each other. */
export function createDirectory({ seed, tenantId, domain, clock, ...chosen }: DirectoryOptions): Directory {
  const sizes = { ...defaultSizes, ...chosen };
  const people = createPeople(seed, domain, sizes.users, sizes.groups);
  const programs = createPrograms(mix(seed, 1002));
  let changes: Change[] = [];
  let version = 0;
  const log = (change: Change) => {
    changes.push(change);
    version += 1;
  };
  const basis = (number: number) => ({ seed: mix(seed, number), clock, log });

  const populations: Record<Kind, Population> = {
    users: createUsers({ people, size: sizes.users, domain, clock, log }),
    groups: createGroups({ ...basis(1001), size: sizes.groups, domain }),
    applications: createApplications({ ...basis(1002), size: sizes.applications, domain, programs }),
    devices: createDevices({ ...basis(1003), size: sizes.devices }),
    servicePrincipals: createServicePrincipals({ ...basis(1004), apps: sizes.applications, programs, tenantId }),
    directoryRoles: createDirectoryRoles(basis(1005)),
    administrativeUnits: createAdministrativeUnits({ ...basis(1006), size: sizes.administrativeUnits }),
    contacts: createContacts({ ...basis(1007), size: sizes.contacts }),
  };
  const generated = Object.fromEntries(kinds.map((kind) => [kind, populations[kind].generated]));
  const structure = createStructure(generated as Record<Kind, number>, {
    reports: (user) => people.draw(user, 70) % 20 !== 0,
    isGuest: (user) => people.isGuest(user),
  });
  const relations = createRelations({ populations, structure, log, version: () => version });

  for (const kind of kinds) {
    populations[kind].readRelations((key, name) => {
      const navigation = navigationNamed(kind, name)!;
      const others = eachOf(relations.from({ collection: populations[kind], key }, navigation));
      const ids = Array.from(others, (other) => ({ id: other.collection.member(other.key)("id") }));
      return navigation.many ? ids : (ids[0] ?? null);
    });
  }

  return {
    tenantId,
    domain,
    seed,
    populations,
    relations,
    organization: createOrganization({ tenantId, domain }),
    get changes() {
      return changes;
    },
    get version() {
      return version;
    },
    find(id, among = kinds) {
      for (const kind of among) {
        const key = populations[kind].keyOf(id, "id");
        if (key !== undefined) return { collection: populations[kind], key };
      }
      return undefined;
    },
    reset() {
      for (const kind of kinds) populations[kind].reset();
      relations.reset();
      changes = [];
      version += 1;
    },
  };
}
