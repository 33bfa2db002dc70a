import type { Collection } from "./collection.js";
import type { Directory } from "./directory.js";
import { answerAsGraph } from "./graph-answer.js";
import { badRequest, GraphRefusal } from "./graph-refusal.js";
import type { GraphSwitches } from "./graph-switches.js";
import { createListing, type Listing } from "./listing.js";
import { createPageTokens } from "./page-token.js";
import { type GraphQuery, parseQuery } from "./query.js";
import type { EmulatorClock, WireReply, WireRequest } from "./wire.js";
import { writeMember } from "./write-member.js";

/** What the access token, verified by the server, says about the caller. */
export interface GraphCaller {
  tenantId: string;
  clientId: string;
  roles: readonly string[];
  token: Record<string, unknown>;
}

export interface GraphServiceOptions extends Partial<GraphSwitches> {
  directory: Directory;
  clock: EmulatorClock;
}

/** The Graph of one tenant. The server has verified the token before it asks. */
export interface GraphService {
  readonly switches: GraphSwitches;
  handle(request: WireRequest, caller: GraphCaller): WireReply;
  /** Switches as created; page tokens from before aren't known any more. */
  reset(): void;
}

const anyDirectoryRole = ["Directory.Read.All", "Directory.ReadWrite.All"];

/** Application permissions, each of which is enough. */
const permissions: Record<string, readonly string[]> = {
  users: ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", ...anyDirectoryRole],
};

export function createGraphService(options: GraphServiceOptions): GraphService {
  const { directory, clock } = options;
  const initial: GraphSwitches = {
    throttle: options.throttle ?? false,
    pageTokenLifetimeMs: options.pageTokenLifetimeMs ?? 3_600_000,
    shortPages: options.shortPages ?? 0,
    shuffle: options.shuffle ?? false,
  };
  const switches = { ...initial };
  const tokens = createPageTokens();
  const listing = createListing({ tokens, switches, clock, seed: directory.seed });
  const collections: Record<string, Collection> = { users: directory };

  function route(request: WireRequest, caller: GraphCaller): WireReply {
    const [version = "", segment = "", ...rest] = pathSegments(request.url.pathname);
    if (!/^(v1\.0|beta)$/.test(version)) throw badRequest("Invalid version.");
    const name = segment.toLowerCase();
    const collection = collections[name];
    if (!collection) throw badRequest(`Resource not found for the segment '${segment}'.`);
    if (request.method !== "GET")
      throw new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
    authorize(name, caller);
    const root = `${request.url.origin}/${version}`;
    const [key, ...deeper] = rest;
    if (deeper.length > 0) throw badRequest(`Resource not found for the segment '${deeper[0]}'.`);
    if (key === undefined) return json(200, listPage(listing, collection, request, root));
    return json(200, single(collection, key, parseQuery(request, collection), root));
  }

  return {
    switches,
    handle: (request, caller) => answerAsGraph(request, () => route(request, caller)),
    reset() {
      Object.assign(switches, initial);
      tokens.reset();
    },
  };
}

/** `/v1.0/users('a%40b')` → `v1.0`, `users`, `a@b`. */
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

function authorize(route: string, caller: GraphCaller): void {
  const sufficient = permissions[route] ?? anyDirectoryRole;
  if (caller.roles.some((role) => sufficient.includes(role))) return;
  throw new GraphRefusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
}

function json(status: number, body: string): WireReply {
  const type = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
  return { status, headers: { "content-type": type, "odata-version": "4.0" }, body };
}

function context(root: string, collection: Collection, query: GraphQuery): string {
  return `${root}/$metadata#${collection.name}${query.select ? `(${query.select.join(",")})` : ""}`;
}

function listPage(listing: Listing, collection: Collection, request: WireRequest, root: string): string {
  const query = parseQuery(request, collection);
  const page = listing(collection, query);
  const write = writeMember(collection, query);
  const head: Record<string, unknown> = { "@odata.context": context(root, collection, query) };
  if (page.next)
    head["@odata.nextLink"] = `${request.url.origin}${request.url.pathname}?${query.carry("$skiptoken", page.next)}`;
  return `${JSON.stringify(head).slice(0, -1)},"value":[${page.keys.map(write).join(",")}]}`;
}

function single(collection: Collection, name: string, query: GraphQuery, root: string): string {
  const key = collection.keyOf(name);
  if (key === undefined) {
    const message = `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`;
    throw new GraphRefusal(404, "Request_ResourceNotFound", message);
  }
  const head = JSON.stringify({ "@odata.context": `${context(root, collection, query)}/$entity` });
  return `${head.slice(0, -1)},${writeMember(collection, query)(key).slice(1)}`;
}
