// Under another name: bundles declare this one in their banner.
import { createRequire as requireFrom } from "node:module";
import { serviceOfHost } from "../wire/hosts.js";

/** Tells the server which origin a request was meant for: a `Host` header can't be set on a fetch. */
export const originHeader = "x-emulator-origin";

const redirects = [301, 302, 303, 307, 308];

/**
 * A fetch that carries requests for Microsoft's hosts to the emulator's socket, and reaches no other host.
 * @param target origin of the emulator's plain loopback socket
 * @param origins further origins that mean the emulator
 */
export function createCarrier(target: string, origins: readonly string[]): typeof globalThis.fetch {
  const socket = new URL(target);
  // Kept from the start, so that a test may put the carrier in the place of the runtime's fetch.
  const nativeFetch = globalThis.fetch ?? loadFetch();

  async function carry(asked: Request, signal: AbortSignal | undefined): Promise<Response> {
    const url = new URL(asked.url);
    const { origin } = url;
    const known = origins.includes(origin) || (url.protocol === "https:" && !url.port && serviceOfHost(url.hostname));
    if (url.pathname.startsWith("/_emulator/")) {
      throw new TypeError("What controls the emulator isn't asked through its fetch: ask it at emulator.console.");
    }
    if (!known) {
      throw new TypeError(
        `The emulator stands for Microsoft's login and Graph hosts and carries nothing to ${origin}.`,
      );
    }
    url.protocol = socket.protocol;
    url.hostname = socket.hostname;
    url.port = socket.port;
    const headers = new Headers(asked.headers);
    headers.set(originHeader, origin);
    const response = await nativeFetch(url, {
      method: asked.method,
      headers,
      body: asked.body && (await asked.arrayBuffer()),
      // Left to fetch, a redirect would lead out of the emulator.
      redirect: asked.redirect === "error" ? "error" : "manual",
      ...(signal && { signal }),
    });
    const location = response.headers.get("location");
    if (asked.redirect === "follow" && redirects.includes(response.status) && location !== null) {
      await response.body?.cancel();
      const next = new URL(location, asked.url);
      if (next.origin !== origin) asked.headers.delete("authorization");
      const method = response.status === 303 ? "GET" : asked.method;
      return carry(new Request(next, { method, headers: asked.headers }), signal);
    }
    return Object.defineProperty(response, "url", { value: asked.url });
  }

  return async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return carry(new Request(input, init), signal);
  };
}

/** For test runners whose environment hides the runtime's, as Jest's jsdom does. */
function loadFetch(): typeof globalThis.fetch {
  return requireFrom(import.meta.url ?? `${process.cwd()}/`)("isomorphic-fetch");
}
