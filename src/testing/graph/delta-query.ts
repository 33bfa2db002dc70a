import type { Kind } from "../directory/collection.js";
import type { Population } from "../directory/population.js";
import { type Navigation, navigationsOf } from "../directory/relation-rules.js";
import type { QueryOptions } from "./query/options.js";
import { type Filter, invalidFilter, parseFilter } from "./query/parse-filter.js";
import { readSelect } from "./query/parse-query.js";
import { recordedRefusal } from "./recorded-refusal.js";
import { badRequest, unsupportedQuery } from "./refusal.js";

/** What a first request says about all rounds that follow from it. */
export interface DeltaAsked {
  kinds: readonly Kind[];
  /** Whether several kinds were asked for together, be there one in the end. */
  mixed: boolean;
  /** Properties by kind; where there are none, the default ones. */
  select: Partial<Record<Kind, readonly string[]>> | undefined;
  /** Relations that are tracked, by kind. */
  related: Partial<Record<Kind, readonly string[]>>;
  /** In lower case. */
  ids: readonly string[] | undefined;
  /** The options to start again with. */
  again: string;
}

type Populations = Readonly<Record<Kind, Population>>;

const mostIds = 50;

/** Options of the first request of a delta query. `$top` and `$expand` are ignored, as the service ignores them. */
export function parseDelta(options: QueryOptions, kinds: readonly Kind[], populations: Populations): DeltaAsked {
  const refused = ["$orderby", "$search", "$count", "$skip"].find((name) => options.get(name) !== undefined);
  if (refused) throw unsupportedQuery(`The query option '${refused}' is not supported by delta queries.`);
  const again = options.carry("$deltatoken", "");
  const text = options.get("$filter");
  const { filter, types } = withoutTypes(text, kinds, populations);
  const ids = filter === undefined ? undefined : idsIn(parseFilter(filter));
  const mixed = kinds.length > 1;
  return { kinds: types, mixed, ...readTracked(options.get("$select"), types, mixed, populations), ids, again };
}

/** `isof('microsoft.graph.user') or isof('microsoft.graph.group')`, which several kinds together need. */
function withoutTypes(text: string | undefined, kinds: readonly Kind[], populations: Populations) {
  if (kinds.length === 1) return { filter: text, types: kinds };
  const named = [...(text ?? "").matchAll(/isof\('microsoft\.graph\.(\w+)'\)/gi)].map(([, entity]) => entity!);
  const types = kinds.filter((kind) =>
    named.some((entity) => populations[kind].entity.toLowerCase() === entity.toLowerCase()),
  );
  const ids = (text ?? "").match(/\bid\s+eq\s+'[^']*'/gi);
  if (types.length === 0 && !ids) {
    throw unsupportedQuery("Delta queries on directory objects need a $filter by isof() or by ids.");
  }
  return { filter: ids?.join(" or "), types: types.length > 0 ? types : kinds };
}

/** `id eq 'a' or id eq 'b'`: all that delta queries can be filtered by. */
function idsIn(filter: Filter): string[] {
  const parts = filter.kind === "or" ? filter.parts : [filter];
  const ids = parts.map((part) => {
    const byId = part.kind === "compare" && part.operator === "eq" && part.path.join("/").toLowerCase() === "id";
    if (!byId) throw unsupportedQuery("Delta queries can be filtered by 'id eq' only.");
    if (part.literal.type !== "String") throw invalidFilter("The id must be a string.");
    return String(part.literal.value).toLowerCase();
  });
  if (ids.length > mostIds)
    throw unsupportedQuery(`Too many ids in the filter: ${ids.length}. Max allowed: ${mostIds}.`);
  return ids;
}

/** Names of properties and relations; of several kinds as `microsoft.graph.user/surname`. */
function readTracked(
  text: string | undefined,
  kinds: readonly Kind[],
  mixed: boolean,
  populations: Populations,
): Pick<DeltaAsked, "select" | "related"> {
  // Groups tell their members unless they are asked for something else.
  if (!text?.trim()) return { select: undefined, related: kinds.includes("groups") ? { groups: ["members"] } : {} };
  const names = text.split(",").map((name) => name.trim());
  const select: Partial<Record<Kind, string[]>> = {};
  const related: Partial<Record<Kind, string[]>> = {};
  for (const kind of kinds) {
    const own = mixed ? names.flatMap((name) => unqualified(name, populations[kind].entity)) : names;
    const ways = own.flatMap((name) => forwardNavigation(kind, name)?.name ?? []);
    const properties = own.filter((name) => !forwardNavigation(kind, name));
    const untracked = properties.some((name) =>
      populations[kind].singleOnly.has(populations[kind].canonical(name) ?? ""),
    );
    if (untracked) throw recordedRefusal("untracked");
    related[kind] = [...new Set(ways)];
    select[kind] = readSelect(properties.join(","), populations[kind]) ?? [];
  }
  return { select, related };
}

function unqualified(name: string, entity: string): string[] {
  const [, type, property] = /^(?:microsoft\.graph\.(\w+)\/)?(\w+)$/i.exec(name) ?? [];
  if (property === undefined) throw badRequest(`Parsing OData Select and Expand failed: '${name}'.`);
  return type === undefined || type.toLowerCase() === entity.toLowerCase() ? [property] : [];
}

function forwardNavigation(kind: Kind, name: string): Navigation | undefined {
  return navigationsOf(kind).find(
    (way) =>
      way.name.toLowerCase() === name.toLowerCase() &&
      way.repeats === undefined &&
      way.parts.every(({ forward }) => forward),
  );
}
