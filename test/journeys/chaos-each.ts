import { isDeepStrictEqual } from "node:util";
import { isAppIdentityError } from "../../src/errors.js";
import { readEach } from "../../src/graph/read-each.js";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import type { EmulatedTenant, Emulator } from "../../src/testing/index.js";
import { type ChaosRun, chaoticTenant } from "./chaos.js";

/** A number, so that an item may come twice by mistake and be noticed, and what it is to lead to. */
interface Item {
  n: number;
  path: string;
}

const nobody = "00000000-0000-4000-8000-000000000000";

/** Objects, collections of one page and of many, bytes, and what isn't there. */
function itemsOf(tenant: EmulatedTenant, count: number): Item[] {
  const users = [...tenant.users.ids()];
  const groups = [...tenant.groups.ids()];
  const paths = [
    (n: number) => `/users/${users[n % users.length]}/manager?$select=id,displayName`,
    (n: number) => `/groups/${groups[n % groups.length]}/members?$select=id&$top=10`,
    (n: number) => `/users/${users[n % users.length]}/memberOf?$select=id`,
    (n: number) => `/users/${n % 2 ? nobody : users[n % users.length]}?$select=id`,
    (n: number) => `/users/${users[n % users.length]}/photos/48x48/$value`,
  ];
  return Array.from({ length: count }, (_, n) => ({ n, path: paths[n % paths.length]!(n) }));
}

/**
 * Reads what belongs to each of many while everything that is known to go wrong goes wrong, in the batches and in their steps, and
 * begins again after each error with what wasn't handed out. What counts in the end is what each item was given: an item without the
 * right value is `lost`, one that was handed out again is `doubled`.
 */
export async function runEachChaos(
  emulator: Emulator,
  seed: number,
  faults: readonly string[],
  count = 40,
): Promise<ChaosRun> {
  const { tenant, client, clock, random } = chaoticTenant(emulator, seed, faults, {
    users: 25,
    groups: 8,
    batches: true,
  });
  tenant.app().roles = ["Directory.Read.All", "Member.Read.Hidden", "ProfilePhoto.Read.All"];
  const items = itemsOf(tenant, count);
  const run = { seed, faults, requests: 0, pages: 0, resumed: {} as Record<string, number>, restarts: 0 };
  const found = new Map<Item, unknown>();
  let doubled = 0;
  const note = (error: unknown) => {
    // Not aborted by anyone but this run: an error of ours, that says which step it was.
    if (!isAppIdentityError(error)) throw new Error(`Seed ${seed}: this isn't our error.`, { cause: error });
    run.resumed[error.code] = (run.resumed[error.code] ?? 0) + 1;
    if (run.resumed[error.code]! > 1_000) throw new Error(`Seed ${seed}: this comes to no end.`, { cause: error });
    // Whoever is asked to come back later does; a person would wait before trying again in any case.
    clock.skip(error.retryAfterMs ?? 60_000);
  };

  let left = items;
  while (left.length > 0) {
    const stop = new AbortController();
    const expected = [...left];
    const failed = random() < 0.5 ? ("yield" as const) : ("throw" as const);
    const options = { concurrency: 1 + Math.floor(random() * 4), failed, signal: stop.signal };
    run.restarts += 1;
    try {
      const reading = readEach(client, left, ({ path }) => path, options as typeof options & { failed: "yield" });
      for await (const { item, value, error } of reading) {
        run.pages += 1;
        if (item !== expected.shift()) throw new Error(`Seed ${seed}: item ${item.n} comes out of order.`);
        if (error !== undefined) {
          note(error);
          continue;
        }
        doubled += Number(found.has(item));
        found.set(item, value);
        const chance = random();
        if (chance < 0.01) stop.abort();
        else if (chance < 0.02) break;
      }
    } catch (error) {
      if (!stop.signal.aborted) note(error);
    }
    left = items.filter((item) => !found.has(item));
  }

  const requests = emulator.requests.length;
  emulator.faults.clear();
  const right = await truth(emulator, tenant, items);
  const lost = items.filter((item) => !isDeepStrictEqual(found.get(item), right.get(item.path))).length;
  return { ...run, requests, users: items.length, lost, doubled };
}

interface Body {
  value?: unknown[];
  "@odata.nextLink"?: string;
}

/** What Graph says, asked one by one, by nothing but fetch. */
async function truth(
  { fetch }: Emulator,
  tenant: EmulatedTenant,
  items: readonly Item[],
): Promise<Map<string, unknown>> {
  const { tenantId, clientId, clientSecret } = tenant;
  const token = await new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch }).getAccessToken();
  const ask = (url: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const found = new Map<string, unknown>();
  for (const { path } of items) {
    const response = await ask(`https://graph.microsoft.com/v1.0${path}`);
    if (response.status === 404) found.set(path, undefined);
    else if (!/json/.test(response.headers.get("content-type") ?? "")) found.set(path, await bytesOf(response));
    else {
      let body = (await response.json()) as Body;
      const all = body.value;
      while (all && body["@odata.nextLink"]) {
        body = (await (await ask(body["@odata.nextLink"])).json()) as Body;
        all.push(...(body.value ?? []));
      }
      found.set(path, all ?? body);
    }
  }
  return found;
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}
