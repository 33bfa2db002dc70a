import { createKeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { Collection } from "./collection.js";
import type { Directory } from "./directory.js";
import { type FilterRules, filterRule } from "./filter-rules.js";
import { isoSeconds } from "./iso-seconds.js";

/** What else a directory has beside its users: small, fixed lists to try `listAll` on. */
export function createOtherCollections(directory: Directory): Collection[] {
  return [groups(directory), applications(directory), devices(directory), organization(directory)];
}

interface Recipe {
  name: string;
  entity: string;
  size: number;
  seed: number;
  /** Properties in the order of the wire, each made of the member's number. */
  properties: Record<string, (index: number) => unknown>;
  filterRules?: FilterRules;
  id?: string;
}

function generated({ name, entity, size, seed, properties, filterRules = {}, id }: Recipe): Collection {
  const ids = createKeyedGuids(seed);
  const all: Recipe["properties"] = { id: (index) => id ?? ids.guid(index), ...properties };
  const names = new Map(Object.keys(all).map((property) => [property.toLowerCase(), property]));
  const exists = (key: number) => key >= 0 && key < size;
  return {
    name,
    entity,
    end: size,
    generated: size,
    count: size,
    exists,
    defaults: Object.keys(all),
    singleOnly: new Set(),
    filterRules: {
      id: filterRule("eq", { neverNull: true }),
      displayName: filterRule("eq startsWith ge le"),
      ...filterRules,
    },
    orderRules: { displayName: "default" },
    navigations: {},
    member: (key) => (property) => all[property]?.(key) ?? null,
    keyOf(text) {
      const key = id === undefined ? ids.indexOf(text) : text.toLowerCase() === id.toLowerCase() ? 0 : undefined;
      return key !== undefined && exists(key) ? key : undefined;
    },
    canonical: (property) => names.get(property.toLowerCase()),
  };
}

const pick = <T>(list: readonly T[], seed: number, index: number): T => list[mix(seed, index) % list.length]!;
const dateOf = (seed: number, index: number) => isoSeconds(Date.UTC(2016, 0, 1) + mix(seed, index) * 70);

const teams = [
  "Engineering",
  "Finance",
  "Sales",
  "People & Culture",
  "Legal",
  "Marketing",
  "Operations",
  "IT",
  "Recherche",
  "Vertrieb",
];
const purposes = ["All Staff", "Leads", "Announcements", "On-Call", "Project Aurora", "VPN Access"];

function groups({ seed: directorySeed, domain }: Directory): Collection {
  const seed = mix(directorySeed, 1001);
  const team = (index: number) => teams[index % teams.length]!;
  const purpose = (index: number) => purposes[Math.floor(index / teams.length) % purposes.length]!;
  const alias = (index: number) => `${team(index)}-${purpose(index)}`.toLowerCase().replace(/[^a-z]+/g, "-");
  const unified = (index: number) => mix(seed, index) % 2 === 0;
  return generated({
    name: "groups",
    entity: "group",
    size: teams.length * purposes.length,
    seed,
    properties: {
      deletedDateTime: () => null,
      classification: () => null,
      createdDateTime: (index) => dateOf(seed, index),
      description: (index) => `${purpose(index)} of ${team(index)}`,
      displayName: (index) => `${team(index)} ${purpose(index)}`,
      expirationDateTime: () => null,
      groupTypes: (index) => (unified(index) ? ["Unified"] : []),
      isAssignableToRole: () => null,
      mail: (index) => (unified(index) ? `${alias(index)}@${domain}` : null),
      mailEnabled: unified,
      mailNickname: alias,
      membershipRule: () => null,
      onPremisesSyncEnabled: () => null,
      proxyAddresses: (index) => (unified(index) ? [`SMTP:${alias(index)}@${domain}`] : []),
      securityEnabled: (index) => !unified(index),
      visibility: (index) => (unified(index) ? "Private" : null),
    },
    filterRules: {
      description: filterRule("eq startsWith"),
      groupTypes: filterRule("eq", { collection: true }),
      mail: filterRule("eq startsWith ge le"),
      mailEnabled: filterRule("eq", { type: "Boolean" }),
      mailNickname: filterRule("eq startsWith ge le"),
      securityEnabled: filterRule("eq", { type: "Boolean" }),
    },
  });
}

const programs = [
  "Payroll Export",
  "Directory Sync",
  "Ticket Desk",
  "Badge Printer",
  "Wiki",
  "Build Farm",
  "Expense Bot",
  "CRM Connector",
];

function applications({ seed: directorySeed, domain }: Directory): Collection {
  const seed = mix(directorySeed, 1002);
  const appIds = createKeyedGuids(mix(seed, 1));
  return generated({
    name: "applications",
    entity: "application",
    size: programs.length,
    seed,
    properties: {
      deletedDateTime: () => null,
      appId: (index) => appIds.guid(index),
      createdDateTime: (index) => dateOf(seed, index),
      displayName: (index) => programs[index],
      description: () => null,
      identifierUris: (index) => [`api://${appIds.guid(index)}`],
      publisherDomain: () => domain,
      signInAudience: () => "AzureADMyOrg",
      tags: () => [],
    },
    filterRules: { appId: filterRule("eq"), createdDateTime: filterRule("eq ge le", { type: "DateTimeOffset" }) },
  });
}

const systems: ReadonlyArray<[operatingSystem: string, version: string, prefix: string]> = [
  ["Windows", "10.0.26100.2314", "LAPTOP"],
  ["MacMDM", "15.1", "MBP"],
  ["iPhone", "18.1", "IPHONE"],
  ["AndroidForWork", "15", "PIXEL"],
];

function devices({ seed: directorySeed }: Directory): Collection {
  const seed = mix(directorySeed, 1003);
  const deviceIds = createKeyedGuids(mix(seed, 1));
  const system = (index: number) => pick(systems, seed, index);
  return generated({
    name: "devices",
    entity: "device",
    size: 250,
    seed,
    properties: {
      deletedDateTime: () => null,
      accountEnabled: (index) => mix(seed, index, 2) % 20 !== 0,
      approximateLastSignInDateTime: (index) => dateOf(seed + 1, index),
      deviceId: (index) => deviceIds.guid(index),
      displayName: (index) => `${system(index)[2]}-${mix(seed, index, 3).toString(36).toUpperCase().slice(0, 6)}`,
      isCompliant: (index) => mix(seed, index, 4) % 5 !== 0,
      isManaged: () => true,
      operatingSystem: (index) => system(index)[0],
      operatingSystemVersion: (index) => system(index)[1],
      profileType: () => "RegisteredDevice",
      registrationDateTime: (index) => dateOf(seed, index),
      trustType: (index) => pick(["AzureAd", "ServerAd", "Workplace"], seed + 5, index),
    },
    filterRules: {
      accountEnabled: filterRule("eq", { type: "Boolean" }),
      deviceId: filterRule("eq startsWith"),
      operatingSystem: filterRule("eq startsWith ge le"),
    },
  });
}

function organization({ tenantId, domain, seed }: Directory): Collection {
  const label = domain.split(".")[0]!;
  return generated({
    name: "organization",
    entity: "organization",
    size: 1,
    seed,
    id: tenantId,
    properties: {
      deletedDateTime: () => null,
      businessPhones: () => [],
      city: () => null,
      country: () => null,
      countryLetterCode: () => "SE",
      createdDateTime: () => "2011-06-28T09:00:00Z",
      displayName: () => label[0]!.toUpperCase() + label.slice(1),
      onPremisesSyncEnabled: () => null,
      preferredLanguage: () => "en",
      technicalNotificationMails: () => [`it@${domain}`],
      tenantType: () => "AAD",
      verifiedDomains: () => [
        {
          capabilities: "Email, OfficeCommunicationsOnline",
          isDefault: true,
          isInitial: domain.endsWith(".onmicrosoft.com"),
          name: domain,
          type: "Managed",
        },
      ],
    },
  });
}
