import { randomUUID } from "node:crypto";
import { isGuid } from "../guid.js";
import type { Tenant } from "../tenant.js";
import type { WireReply, WireRequest } from "../wire/messages.js";
import {
  instanceDiscovery,
  keysDocument,
  keysDocumentV1,
  openIdConfiguration,
  openIdConfigurationV1,
} from "./discovery.js";
import { EntraFailure, type ErrorSeparator, failureReply } from "./failure.js";
import { createTokenEndpoint, type TokenEndpointOptions } from "./token-endpoint.js";

export interface EntraOptions extends TokenEndpointOptions {
  findTenant(segment: string): Tenant | undefined;
  errorSeparator: ErrorSeparator;
}

export interface EntraService {
  handle(request: WireRequest): Promise<WireReply>;
  reset(): void;
}

const domain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const shared = ["common", "organizations", "consumers"];

/** The identity platform: discovery, keys and the token endpoint, for apps that speak as themselves. */
export function createEntraService(options: EntraOptions): EntraService {
  const { findTenant, signingKey } = options;
  const tokenEndpoint = createTokenEndpoint(options);

  function tenantNamed(segment: string, oauthError?: string): Tenant {
    const tenant = findTenant(segment);
    if (tenant) return tenant;
    if (shared.includes(segment)) throw new EntraFailure(50059);
    const plausible = isGuid(segment) || domain.test(segment);
    throw new EntraFailure(plausible ? 90002 : 900023, { tenant: segment }, oauthError);
  }

  const discovered = (segment: string) =>
    shared.includes(segment) ? segment : tenantNamed(segment, "invalid_tenant").id;

  async function route(request: WireRequest): Promise<WireReply> {
    const [, segment = "", ...rest] = decodeURIComponent(request.url.pathname).split("/");
    const path = rest.join("/");
    switch (path) {
      case "v2.0/.well-known/openid-configuration":
        return document(openIdConfiguration(request.url, discovered(segment)));
      case "discovery/instance":
        return document(instanceDiscovery(request.url));
      case "discovery/v2.0/keys":
        return document(keysDocument(request.url, discovered(segment), (await signingKey).jwk));
      case ".well-known/openid-configuration":
        return document(openIdConfigurationV1(request.url, discovered(segment)));
      case "discovery/keys":
        return document(keysDocumentV1(request.url, (await signingKey).jwk));
      case "oauth2/v2.0/token":
      case "oauth2/token": {
        if (request.method !== "POST") throw new EntraFailure(900561, { method: request.method });
        return {
          status: 200,
          headers: { ...uncached },
          body: JSON.stringify(
            await tokenEndpoint.issue(request, segment, tenantNamed(segment), path === "oauth2/token" ? 1 : 2),
          ),
        };
      }
      default:
        return { status: 404, headers: {} };
    }
  }

  return {
    async handle(request) {
      const reply = await route(request).catch((error: unknown) => {
        if (!(error instanceof EntraFailure)) throw error;
        const refused = failureReply(request, error, options.errorSeparator);
        // Discovery answers are cached for a day, refusals included.
        const cache = request.method === "POST" ? uncached : { "cache-control": cachedForADay };
        return { ...refused, headers: { ...cache, ...refused.headers } };
      });
      return { ...reply, headers: { ...commonHeaders(request), ...reply.headers } };
    },
    reset: tokenEndpoint.reset,
  };
}

const cachedForADay = "max-age=86400, private";
const uncached = { "cache-control": "no-store, no-cache", pragma: "no-cache", expires: "-1" };

const document = (body: object): WireReply => ({
  status: 200,
  headers: {
    "cache-control": cachedForADay,
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, OPTIONS",
  },
  body: JSON.stringify(body),
});

function commonHeaders({ headers, at }: WireRequest): WireReply["headers"] {
  const asked = headers["return-client-request-id"] === "true" ? headers["client-request-id"] : undefined;
  return {
    "content-type": "application/json; charset=utf-8",
    date: new Date(at).toUTCString(),
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    p3p: 'CP="DSP CUR OTPi IND OTRi ONL FIN"',
    "x-ms-request-id": randomUUID(),
    "x-ms-ests-server": "2.1.0 - EMU ProdSlices",
    ...(asked && { "client-request-id": asked }),
    "set-cookie": [
      `fpc=${randomUUID()}; path=/; secure; HttpOnly; SameSite=None`,
      `esctx=${randomUUID()}; path=/; secure; HttpOnly; SameSite=None`,
      "x-ms-gateway-slice=estsfd; path=/; secure; httponly",
      "stsservicecookie=estsfd; path=/; secure; httponly",
    ],
  };
}
