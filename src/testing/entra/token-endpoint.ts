import { type App, sha256Of } from "../app.js";
import type { SigningKey } from "../crypto/signing-key.js";
import { isGuid } from "../guid.js";
import type { Tenant } from "../tenant.js";
import { cloudOfLoginHost, clouds, graphAppId, namesEmulator } from "../wire/hosts.js";
import type { EmulatorClock, WireRequest } from "../wire/messages.js";
import { createAccessToken } from "./access-token.js";
import { checkAssertion } from "./check-assertion.js";
import { EntraFailure } from "./failure.js";
import type { Strictness } from "./strictness.js";

export interface TokenEndpointOptions {
  signingKey: Promise<SigningKey>;
  clock: EmulatorClock;
  strict: Strictness;
  /** Default: an hour, and a day for tokens that can be revoked. */
  tokenLifetimeSeconds: number | undefined;
}

export interface TokenEndpoint {
  /**
   * Answers a token request with the body of its answer; `segment` is how it names the tenant.
   * @param version of the endpoint: 2 takes a scope; 1 takes a resource, and answers in texts
   * @throws EntraFailure
   */
  issue(request: WireRequest, segment: string, tenant: Tenant, version: 1 | 2): Promise<object>;
  reset(): void;
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The client-credential grant. Over sixty lines: the steps of one request, which share the options and the ids used. */
export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { signingKey, clock, strict, tokenLifetimeSeconds } = options;
  const usedIds = new Set<string>();
  if (!((tokenLifetimeSeconds ?? 1) > 0)) {
    throw new RangeError(`tokenLifetimeSeconds is a number above 0, not ${tokenLifetimeSeconds}.`);
  }

  /** Checks in Entra's order: after the tenant the grant, client, scope, app, credential and resource. */
  async function issue(request: WireRequest, segment: string, tenant: Tenant, version: 1 | 2): Promise<object> {
    const form = new URLSearchParams(request.body);
    const required = (name: string) => {
      const value = form.get(name);
      if (!value) throw new EntraFailure(900144, { name });
      return value;
    };
    const grant = required("grant_type");
    if (grant !== "client_credentials") throw new EntraFailure(70003, { grant });
    readBasic(request.headers.authorization, form);
    const clientId = required("client_id");
    // What version 1 answers where there is no resource isn't known.
    const wanted = version === 1 ? (form.get("resource") ?? "") : required("scope");
    if (version === 2 && form.has("resource")) throw new EntraFailure(901002);

    const app = appNamed(clientId, tenant);
    const credentialKind = checkCredential(form, app, audiencesOf(request.url, [segment, tenant.id, tenant.domain]));
    const resource = version === 1 ? wanted : resourceOf(wanted);
    const { audience, api } = apiNamed(resource, tenant, request.url);
    const { capabilities, notBefore } = readClaims(form.get("claims"));

    const now = Math.floor(clock.now() / 1000);
    const revocable = !api && capabilities.some((capability) => capability.toLowerCase() === "cp1");
    const lifetime = tokenLifetimeSeconds ?? (revocable ? 86_399 : 3_599);
    const token = createAccessToken(
      {
        tenant,
        app,
        api,
        audience,
        credentialKind,
        capabilities,
        issuedAt: Math.max(now, notBefore),
        expiresAt: now + lifetime,
        loginOrigin: request.url.origin,
      },
      await signingKey,
    );
    const lives = { lifetime, issuedAt: now };
    return version === 1 ? answerV1(token, resource, lives) : answerV2(token, { ...lives, revocable });
  }

  function checkCredential(form: URLSearchParams, app: App, audiences: readonly string[]): "1" | "2" {
    if (app.registration.publicClient) throw new EntraFailure(700025);
    const assertion = form.get("client_assertion");
    if (assertion !== null) {
      if (form.get("client_assertion_type") !== assertionType)
        throw new EntraFailure(900144, { name: "client_assertion_type" });
      checkAssertion(assertion, { app, now: clock.now(), audiences, strict, usedIds });
      return "2";
    }
    const secret = form.get("client_secret");
    if (!secret) throw new EntraFailure(7000218);
    const hash = sha256Of(secret);
    const found = app.registration.secrets.filter(({ sha256 }) => sha256 === hash);
    if (found.length === 0) throw new EntraFailure(7000215, { app: app.clientId });
    if (found.every(({ expiresAt }) => expiresAt <= clock.now()))
      throw new EntraFailure(7000222, { app: app.clientId });
    return "1";
  }

  function resourceOf(scope: string): string {
    const scopes = scope.split(" ").filter(Boolean);
    const resources = scopes.filter(
      (name) => strict.exactScopes || !["openid", "offline_access", "profile", "email"].includes(name),
    );
    const [first] = resources;
    if (first === undefined) throw new EntraFailure(70011, { scope });
    if (!resources.every((name) => name.endsWith("/.default"))) throw new EntraFailure(1002012, { scope });
    if (new Set(resources).size > 1) throw new EntraFailure(700022);
    return first.slice(0, -"/.default".length);
  }

  function apiNamed(resource: string, tenant: Tenant, url: URL): { audience: string; api: App | undefined } {
    const named = resource.replace(/\/$/, "");
    const hosts = cloudOfLoginHost(url.hostname)?.graph ?? clouds.flatMap(({ graph }) => graph);
    const isGraph =
      named === graphAppId || namesEmulator(named, url) || hosts.some((host) => named === `https://${host}`);
    const api = isGraph ? undefined : tenant.apiNamed(named);
    if (!isGraph && !api) throw new EntraFailure(500011, { resource, tenant: tenant.id });
    return { audience: isGraph ? resource : named, api };
  }

  return { issue, reset: () => usedIds.clear() };
}

interface Life {
  /** Both in seconds. */
  lifetime: number;
  issuedAt: number;
}

const answerV2 = (token: string, { lifetime, revocable }: Life & { revocable: boolean }) => ({
  token_type: "Bearer",
  expires_in: lifetime,
  ext_expires_in: lifetime,
  ...(revocable && { refresh_in: Math.floor(lifetime / 2) }),
  access_token: token,
});

/** Everything in it is text. */
const answerV1 = (token: string, resource: string, { lifetime, issuedAt }: Life) => ({
  token_type: "Bearer",
  expires_in: String(lifetime),
  ext_expires_in: String(lifetime),
  expires_on: String(issuedAt + lifetime),
  not_before: String(issuedAt),
  resource,
  access_token: token,
});

/** What an assertion may name as its audience: the token endpoint as it was asked first, and what else means the tenant. */
function audiencesOf({ origin, hostname }: URL, names: readonly string[]): string[] {
  const aliases = cloudOfLoginHost(hostname)?.login.map((host) => `https://${host}`) ?? [];
  const tenants = [origin, ...aliases].flatMap((base) => names.map((name) => `${base}/${name}`.toLowerCase()));
  return ["/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/"].flatMap((path) =>
    tenants.map((tenant) => tenant + path),
  );
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
  if (!isGuid(clientId) || /^[0-]+$/.test(clientId)) throw new EntraFailure(700038, { app: clientId });
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
