import type { Client } from "@microsoft/microsoft-graph-client";
import { refusal } from "../refusal.js";
import { traitsOf } from "./client.js";
import type { LinkScope } from "./paging/links.js";
import type { ClientTraits } from "./requests/attempt-policy.js";

/** A collection of Graph, as one client reaches it. */
export interface Collection {
  client: Client;
  traits: ClientTraits;
  /** Absolute, with the query it was given, if any. */
  url: string;
  scope: LinkScope;
}

/**
 * Finds a collection by its path, relative to the client's version or absolute on the client's own Graph.
 * @throws AppIdentityError `invalid_options`
 */
export function locateCollection(client: Client, path: string): Collection {
  checkGiven(client, path);
  const traits = traitsOf(client);
  const [address = "", query] = path.split(/\?(.*)/s);
  const request = client.api(address) as unknown as { buildFullUrl(): string };
  const full = request.buildFullUrl().replace(/\/+$/, "");
  const url = onGraph(full, path, traits.graphRoot);
  return {
    client,
    traits,
    url: query ? `${full}?${query}` : full,
    scope: { origin: url.origin, path: url.pathname },
  };
}

function checkGiven(client: unknown, path: unknown): void {
  if (typeof (client as Partial<Client> | null | undefined)?.api !== "function") {
    throw refusal(
      "invalid_options",
      "The first argument is no Graph client.",
      "Pass what createGraphClient() or the SDK's Client.init() returns.",
    );
  }
  if (typeof path !== "string" || path === "" || path.includes("#")) {
    throw refusal(
      "invalid_options",
      `${JSON.stringify(path)?.slice(0, 200)} is no path of a collection.`,
      'Give a path such as "/groups"; a # in an id or user principal name is written as %23.',
    );
  }
  if (path.length > longestPath) {
    throw refusal(
      "invalid_options",
      `The path has ${path.length} characters; no URL of Graph is that long.`,
      "Ask in several listings.",
    );
  }
}

/** The address that a path came to, which has to be on the client's own Graph. */
function onGraph(full: string, path: string, graphRoot: string): URL {
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol === "http:" && url.origin === graphRoot) {
    throw refusal(
      "invalid_options",
      `The client speaks plain HTTP to ${url.origin}, which would show its token to everybody on the way.`,
      "Give it an https baseUrl; a local proxy belongs into its fetch or its middleware.",
    );
  }
  // The SDK takes any other scheme for a folder.
  const foreign = /^[a-z][\w+.-]*:/i.test(path) && !path.startsWith("https://");
  if (foreign || url?.origin !== graphRoot || url.username || url.href !== full) {
    throw refusal(
      "invalid_options",
      `${JSON.stringify(path).slice(0, 200)} leads to no collection on ${graphRoot}.`,
      "Give a path below the version, or an address of the client's own cloud, with spaces and the like encoded.",
    );
  }
  return url;
}

/** A collection's path with a segment behind it, ahead of the query that it may have. */
export function withSegment(path: string, segment: string): string {
  const query = path.indexOf("?");
  const address = query < 0 ? path : path.slice(0, query);
  const join = address.endsWith("/") ? "" : "/";
  return `${address}${join}${segment}${path.slice(address.length)}`;
}

/** Looked at before anything is searched in it. */
const longestPath = 8_000;
