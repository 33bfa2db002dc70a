import { createKeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { isoSeconds } from "./iso-seconds.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { dateOf, empty, maker, none, type Properties, pick } from "./recipe.js";

interface DevicesOptions {
  seed: number;
  size: number;
  clock: EmulatorClock;
  log(change: Change): void;
}

interface System {
  name: string;
  version: string;
  prefix: string;
  manufacturer: string;
  model: string;
}

const systems: readonly System[] = [
  { name: "Windows", version: "10.0.26100.2314", prefix: "LAPTOP", manufacturer: "Contoso", model: "Book 15" },
  { name: "MacMDM", version: "15.1", prefix: "MBP", manufacturer: "Apple", model: "MacBook Pro" },
  { name: "iPhone", version: "18.1", prefix: "IPHONE", manufacturer: "Apple", model: "iPhone 16" },
  { name: "AndroidForWork", version: "15", prefix: "PIXEL", manufacturer: "Google", model: "Pixel 9" },
];

/** Over sixty lines: how each property is generated, as one recipe over the same names and seed. */
export function createDevices({ seed, size, clock, log }: DevicesOptions): Population {
  const ids = createKeyedGuids(seed);
  const deviceIds = createKeyedGuids(mix(seed, 1));
  const system = (index: number) => pick(systems, seed, index);
  const extensionAttributes = Object.fromEntries(
    Array.from({ length: 15 }, (_, number) => [`extensionAttribute${number + 1}`, null]),
  );
  const properties: Properties = {
    deletedDateTime: none,
    accountEnabled: (index) => mix(seed, index, 2) % 20 !== 0,
    approximateLastSignInDateTime: (index) => dateOf(seed + 1, index),
    complianceExpirationDateTime: none,
    createdDateTime: (index) => dateOf(seed, index),
    deviceCategory: none,
    deviceId: (index) => deviceIds.guid(index),
    deviceMetadata: none,
    deviceOwnership: (index) => (mix(seed, index, 6) % 4 === 0 ? "Personal" : "Company"),
    deviceVersion: () => 2,
    displayName: (index) => `${system(index).prefix}-${mix(seed, index, 3).toString(36).toUpperCase().slice(0, 6)}`,
    enrollmentProfileName: none,
    enrollmentType: none,
    isCompliant: (index) => mix(seed, index, 4) % 5 !== 0,
    isManaged: () => true,
    isManagementRestricted: none,
    isRooted: () => false,
    managementType: () => "MDM",
    manufacturer: (index) => system(index).manufacturer,
    mdmAppId: () => "0000000a-0000-0000-c000-000000000000",
    model: (index) => system(index).model,
    onPremisesLastSyncDateTime: none,
    onPremisesSecurityIdentifier: none,
    onPremisesSyncEnabled: none,
    operatingSystem: (index) => system(index).name,
    operatingSystemVersion: (index) => system(index).version,
    physicalIds: empty,
    profileType: () => "RegisteredDevice",
    registrationDateTime: (index) => dateOf(seed, index),
    systemLabels: empty,
    trustType: (index) => pick(["AzureAd", "ServerAd", "Workplace"], seed + 5, index),
    extensionAttributes: () => ({ ...extensionAttributes }),
    alternativeSecurityIds: empty,
  };

  return createPopulation(
    {
      kind: "devices",
      entity: "device",
      generated: size,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties)],
      singleOnly: new Set(),
      filterRules: filterRulesOf("devices"),
      orderRules: orderRulesOf("devices"),
      make: maker(ids, properties),
      identifiers: { id: ids.indexOf, deviceId: deviceIds.indexOf },
      complete: () => ({ accountEnabled: true, registrationDateTime: isoSeconds(clock.now()) }),
    },
    clock,
    log,
  );
}
