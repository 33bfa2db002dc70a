import { createKeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { mailName } from "./names.js";
import { createPeople } from "./people.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { empty, maker, none, type Properties, pick } from "./recipe.js";

interface ContactsOptions {
  seed: number;
  size: number;
  clock: EmulatorClock;
  log(change: Change): void;
}

const companies = ["Fabrikam", "Adatum", "Tailspin Toys", "Litware", "Northwind Traders"];
const titles = ["Buyer", "Consultant", "Account Manager", null];

/** People elsewhere whom an administrator has entered: what Graph calls an orgContact. */
export function createContacts({ seed, size, clock, log }: ContactsOptions): Population {
  const ids = createKeyedGuids(seed);
  const people = createPeople(mix(seed, 1), "contacts.example", 0);
  const company = (index: number) => pick(companies, seed, index);
  const alias = (index: number) => people.person(index).alias;
  const mail = (index: number) => `${alias(index)}@${mailName(company(index)).replaceAll(".", "")}.example`;
  const properties: Properties = {
    deletedDateTime: none,
    addresses: (index) => {
      const { culture, office } = people.person(index);
      const { city, postalCode, state, street } = office;
      return [{ city, countryOrRegion: culture.country, officeLocation: null, postalCode, state, street }];
    },
    companyName: company,
    department: none,
    displayName: (index) => people.person(index).displayName,
    givenName: (index) => people.person(index).given,
    jobTitle: (index) => pick(titles, seed + 1, index),
    mail,
    mailNickname: alias,
    onPremisesLastSyncDateTime: none,
    onPremisesProvisioningErrors: empty,
    onPremisesSyncEnabled: none,
    phones: (index) => [
      {
        number: `${people.person(index).culture.dialing} 30 ${1_000_000 + (mix(seed, index, 9) % 9_000_000)}`,
        type: "business",
      },
    ],
    proxyAddresses: (index) => [`SMTP:${mail(index)}`],
    serviceProvisioningErrors: empty,
    surname: (index) => people.person(index).family,
  };

  return createPopulation(
    {
      kind: "contacts",
      entity: "orgContact",
      generated: size,
      properties: ["id", ...Object.keys(properties)],
      defaults: ["id", ...Object.keys(properties)],
      singleOnly: new Set(),
      filterRules: filterRulesOf("contacts"),
      orderRules: orderRulesOf("contacts"),
      make: maker(ids, properties),
      identifiers: { id: ids.indexOf },
    },
    clock,
    log,
  );
}
