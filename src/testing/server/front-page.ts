import { serviceOfHost } from "../wire/hosts.js";
import type { WireReply, WireRequest } from "../wire/messages.js";

/** Whether a program looks who is there; browsers are led to the console before. On Microsoft's hosts `/` belongs to the services. */
export function isFrontPage({ method, url }: Pick<WireRequest, "method" | "url">): boolean {
  return url.pathname === "/" && method === "GET" && serviceOfHost(url.hostname) === undefined;
}

const text = `graph-app-identity emulator: an embedded Microsoft Entra tenant for tests and trials. This is not Microsoft.
`;

export const frontPage: WireReply = {
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body: text,
};
