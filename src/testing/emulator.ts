import type { App, AppOptions } from "./app.js";
import { type ChallengeSpelling, verifyBearer } from "./bearer.js";
import { createCarrier } from "./carrier.js";
import { createDirectory, type Directory } from "./directory.js";
import { createEntraService } from "./entra.js";
import type { ErrorSeparator } from "./entra-failure.js";
import { createFaults, type Faults } from "./fault.js";
import { createGraphService, type GraphService } from "./graph.js";
import { answerAsGraph } from "./graph-answer.js";
import { GraphRefusal } from "./graph-refusal.js";
import { type GraphSwitches, pickSwitches } from "./graph-switches.js";
import type { RecordedRequest } from "./request-log.js";
import { createListener, listen } from "./server.js";
import { createSigningKey } from "./signing-key.js";
import { type Strictness, strictest } from "./strictness.js";
import { Tenant, type TenantOptions, tenantIdOf } from "./tenant.js";
import { createTlsIdentity } from "./tls-identity.js";

/** What the embedded tenant is to be like. Every field has a default. */
export interface EmulatorOptions extends TenantOptions, Partial<GraphSwitches> {
  /** Id of the app that is there from the start. Default: a GUID that depends on the seed. */
  clientId?: string;
  /** Its secret. Default: one that depends on the seed. */
  clientSecret?: string;
  /** What it was granted. Default `["User.Read.All"]`. */
  roles?: AppOptions["roles"];
  /** Default 0: any free port. */
  port?: number;
  /** Address to listen on. Default `"127.0.0.1"`; anything that isn't loopback opens the emulator to the network, with a warning. */
  host?: string;
  /** Serve TLS with a certificate made for the start; `ca` says what to trust. `hostnames` are further names for it. Default `false`. */
  tls?: boolean | { hostnames: readonly string[] };
  /** Life of a token, in seconds. Default 3599; revocable tokens (`cp1`) live 86399 or this, whichever is longer. */
  tokenLifetimeSeconds?: number;
  /** Be stricter than the service: `true` for all of it. Default `false`. */
  strict?: boolean | Strictness;
  /** What separates the parts of an `error_description`. Default `"space"`. */
  errorSeparator?: ErrorSeparator;
  /** Spelling of claims challenges. Default `"quoted"`. */
  challengeSpelling?: ChallengeSpelling;
  /** Further origins that `fetch` carries here, such as `https://login.contoso.com` for a custom URL domain. */
  origins?: readonly string[];
}

/** Time in the emulator. */
export interface MovableClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves time by so many milliseconds, back if negative. */
  advance(ms: number): void;
}

/** One tenant of an emulator. */
export interface EmulatedTenant {
  readonly tenantId: string;
  readonly domain: string;
  /** The app that is there from the start. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The people in it: read and changed here while clients list them. */
  readonly users: Pick<Directory, "count" | "get" | "add" | "update" | "remove">;
  /** How its Graph behaves: throttling, page tokens, short pages, order. */
  readonly graph: GraphSwitches;
  /** Registers an app, with one secret and `User.Read.All` unless told otherwise. */
  addApp(options?: AppOptions): App;
  /**
   * An app by its client id, to change its credentials and roles. Default: the one that is there from the start.
   * @throws Error when there is none
   */
  app(clientId?: string): App;
  /** Revokes the tokens an app holds: those of clients that declared `cp1` get a claims challenge. Default: the app from the start. */
  revoke(clientId?: string): void;
}

/** An embedded tenant on a loopback socket. All functions work detached, so that it can be destructured. */
export interface Emulator extends EmulatedTenant, AsyncDisposable {
  /** Carries requests for Microsoft's hosts, of all clouds, to the emulator; refuses any other host. */
  readonly fetch: typeof globalThis.fetch;
  /** Where it listens: `http://127.0.0.1:<port>`, or `https:` with `tls`. Entra and Graph are both found there. */
  readonly origin: string;
  /** With `tls`: the certificate authority to trust, as PEM. */
  readonly ca: string | undefined;
  /** The latest ten thousand requests, oldest first. Empty it by `length = 0`. */
  readonly requests: RecordedRequest[];
  readonly faults: Faults;
  readonly clock: MovableClock;
  /** One more tenant, which has consented to the app of the first one. */
  addTenant(options?: TenantOptions & Pick<EmulatorOptions, "roles">): EmulatedTenant;
  /** Back to the start: people, apps, faults, log, clock, switches; further tenants are gone. Tokens stay valid. */
  reset(): void;
  /** Closes every connection. */
  stop(): Promise<void>;
}

const loopback = ["127.0.0.1", "localhost", "::1"];

