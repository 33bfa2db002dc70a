import { seededRandom } from "../chance/seeded.js";
import type { Directory } from "../directory/directory.js";
import type { Grant } from "../directory/granted-roles.js";
import type { EmulatorClock, WireReply, WireRequest } from "../wire/messages.js";
import { type PathSegment, pathSegments } from "./address.js";
import type { Asked, GraphCaller } from "./asked.js";
import { createDelta } from "./delta.js";
import { createDirectoryPaths } from "./directory-paths.js";
import { createEndpoints } from "./endpoints/endpoints.js";
import { readDownload } from "./endpoints/reports.js";
import { gapOr } from "./gaps/gap.js";
import { createListing } from "./listing.js";
import { createPageTokens } from "./page-token.js";
import { authorize, neededFor } from "./permissions.js";
import { readOptions } from "./query/options.js";
import { badRequest, GraphRefusal } from "./refusal.js";
import { resourceUnits, unitsOf } from "./resource-units.js";
import { findRoutes, type Route } from "./routes.js";
import { type GraphSwitches, initialSwitches } from "./switches.js";
import { createThrottle } from "./throttle.js";
import { workloadOf } from "./workload.js";

export interface TenantGraphOptions {
  directory: Directory;
  clock: EmulatorClock;
  switches: Partial<GraphSwitches>;
  /** What apps were granted, beside those that were generated. */
  grants(): readonly Grant[];
}

/** The Graph of one tenant. The service has verified the token before it asks. */
export interface TenantGraph {
  readonly switches: GraphSwitches;
  /**
   * @param headers that the answer gets, be it a refusal
   * @throws GraphRefusal
   */
  answer(request: WireRequest, caller: GraphCaller, headers: Record<string, string>): WireReply;
  /** What can be had at the address of a download, without a token. */
  download(id: string): string | undefined;
  /** Switches as created, no units used; tokens from before aren't known any more. */
  reset(): void;
}

/**
 * Answers for what the directory holds, and for addresses of their own. What Graph has and isn't here is answered as a gap: writing
 * above all. `/me` is refused as Graph refuses it to an app.
 * Over sixty lines: it puts the parts of one tenant together, which know each other.
 */
export function createTenantGraph({ directory, clock, switches: chosen, grants }: TenantGraphOptions): TenantGraph {
  const initial = initialSwitches(chosen);
  const switches = { ...initial };
  const tokens = createPageTokens();
  const throttle = createThrottle();
  let generator = seededRandom(directory.seed);
  const random = () => generator();
  const listing = createListing({ tokens, switches, clock, random, pageSize });
  const delta = createDelta({ directory, tokens, switches, clock, random, pageSize });
  const paths = createDirectoryPaths({ directory, listing, delta });
  const routes: readonly Route[] = createEndpoints({ directory, paths, clock, grants, seal: tokens.seal });

  /** A short page is empty in one of four cases. However high the chance, one page in ten is full, so that every listing ends. */
  function pageSize(wanted: number): number {
    if (random() >= Math.min(switches.shortPages, 0.9)) return wanted;
    return random() < 0.25 ? 0 : Math.floor(random() * wanted);
  }

  function versionOf(segment: PathSegment | undefined): Asked["version"] {
    const version = segment?.text ?? "";
    if (version === "v1.0" || version === "beta") return version;
    throw badRequest(`Invalid version: ${version}`);
  }

  /** Headers that tell how full the limit is that this request counts for. */
  function charge({ url, at }: WireRequest, { clientId, tenantId }: GraphCaller, units: number, path: PathSegment[]) {
    if (!switches.throttle) return {};
    const { count: users } = directory.populations.users;
    return throttle.charge({ clientId, tenantId, users, units, at, workload: workloadOf(path, url) });
  }

  /** @param fits whether another method is answered there */
  function answerDirectory(method: string, asked: () => Asked, path: readonly PathSegment[], fits: boolean): WireReply {
    if (fits || (method !== "GET" && paths.knows(path))) throw notAllowed();
    return paths.answer(asked(), path);
  }

  return {
    switches,
    answer(request, caller, headers) {
      const [first, ...segments] = pathSegments(request.url.pathname);
      const fitting = findRoutes(routes, segments);
      const found = fitting.find(({ route }) => route.method === request.method);
      const units = resourceUnits(found ? (found.route.units ?? 1) : unitsOf(segments), request.url);
      headers["x-ms-resource-unit"] = String(units);
      Object.assign(headers, charge(request, caller, units, segments));
      const version = versionOf(first);
      const root = `${request.url.origin}/${version}`;
      const asked = (): Asked => ({ request, caller, version, root, options: readOptions(request) });
      if (segments[0]?.text.toLowerCase() === "me") {
        throw badRequest("/me request is only valid with delegated authentication flow.");
      }
      try {
        if (!found) return answerDirectory(request.method, asked, segments, fitting.length > 0);
        const { method, path, authorizes } = found.route;
        if (!authorizes) authorize(caller, neededFor(method, path), path);
        return found.route.answer(asked(), ...found.keys);
      } catch (error) {
        throw gapOr(error, request.method, segments);
      }
    },
    download: (id) => readDownload({ directory, clock }, tokens.open(id)),
    reset() {
      Object.assign(switches, initial);
      tokens.reset();
      throttle.reset();
      listing.reset();
      generator = seededRandom(directory.seed);
    },
  };
}

function notAllowed(): GraphRefusal {
  return new GraphRefusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.");
}
