import type { AuthenticationProvider } from "@microsoft/microsoft-graph-client";
import { type Checks, checkedOptions, kinds, numberFrom } from "../check-options.js";
import { type Clock, systemClock } from "../clock.js";
import { type CloudHosts, type CloudName, resolveCloud } from "../clouds.js";
import { Client } from "../graph-sdk.js";
import { type Fetch, resolveFetch } from "../http/fetch.js";
import { refusal } from "../refusal.js";
import type { ClientTraits, RetryOptions } from "./requests/attempt-policy.js";
import { graphChain } from "./requests/middleware.js";
import type { RequestTally } from "./requests/request-tally.js";
import { ThrottleGates } from "./requests/throttle-gates.js";
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
  /**
   * Milliseconds for one attempt: token, answer and JSON body together; and for each part of any other body, while
   * somebody waits for it. Default 60,000; `Infinity` for no limit.
   */
  timeoutMs?: number | undefined;
  /**
   * Bytes that JSON or text may have, unpacked; what has more fails as `invalid_response`. Streams, blobs and buffers
   * have no limit. Default 268,435,456 (256 MiB); `Infinity` for no limit.
   */
  maxBodyBytes?: number | undefined;
  /** How persistent the client is. */
  retry?: RetryOptions | undefined;
  /** @internal Time, for tests. */
  clock?: Clock | undefined;
}

const defaultRetry: ClientTraits["retry"] = { attempts: 6, budgetMs: 300_000, delayMs: 1_000 };
const defaultTimeoutMs = 60_000;
const defaultMaxBodyBytes = 256 * 2 ** 20;

const checks = {
  authProvider: kinds.anything,
  version: { accepts: (value) => value === "v1.0" || value === "beta", expected: '"v1.0" or "beta"' },
  cloud: kinds.anything,
  fetch: kinds.fetch,
  timeoutMs: numberFrom(1),
  maxBodyBytes: numberFrom(1),
  retry: kinds.anything,
  clock: kinds.anything,
} satisfies Checks<GraphClientOptions>;

const retryChecks = {
  attempts: kinds.amount,
  budgetMs: numberFrom(0),
  delayMs: numberFrom(0),
  priority: {
    accepts: (value) => value === "low" || value === "normal" || value === "high",
    expected: '"low", "normal" or "high"',
  },
} satisfies Checks<RetryOptions>;

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
  const given = checkedOptions(options, checks, "createGraphClient()");
  const {
    authProvider,
    version = "v1.0",
    timeoutMs = defaultTimeoutMs,
    maxBodyBytes = defaultMaxBodyBytes,
    clock = systemClock,
  } = given;
  checkProvider(authProvider);
  const {
    attempts = defaultRetry.attempts,
    budgetMs = defaultRetry.budgetMs,
    delayMs = defaultRetry.delayMs,
    priority,
  } = checkedOptions(given.retry ?? {}, retryChecks, "retry");
  const { graphRoot } = resolveCloud(cloudOf(given));
  const fetch = given.fetch ?? authProvider.fetch;
  if (fetch !== undefined && typeof fetch !== "function") {
    throw refusal("invalid_options", 'The "fetch" of "authProvider" is not a function.', kinds.fetch.remedy);
  }

  const traits = {
    ...defaultTraits(graphRoot),
    retry: { attempts, budgetMs, delayMs, ...(priority && { priority }) },
    timeoutMs,
    maxBodyBytes,
    clock,
  };
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

/** The same client, with what is asked through it counted. */
export function talliedClient(client: Client, tally: RequestTally): Client {
  const tallied = { api: (path: string) => client.api(path) } as Client;
  traitsByClient.set(tallied, { ...traitsOf(client), tally });
  return tallied;
}

function defaultTraits(graphRoot: string): ClientTraits {
  return {
    graphRoot,
    retry: defaultRetry,
    timeoutMs: defaultTimeoutMs,
    maxBodyBytes: defaultMaxBodyBytes,
    clock: systemClock,
    gates: new ThrottleGates(),
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
  throw refusal(
    "invalid_options",
    authProvider === undefined ? '"authProvider" is missing.' : '"authProvider" has no getAccessToken().',
    typeof getToken === "function"
      ? "It looks like an Azure credential: pass new AppIdentityAuthProvider({ tokenCredential })."
      : "Pass an AppIdentityAuthProvider, or any AuthenticationProvider of the Graph SDK.",
  );
}

function cloudOf({ authProvider, cloud }: GraphClientOptions): CloudName | CloudHosts | undefined {
  const own = authProvider.cloud;
  if (cloud !== undefined && own !== undefined && resolveCloud(cloud).graphRoot !== resolveCloud(own).graphRoot) {
    throw refusal(
      "invalid_options",
      '"cloud" is not the cloud of "authProvider".',
      "Set it once, on the provider: its tokens fit no other Graph.",
    );
  }
  return own ?? cloud;
}