/**
 * Starts an embedded tenant: an identity platform and a Graph that speak as Microsoft's do, for tests and trials without a tenant.
 * @throws TypeError for unknown options
 * @example
 * await using emulator = await startEmulator({ users: 2500 });
 * const { tenantId, clientId, clientSecret, fetch } = emulator;
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkNames(options);
  const { seed = 1, host = "127.0.0.1", port = 0, errorSeparator = "space", challengeSpelling = "quoted" } = options;
  if (!loopback.includes(host)) {
    process.emitWarning(`The emulator listens on ${host}: whoever reaches that address can use it.`, "EmulatorWarning");
  }
  const signingKey = createSigningKey();
  signingKey.catch(() => {}); // Reported to whoever needs the key.

  let offset = 0;
  const clock: MovableClock = {
    now: () => Date.now() + offset,
    advance: (ms) => {
      offset += ms;
    },
  };
  const requests: RecordedRequest[] = [];
  const faults = createFaults(seed);
  const tenants = new Map<string, Tenant>();
  const graphs = new Map<string, GraphService>();
  const findTenant = (name: string) =>
    tenants.get(name.toLowerCase()) ?? [...tenants.values()].find((tenant) => tenant.isNamed(name));

  const entra = createEntraService({
    ...{ findTenant, signingKey, clock, errorSeparator },
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3599,
    strict: options.strict === true ? strictest : options.strict || {},
  });

  const listener = createListener({
    ...{ clock, faults, requests, errorSeparator },
    services: {
      entra: entra.handle,
      async graph(request, entry) {
        const key = await signingKey;
        const verified = verifyBearer(request, key, findTenant, challengeSpelling);
        if ("challenge" in verified) {
          return answerAsGraph(request, () => {
            throw new GraphRefusal(401, "InvalidAuthenticationToken", verified.message, {
              "www-authenticate": verified.challenge,
            });
          });
        }
        const { tenant, claims } = verified;
        entry.claims = claims;
        const roles = (claims.roles ?? []) as readonly string[];
        const caller = { tenantId: tenant.id, clientId: String(claims.appid), roles, token: claims };
        return graphs.get(tenant.id)!.handle(request, caller);
      },
    },
  });

  function addTenant(
    { users = 1000, tenantId, domain, ...rest }: TenantOptions,
    fallback: { seed: number; domain: string },
  ): Tenant {
    const own = rest.seed ?? fallback.seed;
    const id = (tenantId ?? tenantIdOf(own)).toLowerCase();
    if (findTenant(id) || findTenant(domain ?? fallback.domain))
      throw new TypeError(`There is a tenant ${id} already.`);
    const name = (domain ?? fallback.domain).toLowerCase();
    const directory = createDirectory({ users, seed: own, tenantId: id, domain: name, clock });
    const tenant = new Tenant(id, name, own, directory);
    tenants.set(id, tenant);
    graphs.set(id, createGraphService({ directory, clock, ...pickSwitches(options) }));
    return tenant;
  }

  const home = addTenant(options, { seed, domain: "contoso.onmicrosoft.com" });
  const registerHome = () =>
    home.register({
      displayName: "Directory reader",
      ...defined({ clientId: options.clientId, roles: options.roles }),
      ...(options.clientSecret !== undefined && { secrets: [options.clientSecret] }),
    });
  let homeApp = registerHome();
  const { clientId, clientSecret } = homeApp;

  const describe = (tenant: Tenant): EmulatedTenant => {
    const app = (id = clientId) => {
      const found = tenant.apps.get(id);
      if (!found) throw new Error(`No app ${id} is registered in ${tenant.domain}.`);
      return found;
    };
    return {
      ...{ tenantId: tenant.id, domain: tenant.domain, clientId, clientSecret },
      ...{ users: tenant.directory, graph: graphs.get(tenant.id)!.switches, app },
      addApp: (appOptions = {}) => tenant.register(appOptions),
      revoke(id) {
        app(id).validFrom = Math.floor(clock.now() / 1000) + 1;
      },
    };
  };

  const names = typeof options.tls === "object" ? options.tls.hostnames : [];
  const tls = options.tls ? createTlsIdentity([...new Set(["localhost", "127.0.0.1", host, ...names])]) : undefined;
  // What `fetch` carries goes over a plain socket of its own, since fetch can't be told which certificate authority to trust.
  const plain = await listen(listener, tls ? 0 : port, tls ? "127.0.0.1" : host);
  const secure = tls && (await listen(listener, port, host, tls));
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const shown = reachable.includes(":") ? `[${reachable}]` : reachable;
  const origin = secure ? `https://${shown}:${secure.port}` : `http://${shown}:${plain.port}`;
  const socket = tls ? `http://127.0.0.1:${plain.port}` : origin;

  const stop = async () => {
    await Promise.all([plain.close(), secure?.close()]);
  };
  return {
    ...describe(home),
    ...{ origin, ca: tls?.ca, requests, faults, clock, stop },
    fetch: createCarrier(socket, [origin, ...(options.origins ?? [])]),
    addTenant({ roles, ...tenantOptions } = {}) {
      const number = tenants.size + 1;
      const tenant = addTenant(tenantOptions, { seed: seed + number - 1, domain: `contoso${number}.onmicrosoft.com` });
      tenant.consent(homeApp.registration, defined({ roles }));
      return describe(tenant);
    },
    reset() {
      offset = 0;
      requests.length = 0;
      faults.clear();
      entra.reset();
      for (const id of [...tenants.keys()].filter((name) => name !== home.id)) {
        tenants.delete(id);
        graphs.delete(id);
      }
      home.directory.reset();
      graphs.get(home.id)!.reset();
      home.clear();
      homeApp = registerHome();
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Without the fields that are `undefined`, so that they don't hide defaults. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

const optionNames: Record<keyof EmulatorOptions, true> = {
  ...{ users: true, seed: true, tenantId: true, domain: true, clientId: true, clientSecret: true, roles: true },
  ...{ port: true, host: true, tls: true, origins: true, tokenLifetimeSeconds: true, strict: true },
  ...{ errorSeparator: true, challengeSpelling: true },
  ...{ throttle: true, pageTokenLifetimeMs: true, deltaTokenLifetimeMs: true, deltaPageSize: true },
  ...{ shortPages: true, replays: true, shuffle: true },
};

function checkNames(options: object): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(optionNames, name)) continue;
    throw new TypeError(`startEmulator() has no option "${name}". It knows ${Object.keys(optionNames).join(", ")}.`);
  }
}
