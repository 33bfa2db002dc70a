import { createRequire } from "node:module";

/** The one seam to the network: proxies, mTLS, instrumentation and the embedded tenant come in here. */
export type Fetch = typeof globalThis.fetch;

/**
 * The fetch to use: the given one, else the runtime's at the time of each call.
 * Where the runtime has none (`node --no-experimental-fetch`), `isomorphic-fetch` puts one in place; it is loaded only then, and
 * synchronously, because the Graph SDK looks for a global fetch when a client is constructed.
 */
export function resolveFetch(custom?: Fetch): Fetch {
  if (custom !== undefined) return custom;
  if (typeof globalThis.fetch !== "function") createRequire(import.meta.url)("isomorphic-fetch");
  return (input, init) => globalThis.fetch(input, init);
}
