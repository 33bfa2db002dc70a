import { type AppIdentityError, isAppIdentityError } from "../../src/errors.js";
import { createGraphClient } from "../../src/graph/client.js";
import type { ListProgress } from "../../src/graph/paging/progress.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { type Emulator, type Fault, startEmulator, type TenantOptions } from "../../src/testing/index.js";
import { listUsers } from "../../src/users/list-users.js";
import { HastyClock } from "../support/hasty-clock.js";

/**
 * Lists a directory of the embedded tenant while everything that is known to go wrong goes wrong, at random from a seed, and goes on
 * from the token of each error. What counts in the end is who was handed out: everybody, and nobody twice.
 */

/** Everything that goes wrong, by name. The chance of each is set by the run. */
export const faultKinds: Record<string, Fault> = {
  "connection reset": { reset: true },
  "reset in the body": { resetInBody: true },
  "JSON that breaks off": { truncate: true },
  "HTML with status 200": { html: true },
  "empty answer": { body: "" },
  "no page": { body: { value: null } },
  "empty nextLink": { body: { value: [], "@odata.nextLink": "" } },
  silence: { hang: true },
  "429 with Retry-After": { status: 429, retryAfter: 3 },
  "429 with a date": { status: 429, retryAfter: "Fri, 31 Dec 2100 00:00:00 GMT" },
  "429 without": { status: 429 },
  "500": { status: 500 },
  "502 in HTML": { status: 502, html: true },
  "503 with Retry-After": { status: 503, retryAfter: 2 },
  "504": { status: 504 },
  "408": { status: 408 },
  "401": { status: 401 },
  "403": { status: 403 },
  redirect: { status: 302, headers: { location: "https://graph.microsoft.com.evil.example/" } },
  "expired page token": { expiredPageToken: true },
  "lost page token": { status: 400, body: { error: { code: "DirectoryPageTokenNotFoundException", message: "" } } },
  "page token lost for good": { expiredPageToken: true },
  loop: { loop: true },
  "foreign link": { foreignLink: true },
  "link to another port": { foreignLink: "https://graph.microsoft.com:8443" },
};

export interface ChaosRun {
  seed: number;
  faults: readonly string[];
  requests: number;
  pages: number;
  /** How often the listing failed and was taken up again. */
  resumed: Record<string, number>;
  restarts: number;
  users: number;
  lost: number;
  doubled: number;
}

/** The emulator of many runs: each brings a tenant of its own, made from the run's seed. */
export function startChaos(): Promise<Emulator> {
  return startEmulator({ users: 0, seed: 2 ** 31 - 1 });
}

/**
 * A tenant of its own for one run, and a client of it, between which the given faults happen at random. With `batches` they
 * happen a fifth as often, as each step of a batch is struck for itself; and time is skipped for the tokens, too: what the provider
 * postpones after refusals takes none.
 */
export function chaoticTenant(
  emulator: Emulator,
  seed: number,
  faults: readonly string[],
  { batches = false, ...sizes }: TenantOptions & { batches?: boolean },
) {
  const random = seeded(seed);
  const tenant = emulator.addTenant({ ...sizes, seed, domain: `chaos${seed}.onmicrosoft.com` });
  tenant.graph.shortPages = random() < 0.5 ? 0.2 : 0;
  emulator.requests.length = 0;
  emulator.faults.clear();
  const { tenantId, clientId, clientSecret } = tenant;
  const { fetch } = emulator;
  const clock = new HastyClock();
  const client = createGraphClient({
    authProvider: new AppIdentityAuthProvider({
      tenantId,
      clientId,
      clientSecret,
      fetch,
      clock: batches ? clock : undefined,
    }),
    clock,
    timeoutMs: 501,
    retry: { attempts: 3 },
  });
  const chance = (0.05 + random() * 0.3) / faults.length / (batches ? 5 : 1);
  for (const name of faults) {
    const fault = faultKinds[name] as Fault;
    let asked = 0;
    let again = 0;
    const where = () => {
      asked += 1;
      // Silence costs real time.
      if (asked !== again && random() >= (fault.hang ? chance / 10 : chance)) return false;
      // The last good link is asked in between, and its fresh link is no better.
      if (name === "page token lost for good" && asked !== again) again = asked + 2;
      return true;
    };
    emulator.faults.add({ service: "graph", times: Number.POSITIVE_INFINITY, where, ...fault });
  }
  return { tenant, client, clock, random };
}

