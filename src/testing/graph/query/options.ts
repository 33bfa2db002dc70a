import type { WireRequest } from "../../wire/messages.js";
import { gap } from "../gaps/gap.js";
import { badRequest } from "../refusal.js";

/** The system query options of a request as they came: names in lower case with their `$`, values decoded. */
export interface QueryOptions {
  get(name: string): string | undefined;
  /** Whether the caller accepts eventually consistent answers, the first half of an advanced query. */
  eventual: boolean;
  names(): string[];
  /** The same for every page of one listing, whatever order the options are in. */
  fingerprint: string;
  /** A link's query string: these options with a token behind. */
  carry(option: string, token: string): string;
}

const known = [
  "$select",
  "$filter",
  "$search",
  "$orderby",
  "$expand",
  "$count",
  "$top",
  "$skip",
  "$skiptoken",
  "$deltatoken",
  "$format",
];
const tokens = ["$skiptoken", "$deltatoken"];

export function readOptions(request: WireRequest): QueryOptions {
  const options = new Map<string, string>();
  for (const [given, value] of request.url.searchParams) {
    const name = named(given, request);
    if (name === undefined) continue;
    if (!known.includes(name)) throw badRequest(`The query parameter '${given}' is not supported.`);
    if (options.has(name)) {
      throw badRequest(`Query option '${given}' was specified more than once, but it must be specified at most once.`);
    }
    options.set(name, value);
  }
  const lasting = [...options].filter(([name]) => !tokens.includes(name));
  return {
    get: (name) => options.get(name),
    eventual: request.headers.consistencylevel?.toLowerCase() === "eventual",
    names: () => [...options.keys()],
    fingerprint: JSON.stringify(lasting.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    carry: (option, token) =>
      [...lasting.map(([name, value]) => `${name}=${encode(value)}`), `${option}=${token}`].join("&"),
  };
}

/**
 * In beta the `$` may be left out; in v1.0 it may at some addresses, and nobody says at which.
 * @see https://learn.microsoft.com/graph/query-parameters (2023)
 */
function named(given: string, { url }: WireRequest): string | undefined {
  const name = given.toLowerCase();
  if (name.startsWith("$")) return name;
  if (!known.includes(`$${name}`)) return undefined;
  if (/^\/beta\//i.test(url.pathname)) return `$${name}`;
  throw gap(`'${given}' without its '$' in v1.0 (write '$${given}')`);
}

/** Graph's links are written to be read: blanks as `+`, commas and quotes as they are. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll("%20", "+").replaceAll("%2C", ",");
}
