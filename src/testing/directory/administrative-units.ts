import { createKeyedGuids } from "../chance/keyed-guid.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { cultures } from "./names.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { maker, none, type Properties } from "./recipe.js";

interface AdministrativeUnitsOptions {
  seed: number;
  size: number;
  clock: EmulatorClock;
  log(change: Change): void;
}

const places = cultures.flatMap(({ country, offices }) => offices.map(({ city }) => ({ country, city })));

/** Parts of a directory with administrators of their own: an office each. */
export function createAdministrativeUnits({ seed, size, clock, log }: AdministrativeUnitsOptions): Population {
  const ids = createKeyedGuids(seed);
  function name(index: number): string {
    const { city } = places[index % places.length]!;
    const round = Math.floor(index / places.length);
    return `${city} Office${round ? ` ${round + 1}` : ""}`;
  }
  const properties: Properties = {
    deletedDateTime: none,
    description: (index) => `Accounts and devices in ${places[index % places.length]!.country}`,
    displayName: name,
    isMemberManagementRestricted: () => false,
    membershipRule: none,
    membershipRuleProcessingState: none,
    membershipType: none,
    visibility: none,
  };
  return createPopulation(
    {
      kind: "administrativeUnits",
      entity: "administrativeUnit",
      generated: size,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties)],
      singleOnly: new Set(),
      filterRules: filterRulesOf("administrativeUnits"),
      orderRules: orderRulesOf("administrativeUnits"),
      make: maker(ids, properties),
      identifiers: { id: ids.indexOf },
    },
    clock,
    log,
  );
}
