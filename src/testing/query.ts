import type { Collection } from "./collection.js";
import { badRequest, unsupportedQuery } from "./graph-refusal.js";
import type { WireRequest } from "./wire.js";

/** The query options of a request, read and checked. */
export interface GraphQuery {
  select: readonly string[] | undefined;
  /** Page size. */
  top: number;
  skipToken: string | undefined;
  /** The same for every page of one listing. */
  fingerprint: string;
  /** The query string of a link: these options, with a token behind. */
  carry(option: string, token: string): string;
}

export function parseQuery(request: WireRequest, collection: Collection): GraphQuery {
  const options = readOptions(request.url);
  const select = readSelect(options.get("$select"), collection);
  return {
    select,
    top: readTop(options.get("$top"), select?.includes("signInActivity") ? 500 : 999),
    skipToken: options.get("$skiptoken"),
    fingerprint: JSON.stringify([...options].filter(([name]) => name !== "$skiptoken").sort()),
    carry(option, token) {
      const kept = [...options]
        .filter(([name]) => name !== option)
        .map(([name, value]) => `${name}=${encodeValue(value)}`);
      return [...kept, `${option}=${token}`].join("&");
    },
  };
}

// Graph writes links for people to read: commas, blanks as +, quotes and parentheses stand as they are.
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("%20", "+").replaceAll("%2C", ",");
}

function readOptions(url: URL): Map<string, string> {
  const options = new Map<string, string>();
  for (const [given, value] of url.searchParams) {
    if (!given.startsWith("$")) continue;
    const name = given.toLowerCase();
    if (options.has(name)) {
      throw badRequest(`Query option '${given}' was specified more than once, but it must be specified at most once.`);
    }
    options.set(name, value);
  }
  return options;
}

function readSelect(text: string | undefined, collection: Collection): string[] | undefined {
  if (!text?.trim()) return undefined;
  return [...new Set(text.split(",").map((name) => property(name.trim(), collection)))];
}

function property(name: string, collection: Collection): string {
  const canonical = collection.canonical(name);
  if (canonical !== undefined) return canonical;
  const problem = `Could not find a property named '${name}' on type 'microsoft.graph.${collection.entity}'.`;
  throw badRequest(`Parsing OData Select and Expand failed: ${problem}`);
}

function readTop(text: string | undefined, maximum: number): number {
  if (text === undefined) return 100;
  if (!/^-?\d+$/.test(text))
    throw badRequest(
      `Invalid value '${text}' for $top query option found. The $top query option requires a non-negative integer value.`,
    );
  const top = Number(text);
  if (top >= 1 && top <= maximum) return top;
  throw unsupportedQuery(`Invalid page size specified: '${text}'. Must be between 1 and ${maximum} inclusive.`);
}
