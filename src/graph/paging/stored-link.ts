import { type LinkScope, trustedLink } from "./links.js";

/**
 * The address behind a link that was stored, provided that it leads to what is listed and asks for no more of it than the
 * query at hand. Who makes one up can begin elsewhere in the same collection, and that is all.
 *
 * Only stored links are judged so: the service may word what stands in the links of its own pages differently.
 * @throws AppIdentityError `untrusted_link`; TypeError for one that asks for something else
 */
export function storedLink(link: string, firstLink: string, scope: LinkScope): string {
  const trusted = trustedLink(link, firstLink, scope);
  const [stored, asked] = [shapeOf(trusted), shapeOf(firstLink)];
  for (const [option, value] of stored) {
    if (asked.get(option) !== value) throw new TypeError(`It asks for another $${option}.`);
  }
  return trusted;
}

/** The options that decide what is told of which objects. A link may leave them to its token. */
const shaping = new Set(["select", "expand", "filter", "search", "orderby", "apply", "compute"]);

/** Lists are sets, whatever their order. */
const separators: Record<string, string> = { select: ",", filter: " or " };

function shapeOf(link: string): Map<string, string> {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URL(link).searchParams) {
    // The dollar sign is optional, and so is its encoding.
    const option = name.toLowerCase().replace(/^\$/, "");
    if (shaping.has(option)) values.set(option, [...(values.get(option) ?? []), value]);
  }
  return new Map([...values].map(([option, found]) => [option, shapeFrom(option, found)]));
}

function shapeFrom(option: string, values: readonly string[]): string {
  const separator = Object.hasOwn(separators, option) ? separators[option] : undefined;
  if (separator === undefined) return JSON.stringify(values);
  const parts = values.flatMap((value) => value.split(separator)).map((part) => part.trim());
  // Graph minds no case in names; in the values of a filter it may.
  return JSON.stringify([...new Set(option === "select" ? parts.map((part) => part.toLowerCase()) : parts)].sort());
}
