import { seededRandom } from "../chance/seeded.js";
import type { Collection } from "../directory/collection.js";
import type { Directory } from "../directory/directory.js";
import { createOtherCollections } from "../directory/other-collections.js";
import type { EmulatorClock, WireReply, WireRequest } from "../wire/messages.js";
import { createDelta } from "./delta.js";
import { createListing } from "./listing.js";
import { createPageTokens } from "./page-token.js";
import { projection, relatedProjection } from "./projection.js";
import { type QueryOptions, readOptions } from "./query/options.js";
import { parseCountQuery, parseSingleQuery } from "./query/parse-query.js";
import { badRequest, GraphRefusal } from "./refusal.js";
import { type GraphSwitches, initialSwitches } from "./switches.js";
import { createThrottle } from "./throttle.js";

/** What the access token says about the caller. */
export interface GraphCaller {
  tenantId: string;
  clientId: string;
  roles: readonly string[];
}

export interface TenantGraphOptions {
  directory: Directory;
  clock: EmulatorClock;
  switches: Partial<GraphSwitches>;
}

/** The Graph of one tenant. The service has verified the token before it asks. */
export interface TenantGraph {
  readonly switches: GraphSwitches;
  /**
   * @param headers that the answer gets, be it a refusal
   * @throws GraphRefusal
   */
  answer(request: WireRequest, caller: GraphCaller, headers: Record<string, string>): WireReply;
  /** Switches as created, no units used; tokens from before aren't known any more. */
  reset(): void;
}

const directoryRoles = ["Directory.Read.All", "Directory.ReadWrite.All"];

/**
 * Application permissions, each of which is enough.
 * @see https://learn.microsoft.com/graph/permissions-reference
 */
const permissions: Record<string, readonly string[]> = {
  users: ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", ...directoryRoles],
  groups: ["GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", ...directoryRoles],
  applications: [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    ...directoryRoles,
  ],
  devices: ["Device.Read.All", "Device.ReadWrite.All", ...directoryRoles],
  organization: ["Organization.Read.All", "Organization.ReadWrite.All", ...directoryRoles],
};

const jsonType = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/**
 * Answers for users (list, count, single, manager, reports, delta) and, to be listed, groups, devices, applications and the organization.
 * What isn't here: writing, `/me`, deleted items, replication delay, licences. Every permission that opens users shows all of them.
 */
export function createTenantGraph({ directory, clock, switches: chosen }: TenantGraphOptions): TenantGraph {
  const initial = initialSwitches(chosen);
  const switches = { ...initial };
  const tokens = createPageTokens();
  const throttle = createThrottle();
  let generator = seededRandom(directory.seed);
  const random = () => generator();
  const listing = createListing({ tokens, switches, clock, random, pageSize });
  const delta = createDelta({ directory, tokens, switches, clock, random, pageSize });
  const collections = new Map(
    [directory, ...createOtherCollections(directory)].map((collection) => [collection.name, collection]),
  );

  /** A short page is empty in one of four cases. However high the chance, one page in ten is full, so that every listing ends. */
  function pageSize(wanted: number): number {
    if (random() >= Math.min(switches.shortPages, 0.9)) return wanted;
    return random() < 0.25 ? 0 : Math.floor(random() * wanted);
  }

  function route(request: WireRequest, caller: GraphCaller): WireReply {
    const [version = "", segment = "", ...rest] = pathSegments(request.url.pathname);
    if (version !== "v1.0" && version !== "beta") throw badRequest(`Invalid version: ${version}`);
    if (segment === "me") throw badRequest("/me request is only valid with delegated authentication flow.");
    const collection = collections.get(segment.toLowerCase());
    if (!collection) throw unknownSegment(segment);
    if (request.method !== "GET") {
      throw new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
    }
    authorize(collection, caller);
    const asked: Asked = { request, options: readOptions(request), root: `${request.url.origin}/${version}` };
    const [name, navigation, ...deeper] = rest;
    if (deeper.length > 0) throw unknownSegment(deeper[0]!);
    if (name === undefined) return list(collection, asked);
    if (navigation !== undefined) return related(collection, name, navigation, asked);
    if (name === "$count") return count(collection, asked);
    if (collection === directory && /^(microsoft\.graph\.)?delta(\(\))?$/i.test(name)) return changes(asked);
    return single(collection, name, asked);
  }

  function list(collection: Collection, { request, options, root }: Asked): WireReply {
    const { query, keys, count, next } = listing.page(collection, options);
    return json({
      "@odata.context": context(root, collection, query.select),
      "@odata.count": count,
      "@odata.nextLink": next && `${addressOf(request)}?${options.carry("$skiptoken", next)}`,
      value: keys.map(projection(collection, query)),
    });
  }

  function count(collection: Collection, { options }: Asked): WireReply {
    const counted = listing.count(collection, parseCountQuery(options, collection));
    return { status: 200, headers: { "content-type": "text/plain", "odata-version": "4.0" }, body: String(counted) };
  }

  function single(collection: Collection, name: string, { options, root }: Asked): WireReply {
    const query = parseSingleQuery(options, collection);
    const member = projection(collection, query)(find(collection, name));
    return json({ "@odata.context": `${context(root, collection, query.select)}/$entity`, ...member });
  }

  function related(collection: Collection, name: string, segment: string, { options, root }: Asked): WireReply {
    const navigation = Object.hasOwn(collection.navigations, segment) && collection.navigations[segment];
    if (!navigation) throw unknownSegment(segment);
    const project = relatedProjection(collection, parseSingleQuery(options, collection));
    const members = navigation.keys(find(collection, name)).map(project);
    const directoryObjects = `${root}/$metadata#directoryObjects`;
    if (navigation.many) return json({ "@odata.context": directoryObjects, value: members });
    if (members.length === 0) throw notFound(segment);
    return json({ "@odata.context": `${directoryObjects}/$entity`, ...members[0] });
  }

  function changes({ request, options, root }: Asked): WireReply {
    const address = addressOf(request);
    const minimal = /\breturn=minimal\b/i.test(request.headers.prefer ?? "");
    const { select, value, next } = delta.page(options, address, minimal);
    const link = next.option === "$skiptoken" ? "@odata.nextLink" : "@odata.deltaLink";
    const page = {
      "@odata.context": `${context(root, directory, select)}/$delta`,
      [link]: `${address}?${next.option}=${next.token}`,
      value,
    };
    return json(page, minimal ? { "preference-applied": "return=minimal" } : {});
  }

  function answer(request: WireRequest, caller: GraphCaller, headers: Record<string, string>): WireReply {
    const { clientId, tenantId } = caller;
    const units = resourceUnits(request.url);
    headers["x-ms-resource-unit"] = String(units);
    if (switches.throttle) {
      const { count: users } = directory;
      Object.assign(headers, throttle.charge({ clientId, tenantId, users, units, at: request.at }));
    }
    return route(request, caller);
  }

  return {
    switches,
    answer,
    reset() {
      Object.assign(switches, initial);
      tokens.reset();
      throttle.reset();
      listing.reset();
      generator = seededRandom(directory.seed);
    },
  };
}

