import type { AppOptions } from "./app.js";
import { checkChoice, checkKnown, checkText, checkTexts, checkValue, checkWhole, defined } from "./check-options.js";
import { createConsent } from "./control/consent.js";
import { createControl } from "./control/control.js";
import type { Controlled } from "./control/route.js";
import { createSigningKey } from "./crypto/signing-key.js";
import { describeTenant, type EmulatedTenant } from "./emulated-tenant.js";
import type { ErrorSeparator } from "./entra/failure.js";
import { createEntraService } from "./entra/service.js";
import { type Strictness, strictest } from "./entra/strictness.js";
import { type ArmedFaults, createFaults, type Faults } from "./faults/faults.js";
import { createGraphService } from "./graph/service.js";
import type { GraphSwitches } from "./graph/switches.js";
import type { ChallengeSpelling } from "./graph/verify-bearer.js";
import { createCarrier } from "./server/emulator-fetch.js";
import { openServer } from "./server/open-server.js";
import type { SnapshotSource } from "./state/take-snapshot.js";
import { Tenant, type TenantOptions } from "./tenant.js";
import { createAnswered } from "./wire/answered.js";
import type { RecordedRequest } from "./wire/request-log.js";

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
  /**
   * Be a proxy as well, for programs that obey `HTTPS_PROXY`: Microsoft's login and Graph hosts end here, under a certificate that `ca`
   * vouches for; other hosts are passed on, unless the emulator listens beyond loopback. Default `false`.
   */
  proxy?: boolean;
  /**
   * Let it be controlled over HTTP, under `/_emulator/` of its address, by programs of any language: grants, secrets, people, faults,
   * clock. `token` is what they have to show as a bearer; where the emulator listens beyond loopback, nothing is controlled without one.
   * `onStop` is told that it is to stop; without it, it stops. Default `false`.
   */
  control?: boolean | ControlSettings;
  /** Life of a token, in seconds. Default 3599, and 86399 for revocable tokens (`cp1`). */
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

/** Who may control an emulator over HTTP, and what becomes of its end. */
export interface ControlSettings {
  token?: string;
  onStop?(): void;
  /** Told under `health`. */
  version?: string;
}

/** Time in the emulator. */
export interface MovableClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Moves time by so many milliseconds, back if negative. */
  advance(ms: number): void;
}

