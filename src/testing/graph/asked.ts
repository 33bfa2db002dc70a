import type { WireRequest } from "../wire/messages.js";
import type { QueryOptions } from "./query/options.js";

/** What the access token says about the caller. */
export interface GraphCaller {
  tenantId: string;
  clientId: string;
  roles: readonly string[];
}

/** A request, as the parts of Graph hand it to each other. */
export interface Asked {
  request: WireRequest;
  caller: GraphCaller;
  options: QueryOptions;
  version: "v1.0" | "beta";
  /** Address of the version: `https://graph.microsoft.com/v1.0`. */
  root: string;
}

/** Address of what is asked for, without options. */
export function addressOf({ request: { url } }: Asked): string {
  return url.origin + url.pathname;
}
