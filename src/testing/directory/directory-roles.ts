import { createKeyedGuids } from "../chance/keyed-guid.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { maker, none, type Properties } from "./recipe.js";

interface DirectoryRolesOptions {
  seed: number;
  clock: EmulatorClock;
  log(change: Change): void;
}

/**
 * Roles somebody has been given: only those are listed.
 * @see https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
 */
export const activeRoles: ReadonlyArray<[displayName: string, templateId: string, description: string]> = [
  ["Directory Readers", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Can read basic directory information."],
  ["Global Administrator", "62e90394-69f5-4237-9190-012177145e10", "Can manage all aspects of the directory."],
  ["User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1", "Can manage all aspects of users and groups."],
  ["Global Reader", "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Can read everything that a Global Administrator can."],
  ["Groups Administrator", "fdd7a751-b60b-444a-984c-02652fe8fa1c", "Can create and manage groups."],
  ["Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8", "Can reset passwords for users."],
  ["Application Administrator", "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Can manage app registrations."],
  ["Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de", "Can manage all aspects of Exchange."],
];

export function createDirectoryRoles({ seed, clock, log }: DirectoryRolesOptions): Population {
  const ids = createKeyedGuids(seed);
  const properties: Properties = {
    deletedDateTime: none,
    description: (index) => activeRoles[index]?.[2] ?? null,
    displayName: (index) => activeRoles[index]?.[0] ?? null,
    roleTemplateId: (index) => activeRoles[index]?.[1] ?? null,
  };
  return createPopulation(
    {
      kind: "directoryRoles",
      entity: "directoryRole",
      generated: activeRoles.length,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties)],
      singleOnly: new Set(),
      filterRules: filterRulesOf("directoryRoles"),
      orderRules: orderRulesOf("directoryRoles"),
      make: maker(ids, properties),
      identifiers: {
        id: ids.indexOf,
        roleTemplateId(value) {
          const index = activeRoles.findIndex(([, template]) => template === value.toLowerCase());
          return index < 0 ? undefined : index;
        },
      },
    },
    clock,
    log,
  );
}
