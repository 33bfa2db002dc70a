import { serviceOfHost } from "../wire/hosts.js";
import type { WireReply, WireRequest } from "../wire/messages.js";

/** Whether somebody looks who is there. On Microsoft's hosts `/` belongs to the services. */
export function isFrontPage({ method, url }: Pick<WireRequest, "method" | "url">): boolean {
  return url.pathname === "/" && method === "GET" && serviceOfHost(url.hostname) === undefined;
}

const text = `graph-app-identity emulator: an embedded Microsoft Entra tenant for tests and trials. This is not Microsoft.

Entra: /{tenant}/v2.0/.well-known/openid-configuration, and POST /{tenant}/oauth2/v2.0/token
Graph: /v1.0/users and others, with the token as a bearer
`;

export const frontPage: WireReply = {
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  body: text,
};
