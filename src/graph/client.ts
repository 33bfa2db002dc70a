import { inspect } from "node:util";
import { type AuthenticationProvider, Client } from "@microsoft/microsoft-graph-client";
import { checkOptionNames } from "../check-options.js";
import { type Clock, systemClock } from "../clock.js";
import { type CloudHosts, type CloudName, resolveCloud } from "../clouds.js";
import { AppIdentityError } from "../errors.js";
import { type Fetch, resolveFetch } from "../http/fetch.js";
import type { ClientTraits, RetryOptions } from "./requests/attempt-policy.js";
import { graphChain } from "./requests/middleware.js";
import { ThrottleGate } from "./requests/throttle-gate.js";
import { RefreshAllowance } from "./requests/token-refusals.js";

/** What `createGraphClient()` takes. */
export interface GraphClientOptions {
  /** Gives the tokens. An `AppIdentityAuthProvider` also brings its cloud and its fetch. */
  authProvider: AuthenticationProvider & { readonly cloud?: CloudHosts; readonly fetch?: Fetch };
  /** Version of Graph that paths are relative to. Default `"v1.0"`. */
  version?: "v1.0" | "beta" | undefined;
  /** Cloud of a provider that names none. Default: the provider's, else `"public"`. */
  cloud?: CloudName | CloudHosts | undefined;
  /** Carries every request. Default: the provider's, else the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Milliseconds for one attempt: token, answer and JSON body together. Default 60,000; `Infinity` for no limit. */
  timeoutMs?: number | undefined;
  /** How persistent the client is. */
  retry?: RetryOptions | undefined;
  /** @internal Time, for tests. */
  clock?: Clock | undefined;
}

const defaultRetry: Required<RetryOptions> = { attempts: 6, budgetMs: 300_000, delayMs: 1_000 };
const defaultTimeoutMs = 60_000;

const traitsByClient = new WeakMap<Client, ClientTraits>();

/**
 * The Graph SDK's own `Client`, which repeats passing trouble, obeys throttling, answers claims challenges, and sends
 * tokens nowhere but to Graph. What Graph refuses (400, 403, 404 …) fails as the SDK's `GraphError`; everything else as
 * an `AppIdentityError`: `throttled`, `graph_unavailable`, `network_error`, `timeout`, `unauthorized`, `aborted`,
 * `claims_challenge_unmet`, `invalid_response`, `unexpected_redirect`, and whatever the provider throws. A change is
 * repeated only where Graph says that it did nothing: 401, 403, 429, 503 with Retry-After.
 * @throws AppIdentityError `invalid_options`
 * @example
 * const client = createGraphClient({ authProvider, timeoutMs: 20_000 });
 * const organization = await client.api("/organization").get();
 */
export function createGraphClient(options: GraphClientOptions): Client {
  checkOptionNames(
    options,
    ["authProvider", "version", "cloud", "fetch", "timeoutMs", "retry", "clock"],
    "createGraphClient()",
  );
  const { authProvider, version = "v1.0", timeoutMs = defaultTimeoutMs, retry = {}, clock = systemClock } = options;
  checkProvider(authProvider);
  if (version !== "v1.0" && version !== "beta") {
    throw invalid(`"version" is ${JSON.stringify(version)}.`, 'Graph has two: "v1.0" and "beta".');
  }
  checkNumber("timeoutMs", timeoutMs, 1);
  checkOptionNames(retry, Object.keys(defaultRetry), "retry");
  const persistence = { ...defaultRetry, ...definedOf(retry) };
  checkNumber("retry.attempts", persistence.attempts, 1, Number.isInteger(persistence.attempts));
  checkNumber("retry.budgetMs", persistence.budgetMs, 0);
  checkNumber("retry.delayMs", persistence.delayMs, 0);
  const { graphRoot } = resolveCloud(cloudOf(options));
  const fetch = options.fetch ?? authProvider.fetch;
  if (fetch !== undefined && typeof fetch !== "function") {
    throw invalid('"fetch" is not a function.', "Give a function like the global fetch, or leave it out.");
  }

  const traits = { ...defaultTraits(graphRoot), retry: persistence, timeoutMs, clock };
  // The SDK looks for a global fetch even where it won't use it.
  const globalFetch = resolveFetch();
  const client = Client.initWithMiddleware({
    baseUrl: graphRoot,
    defaultVersion: version,
    customHosts: new Set([new URL(graphRoot).hostname]),
    middleware: graphChain(authProvider, fetch ?? globalFetch, traits),
  });
  traitsByClient.set(client, traits);
  return client;
}

/** How a client speaks to Graph: as it was created, or by default where a caller built it from the SDK alone. */
export function traitsOf(client: Client): ClientTraits {
  let traits = traitsByClient.get(client);
  if (traits === undefined) {
    traits = defaultTraits(graphRootOf(client));
    traitsByClient.set(client, traits);
  }
  return traits;
}

function defaultTraits(graphRoot: string): ClientTraits {
  return {
    graphRoot,
    retry: defaultRetry,
    timeoutMs: defaultTimeoutMs,
    clock: systemClock,
    gate: new ThrottleGate(),
    refreshes: new RefreshAllowance(),
  };
}

/** The SDK tells a client's base URL only through the requests it builds. */
function graphRootOf(client: Client): string {
  const request = client.api("/") as unknown as { buildFullUrl(): string };
  return new URL(request.buildFullUrl()).origin;
}

function checkProvider(authProvider: unknown): void {
  const { getAccessToken, getToken } = (authProvider ?? {}) as Record<string, unknown>;
  if (typeof getAccessToken === "function") return;
  throw invalid(
    authProvider === undefined ? '"authProvider" is missing.' : '"authProvider" has no getAccessToken().',
    typeof getToken === "function"
      ? "It looks like an Azure credential: pass new AppIdentityAuthProvider({ tokenCredential })."
      : "Pass an AppIdentityAuthProvider, or any AuthenticationProvider of the Graph SDK.",
  );
}

function cloudOf({ authProvider, cloud }: GraphClientOptions): CloudName | CloudHosts | undefined {
  const own = authProvider.cloud;
  if (cloud !== undefined && own !== undefined && resolveCloud(cloud).graphRoot !== resolveCloud(own).graphRoot) {
    throw invalid(
      '"cloud" is not the cloud of "authProvider".',
      "Set it once, on the provider: its tokens fit no other Graph.",
    );
  }
  return own ?? cloud;
}

function checkNumber(name: string, value: unknown, least: number, fits = true): void {
  if (typeof value === "number" && value >= least && fits) return;
  throw invalid(`"${name}" is ${inspect(value)}.`, `Give a${fits ? "" : " whole"} number, at least ${least}.`);
}

function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function invalid(message: string, remedy: string): AppIdentityError {
  return new AppIdentityError("invalid_options", message, { remedy });
}