/** An embedded tenant on a loopback socket. All functions work detached, so that it can be destructured. */
export interface Emulator extends EmulatedTenant, AsyncDisposable {
  /** Carries requests for Microsoft's hosts, of all clouds, to the emulator; refuses any other host. */
  readonly fetch: typeof globalThis.fetch;
  /** Where it listens: `http://127.0.0.1:<port>`, or `https:` with `tls`. Entra and Graph are both found there; with `tls`, plain HTTP too. */
  readonly origin: string;
  /** With `tls` or `proxy`: the certificate authority to trust, as PEM. */
  readonly ca: string | undefined;
  /** With `proxy`: its address, for `HTTPS_PROXY`. */
  readonly proxy: string | undefined;
  /** With `control`: where it is controlled, `http://127.0.0.1:<port>/_emulator/`. */
  readonly console: string | undefined;
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

const tenantOptionNames: Record<keyof TenantOptions, true> = {
  users: true,
  groups: true,
  devices: true,
  applications: true,
  contacts: true,
  administrativeUnits: true,
  seed: true,
  tenantId: true,
  domain: true,
};
const optionNames: Record<keyof EmulatorOptions, true> = {
  ...tenantOptionNames,
  clientId: true,
  clientSecret: true,
  roles: true,
  port: true,
  host: true,
  tls: true,
  proxy: true,
  control: true,
  origins: true,
  tokenLifetimeSeconds: true,
  strict: true,
  errorSeparator: true,
  challengeSpelling: true,
  throttle: true,
  pageTokenLifetimeMs: true,
  deltaTokenLifetimeMs: true,
  deltaPageSize: true,
  deltaRelatedSize: true,
  deltaExpiry: true,
  shortPages: true,
  replays: true,
  shuffle: true,
};

const isLoopback = (host: string) => /^(127\.|localhost$|::1$)/.test(host);

function checkListening({ port, host, tls, proxy, control, origins }: EmulatorOptions): void {
  const isOrigin = (text: unknown) => URL.canParse(String(text)) && new URL(String(text)).origin === text;
  checkWhole("port", port, 0, 65_535);
  checkText("host", host);
  checkValue("tls", tls, typeof tls === "boolean" || Array.isArray(tls?.hostnames), "a boolean or { hostnames: [] }");
  checkTexts("hostnames", typeof tls === "object" ? tls.hostnames : undefined);
  checkValue("proxy", proxy, typeof proxy === "boolean", "a boolean");
  if (typeof control === "object") {
    checkKnown("control", control, { token: true, onStop: true, version: true });
    checkText("token", control.token);
  } else checkValue("control", control, typeof control === "boolean", "a boolean or { token }");
  checkValue(
    "origins",
    origins,
    Array.isArray(origins) && origins.every(isOrigin),
    'a list as ["https://contoso.com"]',
  );
}

/** What is open to the network isn't controlled by whoever comes. */
function controlSettings(control: EmulatorOptions["control"], loopbackOnly: boolean): ControlSettings | undefined {
  const settings = control === true ? {} : control || undefined;
  return loopbackOnly || settings?.token ? settings : undefined;
}

/**
 * Starts an embedded tenant: an identity platform and a Graph that speak as Microsoft's do, for tests and trials without a tenant.
 *
 * It stands for what a service needs that reads a directory as itself. Not emulated: sign-in of users and everything else that isn't
 * the client-credential grant, conditional access, writing through Graph, and the consistency
 * delays of a real directory. What Graph v1.0 has beyond it, by its metadata, is answered 501 `EmulatorGap`.
 * @throws TypeError or RangeError for unknown options, and for values that mean nothing
 * @example
 * await using emulator = await startEmulator({ users: 2500 });
 * const { tenantId, clientId, clientSecret, fetch } = emulator;
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startFurnished(options, () => {});
}

/** What may be put into an emulator when it starts. */
export interface Furnishing extends SnapshotSource {
  faults: ArmedFaults;
  clock: MovableClock & { offset(): number };
  addTenant: Emulator["addTenant"];
}

/**
 * The same, with what is to be there from the start, and again after each reset.
 * Over sixty lines: it puts together the parts, which have to know each other, and gives them out as one object.
 * @param furnish is called before a socket is open
 */
export async function startFurnished(
  options: EmulatorOptions,
  furnish: (furnishing: Furnishing) => void,
): Promise<Emulator> {
  checkKnown("startEmulator()", options, optionNames);
  const strict = options.strict === true ? strictest : options.strict || {};
  checkKnown("strict", strict, strictest);
  checkWhole("seed", options.seed, 0);
  checkListening(options);
  checkChoice("errorSeparator", options.errorSeparator, ["space", "crlf"]);
  checkChoice("challengeSpelling", options.challengeSpelling, ["quoted", "unquoted"]);
  const { seed = 1, host = "127.0.0.1", port = 0, errorSeparator = "space", challengeSpelling = "quoted" } = options;
  if (!isLoopback(host)) {
    process.emitWarning(`The emulator listens on ${host}: whoever reaches that address can use it.`, "EmulatorWarning");
  }
  const signingKey = createSigningKey();
  signingKey.catch(() => {}); // Reported to whoever needs the key.

  let offset = 0;
  const clock: MovableClock = {
    now: () => Date.now() + offset,
    advance: (ms) => {
      const reached = new Date(Date.now() + offset + ms).getTime();
      checkValue("advance()", ms ?? null, Number.isFinite(ms) && Number.isFinite(reached), "a number of milliseconds");
      offset += ms;
    },
  };
  const requests: RecordedRequest[] = [];
  const answered = createAnswered(requests);
  const faults = createFaults(seed);
  /** Each under its id and its domain. */
  const tenants = new Map<string, Tenant>();
  const findTenant = (name: string) => tenants.get(name.toLowerCase());

  const entra = createEntraService({
    findTenant,
    signingKey,
    clock,
    errorSeparator,
    strict,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds,
  });
  const graph = createGraphService({ findTenant, signingKey, challengeSpelling });
  const services = { entra: entra.handle, graph: graph.handle };

  function addTenant(tenantOptions: { [K in keyof TenantOptions]: TenantOptions[K] | undefined }): Tenant {
    const number = tenants.size / 2;
    const fallback = { seed: seed + number, domain: `contoso${number ? number + 1 : ""}.onmicrosoft.com` };
    const tenant = new Tenant({ ...fallback, ...defined(tenantOptions) }, clock, options);
    for (const name of [tenant.id, tenant.domain]) {
      if (tenants.has(name)) throw new TypeError(`There is a tenant ${name} already.`);
    }
    for (const name of [tenant.id, tenant.domain]) tenants.set(name, tenant);
    return tenant;
  }

  const { clientId, clientSecret, roles } = options;
  const { seed: _, ...others } = options;
  const home = addTenant(others);
  const registerHome = () =>
    home.register({
      displayName: "Directory reader",
      ...defined({ clientId, roles, secrets: clientSecret === undefined ? undefined : [clientSecret] }),
    });
  const first = registerHome();
  const movable = { ...clock, offset: () => offset };
  const furnishing: Furnishing = { tenant: home, faults, clock: movable, addTenant: addFurtherTenant };
  furnish(furnishing);
  function reset(): void {
    offset = 0;
    requests.length = 0;
    faults.clear();
    entra.reset();
    home.reset();
    registerHome();
    for (const [name, tenant] of tenants) if (tenant !== home) tenants.delete(name);
    furnish(furnishing);
  }

  function addFurtherTenant({ roles: granted, ...tenantOptions }: Parameters<Emulator["addTenant"]>[0] = {}) {
    checkKnown("addTenant()", tenantOptions, tenantOptionNames);
    const tenant = addTenant(tenantOptions);
    tenant.consent(home.app(first.clientId).registration, defined({ roles: granted }));
    return describeTenant(tenant, first, clock);
  }

  // Spread here, so that what is wrong with the options shows before a socket is open.
  const described = { ...describeTenant(home, first, clock) };
  const { tls = false, proxy = false, origins = [] } = options;
  const controlled = controlSettings(options.control, isLoopback(host));
  const outside: Omit<Controlled, "events"> = {
    clock: movable,
    faults,
    requests,
    answered,
    reset,
    tenant: (name) => (name === undefined ? home : findTenant(name)),
    stop: () => (controlled?.onStop ? controlled.onStop() : void server.close()),
    get origin() {
      return server.origin;
    },
    get ca() {
      return server.ca;
    },
  };
  const server = await openServer({
    host,
    port,
    tls,
    proxy,
    services,
    clock,
    faults,
    requests,
    answered,
    errorSeparator,
    loopbackOnly: isLoopback(host),
    control(isOwn) {
      const consent = createConsent({ tenant: outside.tenant, requests, clock, isOwn });
      const control = controlled && createControl({ ...controlled, emulator: outside, isOwn });
      return (incoming, response) => consent(incoming, response) || control?.(incoming, response) === true;
    },
  });
  const { origin, ca, close: stop } = server;
  const consoleAddress = `${server.plainOrigin}/_emulator/`;

  return {
    ...described,
    origin,
    ca,
    proxy: proxy ? server.plainOrigin : undefined,
    console: controlled ? consoleAddress : undefined,
    requests,
    faults,
    clock,
    stop,
    fetch: createCarrier(server.plainOrigin, [origin, ...origins]),
    addTenant: addFurtherTenant,
    reset,
    [Symbol.asyncDispose]: stop,
  };
}