/** One listing under the given faults, from the first user to the last, however often it has to be taken up again. */
export async function runChaos(
  emulator: Emulator,
  seed: number,
  faults: readonly string[],
  users = 300,
): Promise<ChaosRun> {
  const { tenant, client, clock, random } = chaoticTenant(emulator, seed, faults, { users });
  const options = {
    select: ["id", "displayName"],
    pageSize: 3 + Math.floor(random() * 10),
    prefetch: random() < 0.7,
    restart: random() < 0.5,
  } as const;
  const run = { seed, faults, requests: 0, pages: 0, resumed: {} as Record<string, number>, restarts: 0 };
  const found: string[] = [];
  let token: string | undefined;
  let over = false;
  while (!over) {
    let last: ListProgress | undefined;
    const stop = new AbortController();
    const listing = listUsers(client, { ...options, signal: stop.signal, onProgress: (progress) => (last = progress) });
    try {
      if (token === undefined) {
        for await (const { id } of listing) found.push(id);
      } else {
        for await (const { value } of listing.byPage({ continuationToken: token })) {
          found.push(...value.map(({ id }) => id));
          // Between two pages, a process is told to stop now and then.
          if (random() < 0.02) stop.abort();
        }
      }
      over = true;
    } catch (error) {
      const { code, continuationToken, retryAfterMs = 0 } = expectedFailure(error, seed);
      run.resumed[code] = (run.resumed[code] ?? 0) + 1;
      if (run.resumed[code] > 1_000) throw new Error(`Seed ${seed}: this comes to no end.`, { cause: error });
      token = continuationToken;
      // Whoever is asked to come back later does.
      clock.skip(retryAfterMs);
    }
    run.pages += last?.pages ?? 0;
    run.restarts += last?.restarts ?? 0;
    if (over && last?.done !== true) throw new Error(`Seed ${seed}: the listing ended without saying that it is done.`);
  }
  const expected = [...tenant.users.ids()];
  const distinct = new Set(found);
  return {
    ...run,
    requests: emulator.requests.length,
    users: expected.length,
    lost: expected.filter((id) => !distinct.has(id)).length,
    doubled: found.length - distinct.size,
  };
}

/** A listing may fail, but only with an error of ours that says where to go on. */
export function expectedFailure(error: unknown, seed: number): AppIdentityError & { continuationToken: string } {
  if (isAppIdentityError(error) && error.continuationToken !== undefined) {
    return error as ReturnType<typeof expectedFailure>;
  }
  throw new Error(`Seed ${seed}: the listing failed without a place to go on from.`, { cause: error });
}

/** Every kind alone, then mixtures of several, one run per seed. */
export function* chaosPlan(firstSeed: number): Generator<{ seed: number; faults: string[] }> {
  const names = Object.keys(faultKinds);
  let seed = firstSeed;
  for (const name of names) yield { seed: seed++, faults: [name] };
  for (;;) {
    const random = seeded(seed);
    const count = 2 + Math.floor(random() * 8);
    yield { seed: seed++, faults: [...names].sort(() => random() - 0.5).slice(0, count) };
  }
}

export function summary(runs: readonly ChaosRun[]): string {
  const sum = (of: (run: ChaosRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const resumed = new Map<string, number>();
  for (const run of runs) {
    for (const [code, times] of Object.entries(run.resumed)) resumed.set(code, (resumed.get(code) ?? 0) + times);
  }
  return [
    `seeds ${runs[0]?.seed}–${runs.at(-1)?.seed}, ${new Set(runs.flatMap(({ faults }) => faults)).size} kinds of faults`,
    `${sum(({ requests }) => requests)} requests, ${sum(({ pages }) => pages)} pages, ${sum(({ restarts }) => restarts)} restarts`,
    `taken up again after ${[...resumed].map(([code, times]) => `${code} ×${times}`).join(", ") || "nothing"}`,
    `${sum(({ users }) => users)} users, lost ${sum(({ lost }) => lost)}, doubled ${sum(({ doubled }) => doubled)}`,
  ].join("\n");
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
