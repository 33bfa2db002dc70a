// Under another name: bundles declare this one in their banner.
import { createRequire as requireFrom } from "node:module";
import { AppIdentityError } from "../errors.js";

/** The one seam to the network: proxies, mTLS, instrumentation and the embedded tenant come in here. */
export type Fetch = typeof globalThis.fetch;

/**
 * The fetch to use: the given one, else the runtime's at the time of each call.
 * Where the runtime has none (`node --no-experimental-fetch`), `isomorphic-fetch` puts one in place; it is loaded only then, and
 * synchronously, because the Graph SDK looks for a global fetch when a client is constructed.
 * @throws AppIdentityError `invalid_options` where there is none at all
 */
export function resolveFetch(custom?: Fetch): Fetch {
  if (custom !== undefined) return custom;
  if (typeof globalThis.fetch !== "function") loadFetch();
  return (input, init) => globalThis.fetch(input, init);
}

/**
 * What a fetch came back with, if it is an answer. A stub or a wrapper that forgot its `return` may give anything.
 * @throws AppIdentityError with the code for an answer that can't be used on this side
 */
export function answered(value: unknown, code: "invalid_token_response" | "invalid_response", host: string): Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  // Not by its class, which other implementations of fetch have of their own.
  if (typeof status === "number" && typeof headers?.get === "function") return value as Response;
  throw new AppIdentityError(code, 'The function given as "fetch" came back without a Response.', {
    remedy: "Give a function that answers as the global fetch does; a stub in a test can return Response.json(…).",
    host,
  });
}

/** Not by an import, so that a bundle doesn't carry what Node 20 and later never need. */
function loadFetch(): void {
  try {
    // A bundle in CommonJS doesn't know where it stands.
    requireFrom(import.meta.url ?? `${process.cwd()}/`)("isomorphic-fetch");
  } catch (cause) {
    throw new AppIdentityError("invalid_options", "This runtime has no fetch, and isomorphic-fetch isn't installed.", {
      remedy: "Run Node 20 or later without --no-experimental-fetch, or give a fetch of your own as `fetch`.",
      cause,
    });
  }
}
