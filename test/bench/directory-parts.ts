/** One part of directory.ts, in the environment of a tenant that is made for it. */
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "@microsoft/microsoft-graph-client";
import { AppIdentityAuthProvider, createGraphClient, listUsers, readDirectory, readEach } from "../../src/index.js";

const latencyMs = 40;
const rounds = 3;

/** What was asked since it was set back, and how much of it was refused. */
const asked = { requests: 0, units: 0, throttled: 0 };
const nativeFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  await pause(latencyMs);
  const response = await nativeFetch(input, init);
  asked.requests += 1;
  asked.units += Number(response.headers.get("x-ms-resource-unit") ?? 0);
  if (response.status === 429) asked.throttled += 1;
  return response;
};

const root = `${process.env.GRAPH_APP_IDENTITY_GRAPH_ROOT}/v1.0`;
const authProvider = AppIdentityAuthProvider.fromEnvironment();
const client = createGraphClient({ authProvider });

interface Answer {
  value: { id: string }[];
  "@odata.nextLink"?: string;
}

async function get(url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${await authProvider.getAccessToken()}` } });
  if (!response.ok) throw new Error(`${url} was answered ${response.status}`);
  return (await response.json()) as Answer;
}

async function all(path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let url: string | undefined = root + path; url; ) {
    const page: Answer = await get(url);
    ids.push(...page.value.map(({ id }) => id));
    url = page["@odata.nextLink"];
  }
  return ids;
}

/** So many at a time, one after the other. */
async function workers<T>(items: readonly T[], count: number, work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const each = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, each));
}

type Contestants = Record<string, () => Promise<unknown>>;

/** Seconds and requests of each, medians of rounds in which they take turns. */
async function compare(title: string, contestants: Contestants): Promise<void> {
  const taken = new Map<string, { seconds: number; requests: number }[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      Object.assign(asked, { requests: 0, units: 0, throttled: 0 });
      const startedAt = performance.now();
      await run();
      const sample = { seconds: (performance.now() - startedAt) / 1000, requests: asked.requests };
      taken.set(name, [...(taken.get(name) ?? []), sample]);
    }
  }
  const middle = (samples: { seconds: number; requests: number }[]) =>
    [...samples].sort((one, other) => one.seconds - other.seconds)[Math.floor(samples.length / 2)]!;
  const [ours] = [...taken.values()].map(middle);
  console.log(`\n${title}`);
  for (const [name, samples] of taken) {
    const { seconds, requests } = middle(samples);
    const ratio = (seconds / ours!.seconds).toFixed(2);
    console.log(
      `  ${name.padEnd(50)} ${seconds.toFixed(2).padStart(7)} s ${String(requests).padStart(6)} requests  ${ratio} × ours`,
    );
  }
}

async function managers(): Promise<void> {
  const users = (await all("/users?$select=id&$top=999")).slice(0, 2_000);
  const pathOf = (id: string) => `/users/${id}/manager?$select=id`;
  const sdk = Client.init({
    baseUrl: process.env.GRAPH_APP_IDENTITY_GRAPH_ROOT!,
    customHosts: new Set([new URL(root).hostname]),
    authProvider: (done) => void authProvider.getAccessToken().then((token) => done(null, token)),
  });
  const batch = async (ids: readonly string[]) => {
    const requests = ids.map((id, index) => ({ id: String(index), method: "GET", url: pathOf(id) }));
    const headers = {
      authorization: `Bearer ${await authProvider.getAccessToken()}`,
      "content-type": "application/json",
    };
    const response = await fetch(`${root}/$batch`, { method: "POST", headers, body: JSON.stringify({ requests }) });
    await response.json();
  };
  const batches = Array.from({ length: users.length / 20 }, (_, index) => users.slice(20 * index, 20 * index + 20));
  await compare("Managers of 2,000 users", {
    "readEach()": async () => {
      for await (const _ of readEach(client, users, pathOf));
    },
    "Promise.all over ten at a time, by the SDK": async () => {
      for (let at = 0; at < users.length; at += 10) {
        await Promise.all(
          users.slice(at, at + 10).map((id) =>
            sdk
              .api(pathOf(id))
              .get()
              .catch(() => undefined),
          ),
        );
      }
    },
    "$batch by hand, four in flight, nothing checked": () => workers(batches, 4, batch),
  });
}

async function members(): Promise<void> {
  const groups = (await all("/groups?$select=id&$top=999")).slice(0, 300);
  const pathOf = (id: string) => `/groups/${id}/members?$select=id&$top=999`;
  await compare("Members of 300 groups", {
    "readEach()": async () => {
      for await (const _ of readEach(client, groups, pathOf));
    },
    "one group after the other": () => workers(groups, 1, (id) => all(pathOf(id))),
  });
}

async function directory(): Promise<void> {
  const cursors = new Map<string, string>();
  const round = async (keep: Map<string, string>) => {
    let memberships = 0;
    const options = { users: { select: ["displayName"] }, groups: { select: ["displayName"] }, cursors } as const;
    for await (const { stream, cursor, changes } of readDirectory(client, options)) {
      keep.set(stream, cursor);
      memberships += changes.filter(({ kind }) => kind === "membership").length;
    }
    return memberships;
  };
  const users = () => all("/users?$select=id,displayName&$top=999");
  const byGroup = async (count: number, top: number) => {
    const [groups] = await Promise.all([all("/groups?$select=id,displayName&$top=999"), users()]);
    await workers(groups, count, (id) => all(`/groups/${id}/members?$select=id&$top=${top}`));
  };
  const stored = new Map<string, string>();
  const memberships = await round(stored);
  await compare(`Users, groups and ${memberships.toLocaleString("en")} memberships`, {
    "readDirectory()": () => round(new Map()),
    "our users alone": async () => {
      for await (const _ of listUsers(client, { select: ["id", "displayName"], pageSize: 999 }));
    },
    "25 workers, 100 members a page": () => byGroup(25, 100),
    "one group after the other, 999 members a page": () => byGroup(1, 999),
  });
  for (const [stream, cursor] of stored) cursors.set(stream, cursor);
  asked.requests = 0;
  await round(new Map());
  console.log(`  a quiet second round: ${asked.requests} requests for ${cursors.size} streams`);
}

/** Units in a second that Microsoft permits to an app in a tenant of fewer than fifty people. */
const permitted = 350;

async function pace(): Promise<void> {
  const forMs = 40_000;
  let stop = false;
  const walk = async () => {
    while (!stop) for await (const _ of listUsers(client, { select: ["id"], pageSize: 1 })) if (stop) break;
  };
  Object.assign(asked, { requests: 0, units: 0, throttled: 0 });
  const startedAt = performance.now();
  const walks = Array.from({ length: 25 }, walk);
  await pause(forMs);
  const { units, throttled, requests } = { ...asked };
  const seconds = (performance.now() - startedAt) / 1000;
  stop = true;
  await Promise.all(walks);
  // Ten seconds' units may be had at once, and the others as time goes on.
  const most = permitted * (10 + seconds);
  const share = (part: number, whole: number) => `${((100 * part) / whole).toFixed(2)} %`;
  console.log(`\n25 walks at once, where ${permitted} units a second are permitted`);
  console.log(`  used of ${Math.round(most)}: ${share(units, most)}; answered 429: ${share(throttled, requests)}`);
}

const parts: Record<string, () => Promise<void>> = { managers, members, directory, pace };
await parts[process.argv[2] ?? ""]!();