interface Asked {
  request: WireRequest;
  options: QueryOptions;
  /** Address of the version: `https://graph.microsoft.com/v1.0`. */
  root: string;
}

/** `/v1.0/users('o''brien%40contoso.com')` → `v1.0`, `users`, `o'brien@contoso.com`. */
function pathSegments(pathname: string): string[] {
  return pathname
    .split("/")
    .filter(Boolean)
    .map(decodeSegment)
    .flatMap((segment) => {
      const [, name, key] = /^(\w+)\('(.*)'\)$/.exec(segment) ?? [];
      return name === undefined || key === undefined ? [segment] : [name, key.replaceAll("''", "'")];
    });
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest("The request URL isn't valid.");
  }
}

function authorize({ name }: Collection, { roles }: GraphCaller): void {
  if (roles.some((role) => permissions[name]!.includes(role))) return;
  throw new GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
}

/**
 * What a request costs as documented: reading users costs 2, a single one 1; narrower is cheaper.
 * @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
 */
function resourceUnits({ pathname, searchParams }: URL): number {
  const [, , member = "$list"] = pathname.split("/").filter(Boolean);
  let units = /^(\$|%24|delta)/i.test(member) ? 2 : 1;
  if (searchParams.has("$select")) units -= 1;
  if (searchParams.has("$expand")) units += 1;
  if (Number(searchParams.get("$top") ?? 100) < 20) units -= 1;
  return Math.max(1, units);
}

function json(body: object, headers: Record<string, string> = {}): WireReply {
  return {
    status: 200,
    headers: { "content-type": jsonType, "odata-version": "4.0", ...headers },
    body: JSON.stringify(body),
  };
}

function addressOf({ url }: WireRequest): string {
  return url.origin + url.pathname;
}

function context(root: string, collection: Collection, select: readonly string[] | undefined): string {
  return `${root}/$metadata#${collection.name}${select ? `(${select.join(",")})` : ""}`;
}

function find(collection: Collection, name: string): number {
  const key = collection.keyOf(name);
  if (key === undefined) throw notFound(name);
  return key;
}

function notFound(name: string): GraphRefusal {
  const message = `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`;
  return new GraphRefusal(404, "Request_ResourceNotFound", message);
}

function unknownSegment(segment: string): GraphRefusal {
  return badRequest(`Resource not found for the segment '${segment}'.`);
}
