import { createRequire } from "node:module";
import { AppIdentityError } from "../errors.js";

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
