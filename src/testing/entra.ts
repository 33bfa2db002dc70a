import { randomUUID } from "node:crypto";
import { createAccessToken } from "./access-token.js";
import type { App } from "./app.js";
import { checkAssertion } from "./assertion.js";
import { instanceDiscovery, keysDocument, openIdConfiguration } from "./discovery.js";
import { EntraFailure, type ErrorSeparator, failureReply } from "./entra-failure.js";
import { cloudOfLoginHost, clouds, graphAppId } from "./hosts.js";
import type { SigningKey } from "./signing-key.js";
import type { Strictness } from "./strictness.js";
import type { Tenant } from "./tenant.js";
import type { EmulatorClock, WireReply, WireRequest } from "./wire.js";

export interface EntraOptions {
  findTenant(segment: string): Tenant | undefined;
  signingKey: Promise<SigningKey>;
  clock: EmulatorClock;
  tokenLifetimeSeconds: number;
  errorSeparator: ErrorSeparator;
  strict: Strictness;
}

export interface EntraService {
  handle(request: WireRequest): Promise<WireReply>;
  reset(): void;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const domain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const shared = ["common", "organizations", "consumers"];
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The life of a token that can be revoked. */
const revocableLifetimeSeconds = 86_399;

/** The identity platform: discovery, keys and the token endpoint, for apps that speak as themselves. */
export function createEntraService(options: EntraOptions): EntraService {
  const { findTenant, signingKey, clock, strict } = options;
  const usedIds = new Set<string>();

  function tenantNamed(segment: string, oauthError?: string): Tenant {
    const tenant = findTenant(segment);
    if (tenant) return tenant;
    if (shared.includes(segment)) throw new EntraFailure(50059);
    const plausible = guid.test(segment) || domain.test(segment);
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
      case "oauth2/v2.0/token":
        return { status: 200, headers: { ...uncached }, body: JSON.stringify(await issueToken(request, segment)) };
      default:
        return { status: 404, headers: {} };
    }
  }

  /** Checks in Entra's order: tenant, grant, client, scope, app, credential, resource. */
  async function issueToken(request: WireRequest, segment: string) {
    if (request.method !== "POST") throw new EntraFailure(900561, { method: request.method });
    const form = new URLSearchParams(request.body);
    const required = (name: string) => {
      const value = form.get(name);
      if (!value) throw new EntraFailure(900144, { name });
      return value;
    };
    const tenant = tenantNamed(segment);
    const grant = required("grant_type");
    if (grant !== "client_credentials") throw new EntraFailure(70003, { grant });
    readBasic(request.headers.authorization, form);
    const clientId = required("client_id");
    const scope = required("scope");
    if (form.has("resource")) throw new EntraFailure(901002);

    const app = appNamed(clientId, tenant);
    const credentialKind = checkCredential(form, app, tenant, request.url.origin);
    const { audience, api } = resourceOf(scope, tenant, request.url);
    const { capabilities, notBefore } = readClaims(form.get("claims"));

    const now = Math.floor(clock.now() / 1000);
    const revocable = !api && capabilities.some((capability) => capability.toLowerCase() === "cp1");
    const lifetime = revocable
      ? Math.max(revocableLifetimeSeconds, options.tokenLifetimeSeconds)
      : options.tokenLifetimeSeconds;
    const token = createAccessToken(
      {
        ...{ tenant, app, api, audience, credentialKind, capabilities },
        ...{ issuedAt: Math.max(now, notBefore), expiresAt: now + lifetime, loginOrigin: request.url.origin },
      },
      await signingKey,
    );
    return {
      token_type: "Bearer",
      expires_in: lifetime,
      ext_expires_in: lifetime,
      ...(revocable && { refresh_in: Math.floor(lifetime / 2) }),
      access_token: token,
    };
  }

  function checkCredential(form: URLSearchParams, app: App, tenant: Tenant, origin: string): "1" | "2" {
    const assertion = form.get("client_assertion");
    if (assertion !== null) {
      if (form.get("client_assertion_type") !== assertionType)
        throw new EntraFailure(900144, { name: "client_assertion_type" });
      const names = [tenant.id, tenant.domain];
      const audiences = [
        ...names.map((name) => `${origin}/${name}/oauth2/v2.0/token`),
        ...names.flatMap((name) => [`${origin}/${name}/oauth2/token`, `${origin}/${name}/v2.0`, `${origin}/${name}/`]),
      ];
      checkAssertion(assertion, { app, now: clock.now(), audiences, strict, usedIds });
      return "2";
    }
    const secret = form.get("client_secret");
    if (!secret) throw new EntraFailure(7000218);
    const found = app.registration.secrets.filter(({ value }) => value === secret);
    if (found.length === 0) throw new EntraFailure(7000215, { app: app.clientId });
    if (found.every(({ expiresAt }) => expiresAt <= clock.now()))
      throw new EntraFailure(7000222, { app: app.clientId });
    return "1";
  }

  function resourceOf(scope: string, tenant: Tenant, url: URL): { audience: string; api: App | undefined } {
    const scopes = scope.split(" ").filter(Boolean);
    const resources = scopes.filter(
      (name) => strict.exactScopes || !["openid", "offline_access", "profile", "email"].includes(name),
    );
    const [first] = resources;
    if (first === undefined) throw new EntraFailure(70011, { scope });
    if (!resources.every((name) => name.endsWith("/.default"))) throw new EntraFailure(1002012, { scope });
    if (resources.length > 1) throw new EntraFailure(700022);
    const resource = first.slice(0, -"/.default".length);
    const named = resource.replace(/\/$/, "");
    const hosts = cloudOfLoginHost(url.hostname)?.graph ?? clouds.flatMap(({ graph }) => graph);
    const isGraph = named === graphAppId || named === url.origin || hosts.some((host) => named === `https://${host}`);
    const api = isGraph ? undefined : tenant.apiNamed(named);
    if (!isGraph && !api) throw new EntraFailure(500011, { resource, tenant: tenant.id });
    return { audience: isGraph ? resource : named, api };
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
    reset: () => usedIds.clear(),
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

/** `client_secret_basic`: id and secret are form-encoded before they are joined (RFC 6749, 2.3.1). */
function readBasic(authorization: string | undefined, form: URLSearchParams): void {
  const [, encoded] = /^basic (.+)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(":");
  const decoded = new URLSearchParams(`client_id=${id}&client_secret=${secret}`);
  for (const [name, value] of decoded) if (!form.has(name)) form.set(name, value);
}

function appNamed(clientId: string, tenant: Tenant): App {
  if (!guid.test(clientId) || /^[0-]+$/.test(clientId)) throw new EntraFailure(700038, { app: clientId });
  const app = tenant.apps.get(clientId.toLowerCase());
  if (!app) throw new EntraFailure(700016, { app: clientId, tenant: tenant.displayName });
  if (app.disabled) throw new EntraFailure(7000112, { app: clientId, name: app.displayName });
  return app;
}

/** From a claims request: the capabilities a client declares, and the earliest `nbf` it was told to ask for. */
function readClaims(text: string | null): { capabilities: string[]; notBefore: number } {
  if (!text) return { capabilities: [], notBefore: 0 };
  try {
    const claims = JSON.parse(text)?.access_token ?? {};
    const capabilities: unknown = claims.xms_cc?.values ?? [claims.xms_cc?.value].filter(Boolean);
    return { capabilities: [capabilities].flat().map(String), notBefore: Number(claims.nbf?.value ?? 0) || 0 };
  } catch {
    throw new EntraFailure(90013);
  }
}
