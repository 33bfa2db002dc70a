import { coprimeFrom } from "../chance/coprime.js";
import { createKeyedGuids, type KeyedGuids } from "../chance/keyed-guid.js";
import { mix } from "../chance/seeded.js";
import { departments, teamsAmong } from "./group-plan.js";
import { type Culture, cultures, type Name, type Office } from "./names.js";
import { sliceOf } from "./segments.js";

/** Makes the people of a tenant out of their index alone, and finds the index of a person again. Nothing is stored. */
export interface People {
  person(index: number): Person;
  /** A number that belongs to a person and a subject. */
  draw(index: number, subject: number): number;
  isGuest(index: number): boolean;
  /** The index behind an object id or a user principal name that this population could contain. */
  indexOf(idOrUserPrincipalName: string): number | undefined;
}

export interface Person {
  readonly index: number;
  readonly id: string;
  readonly userPrincipalName: string;
  readonly given: string;
  readonly family: string;
  readonly displayName: string;
  /** Part of the mail address before the `@`. */
  readonly alias: string;
  readonly guestOf: string | undefined;
  readonly domain: string;
  readonly culture: Culture;
  readonly office: Office;
  /** Number of the department that the person's team belongs to; `undefined` where there are no teams. */
  readonly department: number | undefined;
  /** A number that belongs to this person and this subject. */
  draw(subject: number): number;
}

const partners = ["fabrikam.com", "adatum.com", "tailspintoys.com", "wingtip.example", "litware.example"];

interface FullName {
  culture: Culture;
  given: Name;
  family: Name;
}

/** Every full name there is. The first so many people get one each, the next so many get them again with a number behind. */
const fullNames: readonly FullName[] = cultures.flatMap((culture) =>
  culture.given.flatMap((given) => culture.family.map((family) => ({ culture, given, family }))),
);
const mailNameOf = ({ given, family }: FullName) => `${given.latin}.${family.latin}`;
/** Mail name → place among the full names. Made when first asked for. */
let places: ReadonlyMap<string, number> | undefined;

// Golden-ratio steps through the names make neighbours differ; coprime with their number, so that every name comes up once.
const stride = coprimeFrom(Math.round(fullNames.length * 0.618), fullNames.length);
/** Undoes the stride: `stride * unstride` is 1, counted round the names. */
const unstride = fullNames.findIndex((_, factor) => (factor * stride) % fullNames.length === 1);

/**
 * @param size how many there are from the start: one in sixteen of them is a guest, of those who come later nobody
 * @param groups among which the people's teams are
 */
export function createPeople(seed: number, domain: string, size: number, groups = 0): People {
  const teams = teamsAmong(groups);
  const ids = createKeyedGuids(seed);
  const start = mix(seed, 1) % fullNames.length;
  const person = (index: number) =>
    new GeneratedPerson(index, fullNames[(start + index * stride) % fullNames.length]!, {
      seed,
      domain,
      size,
      teams,
      ids,
    });
  const draw = (index: number, subject: number) => mix(mix(seed, index), subject);

  return {
    person,
    draw,
    isGuest: (index) => index < size && draw(index, 1) % 16 === 0,
    indexOf(text) {
      if (!text.includes("@")) return ids.indexOf(text);
      const [, mailName = "", number = "1"] = /^([^\d@_]+)(\d+)?[@_]/.exec(text.toLowerCase()) ?? [];
      places ??= new Map(fullNames.map((name, place) => [mailNameOf(name), place]));
      const place = places.get(mailName);
      if (place === undefined) return undefined;
      const steps = ((place - start + fullNames.length) * unstride) % fullNames.length;
      const index = (Number(number) - 1) * fullNames.length + steps;
      return person(index).userPrincipalName.toLowerCase() === text.toLowerCase() ? index : undefined;
    },
  };
}

class GeneratedPerson implements Person {
  readonly culture: Culture;
  readonly given: string;
  readonly family: string;
  readonly alias: string;
  readonly guestOf: string | undefined;
  readonly domain: string;
  readonly department: number | undefined;

  readonly #seed: number;
  readonly #ids: KeyedGuids;

  constructor(
    readonly index: number,
    name: FullName,
    { seed, domain, size, teams, ids }: { seed: number; domain: string; size: number; teams: number; ids: KeyedGuids },
  ) {
    this.domain = domain;
    this.#seed = mix(seed, index);
    this.#ids = ids;
    const round = Math.floor(index / fullNames.length);
    this.culture = name.culture;
    this.given = name.given.written;
    this.family = name.family.written;
    this.alias = round === 0 ? mailNameOf(name) : `${mailNameOf(name)}${round + 1}`;
    this.department = index < size && teams > 0 ? sliceOf(index, teams, size) % departments.length : undefined;
    this.guestOf = index < size && this.draw(1) % 16 === 0 ? partners[this.draw(2) % partners.length] : undefined;
  }

  get id(): string {
    return this.#ids.guid(this.index);
  }

  get userPrincipalName(): string {
    return this.guestOf ? `${this.alias}_${this.guestOf}#EXT#@${this.domain}` : `${this.alias}@${this.domain}`;
  }

  get displayName(): string {
    if (!this.culture.familyFirst) return `${this.given} ${this.family}`;
    return /^[\p{Script=Han}\p{Script=Hangul}]/u.test(this.family)
      ? this.family + this.given
      : `${this.family} ${this.given}`;
  }

  get office(): Office {
    return this.culture.offices[this.draw(3) % this.culture.offices.length]!;
  }

  draw(subject: number): number {
    return mix(this.#seed, subject);
  }
}
