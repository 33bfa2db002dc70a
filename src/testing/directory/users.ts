import type { EmulatorClock } from "../wire/messages.js";
import { filterRulesOf, orderRulesOf } from "./filter-rules.js";
import { isoSeconds } from "./iso-seconds.js";
import { mailName } from "./names.js";
import type { People } from "./people.js";
import { type Change, createPopulation, type Population } from "./population.js";
import { defaultUserProperties, singleUserProperties, userProperties } from "./user-properties.js";

interface UsersOptions {
  people: People;
  size: number;
  domain: string;
  clock: EmulatorClock;
  log(change: Change): void;
}

export function createUsers({ people, size, domain, clock, log }: UsersOptions): Population {
  /** Enabled, from now on, and what follows from a name. */
  function complete(given: Record<string, unknown>, key: number): object {
    const created = { accountEnabled: true, createdDateTime: isoSeconds(clock.now()) };
    if (typeof given.displayName !== "string") return created;
    const [first = "", ...rest] = given.displayName.split(" ");
    const alias = mailName(given.displayName) || people.person(key).alias;
    const isTaken = users.keyOf(`${alias}@${domain}`) !== undefined;
    const userPrincipalName = given.userPrincipalName ?? `${isTaken ? alias + key : alias}@${domain}`;
    return {
      ...created,
      givenName: first,
      surname: rest.join(" ") || null,
      mail: userPrincipalName,
      mailNickname: alias,
      userPrincipalName,
    };
  }

  const users: Population = createPopulation(
    {
      kind: "users",
      entity: "user",
      defaults: defaultUserProperties,
      properties: Object.keys(userProperties),
      singleOnly: new Set(singleUserProperties),
      foundBy: ["id", "userPrincipalName"],
      filterRules: filterRulesOf("users"),
      orderRules: orderRulesOf("users"),
      generated: size,
      make(key) {
        const person = people.person(key);
        return (property) => userProperties[property]?.(person) ?? null;
      },
      identifiers: { id: people.indexOf, userPrincipalName: people.indexOf },
      identifierOf: (name) => (name.includes("@") ? "userPrincipalName" : "id"),
      complete,
    },
    clock,
    log,
  );
  return users;
}
