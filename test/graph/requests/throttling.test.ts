import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Client } from "@microsoft/microsoft-graph-client";
import { afterEach, describe, expect, it } from "vitest";
import { createGraphClient, type GraphClientOptions } from "../../../src/graph/client.js";
import { listAll } from "../../../src/graph/list-all.js";
import type { ListProgress } from "../../../src/graph/paging/progress.js";
import { isRead } from "../../../src/graph/requests/is-read.js";
import { Pace, usedShare } from "../../../src/graph/requests/pace.js";
import { pathTemplate } from "../../../src/graph/requests/path-template.js";
import { ThrottleGates } from "../../../src/graph/requests/throttle-gates.js";
import { throttleScopeOf, widthOf } from "../../../src/graph/requests/throttle-scope.js";
import type { GraphEvent } from "../../../src/graph/telemetry/operation.js";
import { countingProvider } from "../../support/graph-requests.js";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { ManualClock } from "../../support/manual-clock.js";
import { failureOf } from "../../support/refusal.js";
import { SkippingClock } from "../../support/skipping-clock.js";
import { until } from "../../support/until.js";

let loopback: Loopback | undefined;
afterEach(async () => {
  await loopback?.close();
  loopback = undefined;
});

type Answer = Parameters<typeof startLoopback>[0];

async function clientFor(answer: Answer, options: Partial<GraphClientOptions> = {}): Promise<Client> {
  loopback = await startLoopback(answer);
  const limits = { timeoutMs: Number.POSITIVE_INFINITY, retry: { attempts: 1 } };
  return createGraphClient({ authProvider: countingProvider(), fetch: loopback.fetch, ...limits, ...options });
}

const root = "https://graph.microsoft.com/v1.0";
const scopeOf = (path: string, writes = false) => throttleScopeOf(`${root}${path}`, writes);
const areaOf = (path: string) => {
  const { workload, resource } = scopeOf(path);
  return resource === undefined ? workload : `${workload}/${resource}`;
};
const paths = () => loopback!.requests.map(({ path }) => path.replace("/v1.0", ""));

describe("what shares a limit", () => {
  it.each([
    ["/users", "directory"],
    ["/users/ada@x", "directory"],
    ["/users/a/manager", "directory"],
    ["/groups/g/members?$top=5", "directory"],
    ["/directoryObjects/getByIds", "directory"],
    ["/servicePrincipals(appId='x')", "directory"],
    ["/me/memberOf", "directory"],
    ["/users/A/messages", "outlook/a"],
    ["/users/a/Photo/$value", "outlook/a"],
    ["/users('ada%40x')/mailFolders/inbox/messages", "outlook/ada@x"],
    ["/me/events", "outlook/me"],
    ["/groups/g/conversations", "outlook/g"],
    ["/users/a/drive/root", "sharepoint"],
    ["/drives/d/items/1/content", "sharepoint"],
    ["/sites/root", "sharepoint"],
    ["/teams/t/channels", "teams"],
    ["/users/a/chats", "teams"],
    ["/auditLogs/signIns", "reports"],
    ["/reports/getOffice365ActiveUserDetail(period='D7')", "reports"],
    ["/users?$select=id,signInActivity", "reports"],
    ["/identityProtection/riskyUsers", "identityprotection"],
    ["/security/alerts", "security"],
    ["/contacts", "directory"],
  ])("%s is %s", (path, area) => expect(areaOf(path)).toBe(area));

  it.each<[string | null, string, object]>([
    [null, "/users/a/messages", { area: "outlook/a", reads: true, writes: true }],
    ["nonsense", "/users/a/messages", { area: "outlook/a", reads: true, writes: true }],
    ["Tenant_Application/ReadWrite/app/tenant", "/users/a/messages", { area: "outlook", reads: true, writes: true }],
    ["Tenant_Application/Read/app/a", "/users/A/messages", { area: "outlook/a", reads: true, writes: false }],
    ["Tenant/Write/app/tenant", "/users", { area: "directory", reads: false, writes: true }],
    ["Application/ReadWrite/app/tenant", "/users", { area: "*", reads: true, writes: true }],
  ])("is as wide as x-ms-throttle-scope says: %s", (header, path, width) => {
    const headers = new Headers(header === null ? {} : { "x-ms-throttle-scope": header });
    expect(widthOf(headers, scopeOf(path))).toEqual(width);
  });
});

describe("a throttle answer", () => {
  const throttling =
    (throttled: RegExp, headers: Record<string, string> = {}): Answer =>
    ({ path }, response) =>
      throttled.test(path)
        ? json(response, 429, {}, { "retry-after": "3600", ...headers })
        : json(response, 200, { value: [] });
  const go = (client: Client, path: string, method: "get" | "post" = "get") =>
    (method === "get" ? client.api(path).get() : client.api(path).post({})).then(
      () => "sent",
      ({ code }: { code: string }) => code,
    );

  it.each<[string, string, string[], string[], Record<string, string>?]>([
    ["a mailbox", "/users/a/messages", ["/users", "/users/b/messages", "/groups"], ["/users/a/events"]],
    ["a report", "/reports/x", ["/users", "/users/a/messages"], ["/auditLogs/signIns"]],
    ["the directory", "/users", ["/users/a/messages", "/sites/s"], ["/groups", "/users/a/manager"]],
    [
      "a mailbox, but wide",
      "/users/a/messages",
      ["/users"],
      ["/users/b/messages"],
      { "x-ms-throttle-scope": "Tenant_Application/ReadWrite/x/t" },
    ],
    [
      "the app",
      "/users/a/messages",
      [],
      ["/users", "/sites/s"],
      { "x-ms-throttle-scope": "Application/ReadWrite/x/t" },
    ],
  ])("of %s leaves the others alone", async (_, hot, free, closed, headers) => {
    const exact = new RegExp(`^/v1.0${hot}$`);
    const client = await clientFor(throttling(exact, headers), { clock: new ManualClock() });
    expect(await go(client, hot)).toBe("throttled");
    for (const path of free) expect([path, await go(client, path)]).toEqual([path, "sent"]);
    const sent = loopback!.requests.length;
    for (const path of closed) expect([path, await go(client, path)]).toEqual([path, "throttled"]);
    expect(loopback!.requests).toHaveLength(sent);
  });

  it("of writing leaves reading alone", async () => {
    const client = await clientFor(
      ({ method }, response) =>
        method === "POST"
          ? json(response, 429, {}, { "retry-after": "3600", "x-ms-throttle-scope": "Tenant_Application/Write/a/t" })
          : json(response, 200, {}),
      { clock: new ManualClock() },
    );
    expect(await go(client, "/users", "post")).toBe("throttled");
    expect(await go(client, "/users")).toBe("sent");
    expect(await go(client, "/groups", "post")).toBe("throttled");
  });

  it("within a scope makes the others wait within their budget", async () => {
    let throttled = 1;
    const client = await clientFor(
      (_, response) =>
        throttled-- > 0 ? json(response, 429, {}, { "retry-after": "30" }) : json(response, 200, { value: [] }),
      { clock: new SkippingClock(), retry: { attempts: 2 } },
    );
    await Promise.all(["/users", "/groups"].map((path) => client.api(path).get()));
    expect(loopback!.requests).toHaveLength(3);
  });

  it("of 3 % of a thousand photos costs those alone their time", () => {
    const gates = new ThrottleGates();
    const photo = (n: number) => scopeOf(`/users/${n}/photo/$value`);
    for (let n = 0; n < 1_000; n += 33) gates.close(2_000, 0, photo(n), new Headers());
    const waits = Array.from({ length: 1_000 }, (_, n) => gates.enter(photo(n), 0).waitMs);
    expect(waits.filter((ms) => ms > 0)).toEqual(Array(31).fill(2_000));
  });
});

describe("a Retry-After beyond all patience", () => {
  it.each(["999999999", "31536000", "Fri, 01 Jan 2090 00:00:00 GMT"])(
    "of %s holds for an hour, and then one request finds out for all",
    async (retryAfter) => {
      let answers = 0;
      const held: (() => void)[] = [];
      const clock = new ManualClock();
      const client = await clientFor(
        (_, response) => {
          if (answers++ === 0) return json(response, 429, {}, { "retry-after": retryAfter });
          return new Promise<void>((resolve) =>
            held.push(() => {
              json(response, 200, { value: [] });
              resolve();
            }),
          );
        },
        { clock },
      );
      const first = await failureOf(client.api("/users").get());
      expect(first).toMatchObject({ code: "throttled", retryAfterMs: 3_600_000 });
      clock.advance(3_000_000);
      expect((await failureOf(client.api("/users").get())).code).toBe("throttled");
      expect(loopback!.requests).toHaveLength(1);
      clock.advance(600_000);
      const all = Promise.all([1, 2, 3, 4].map((n) => client.api(`/users/${n}`).get()));
      await until(() => expect(held).toHaveLength(1));
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(loopback!.requests).toHaveLength(2);
      held.shift()!();
      await until(() => {
        clock.advance(2_100);
        for (const answer of held.splice(0)) answer();
        expect(loopback!.requests).toHaveLength(5);
      });
      for (const answer of held.splice(0)) answer();
      await all;
    },
  );

  it("that the probe meets again closes for another hour; one that finds out nothing leaves it to the next", () => {
    const gates = new ThrottleGates();
    const scope = scopeOf("/users");
    const hour = 3_600_000;
    gates.close(9 * hour, 0, scope, new Headers());
    expect(gates.enter(scope, hour)).toEqual({ waitMs: 0, probe: true });
    expect(gates.enter(scope, hour).waitMs).toBeGreaterThan(0);
    gates.settle(scope, true, hour);
    gates.close(9 * hour, hour, scope, new Headers());
    expect(gates.enter(scope, hour + 1).waitMs).toBe(hour - 1);
    expect(gates.enter(scope, 2 * hour).probe).toBe(true);
    gates.settle(scope, false, 2 * hour);
    expect(gates.enter(scope, 2 * hour)).toEqual({ waitMs: 0, probe: true });
    gates.settle(scope, true, 2 * hour);
    expect(gates.enter(scope, 2 * hour)).toEqual({ waitMs: 0, probe: false });
  });

  it("isn't shortened by a shorter one", () => {
    const gates = new ThrottleGates();
    const scope = scopeOf("/users");
    gates.close(60_000, 0, scope, new Headers());
    gates.close(1_000, 10, scope, new Headers());
    expect(gates.enter(scope, 10).waitMs).toBe(59_990);
  });
});

describe("Graph's own warning", () => {
  interface Bucket {
    /** Units that it holds. */
    limit: number;
    windowMs?: number;
    latencyMs: number;
    walks?: number;
    units?: number;
    lastMs?: number;
    /** How much of it others have used at the start. */
    full?: number;
  }

  /** A bucket that drains evenly, asked by walks at once; what it holds at the start isn't counted as served. */
  function asked({ limit, windowMs = 10_000, latencyMs, walks = 25, units = 1, lastMs = 40_000, full = 0 }: Bucket) {
    const pace = new Pace();
    const rate = limit / windowMs;
    const queue: { at: number; go: (at: number) => void }[] = [];
    const later = (at: number, go: (at: number) => void) => {
      const behind = queue.findLastIndex((each) => each.at > at);
      queue.splice(behind + 1, 0, { at, go });
    };
    let [used, drainedAt, served, refused, longestMs] = [full * limit, 0, 0, 0, 0];
    const walk = (since: number): void => {
      const place = pace.place(since);
      const enter = (at: number): void => {
        const waitMs = pace.waitMs(place, at);
        if (waitMs > 0) {
          later(at + waitMs, enter);
          return;
        }
        longestMs = Math.max(longestMs, at - since);
        later(at + latencyMs / 2, (sentAt) => {
          used = Math.max(0, used - (sentAt - drainedAt) * rate) + units;
          drainedAt = sentAt;
          const share = used / limit;
          later(sentAt + latencyMs / 2, (now) => {
            pace.answered(share > 0.8 ? share : undefined, now);
            if (share > 1) refused++;
            else if (now > lastMs / 4) served++;
            walk(now);
          });
        });
      };
      enter(since);
    };
    for (let n = 0; n < walks; n++) walk(0);
    for (let next = queue.pop()!; next.at <= lastMs; next = queue.pop()!) next.go(next.at);
    return { ofPermitted: (served * units) / (0.75 * lastMs * rate), refused, longestMs };
  }

  it.each<[string, Bucket]>([
    ["a small limit", { limit: 200, latencyMs: 40 }],
    ["a limit", { limit: 500, latencyMs: 30 }],
    ["a greater limit, further away", { limit: 1_750, latencyMs: 100 }],
    ["an answer that takes long", { limit: 500, latencyMs: 300 }],
    ["a hundred at once", { limit: 500, latencyMs: 40, walks: 100 }],
    ["one at a time", { limit: 50, latencyMs: 5, walks: 1 }],
    ["requests that cost much", { limit: 3_500, latencyMs: 40, units: 20 }],
    ["a window of twenty seconds", { limit: 3_000, windowMs: 20_000, latencyMs: 40, lastMs: 80_000 }],
    ["a window of ten minutes", { limit: 10_000, windowMs: 600_000, latencyMs: 40, lastMs: 900_000 }],
    ["a limit that others have used up", { limit: 1_750, latencyMs: 40, full: 0.9 }],
  ])("is heeded so that nearly all is used and nothing is refused: %s", (_, bucket) => {
    const { ofPermitted, refused } = asked(bucket);
    expect(ofPermitted).toBeGreaterThan(0.9);
    expect(refused).toBe(0);
  });

  it("that comes too late for so many at once costs refusals at the start alone, and nobody an endless wait", () => {
    const limited = { limit: 50, latencyMs: 40, walks: 100 };
    const { refused } = asked(limited);
    expect(refused).toBeGreaterThan(0);
    const later = asked({ ...limited, lastMs: 160_000 });
    expect(later.ofPermitted).toBeGreaterThan(0.9);
    expect(later.refused).toBe(refused);
    expect(later.longestMs).toBeLessThan(60_000);
  });

  it("that never comes costs nothing, and is forgotten ten seconds after the last, heard of or not", () => {
    const pace = new Pace();
    const waits = (now: number) => [pace.place(now), pace.place(now)].map((place) => pace.waitMs(place, now) > 0);
    for (let n = 0; n < 1_000; n++) {
      expect(waits(n)).toEqual([false, false]);
      pace.answered(undefined, n);
    }
    pace.answered(0.95, 1_000);
    expect(waits(1_000)).toEqual([false, true]);
    pace.answered(undefined, 11_001);
    expect(waits(11_001)).toEqual([false, false]);
    pace.answered(1.8, 20_000);
    expect(waits(20_000)).toEqual([false, true]);
    expect(waits(30_001)).toEqual([false, false]);
  });

  it.each([0.8, 1, 1.8, 2])("of %d after a long silence stops nobody", (share) => {
    const pace = new Pace();
    for (let n = 0; n < 100; n++) pace.place(n);
    for (const now of [100, 9_000, 18_500]) pace.answered(share, now);
    const [, second] = [pace.place(18_500), pace.place(18_500)];
    let now = 18_500;
    for (let ms = pace.waitMs(second!, now); ms > 0; ms = pace.waitMs(second!, now)) now += ms;
    expect(now).toBeLessThan(20_500);
  });

  it("holds no place for one who has gone away", () => {
    const pace = new Pace();
    for (let n = 0; n < 50; n++) pace.place(0);
    pace.answered(0.9, 0);
    const places = Array.from({ length: 1_000 }, () => pace.place(0));
    for (const _ of places) pace.leave();
    expect(pace.place(0)).toBeLessThanOrEqual(places[1]!);
  });

  it.each(["97", "-1", "0.5", "none", ""])("is a fraction; %o is none", (text) => {
    expect(usedShare(new Headers({ "x-ms-throttle-limit-percentage": text }))).toBeUndefined();
  });

  it("of reading holds reading alone", async () => {
    const clock = new SkippingClock();
    const warned = { "x-ms-throttle-limit-percentage": "0.97" };
    const client = await clientFor(({ method }, response) => json(response, 200, {}, method === "GET" ? warned : {}), {
      clock,
    });
    for (let n = 0; n < 3; n++) await client.api("/users").get();
    const waits = clock.waits.length;
    for (let n = 0; n < 3; n++) await client.api("/users").post({});
    expect([waits > 0, clock.waits.length]).toEqual([true, waits]);
  });

  it("spaces the requests of its scope alone", async () => {
    const clock = new SkippingClock();
    const client = await clientFor(
      ({ path }, response) =>
        json(response, 200, {}, path.includes("users") ? { "x-ms-throttle-limit-percentage": "0.97" } : {}),
      { clock },
    );
    for (let n = 0; n < 5; n++) await client.api("/sites/s").get();
    expect(clock.waits).toEqual([]);
    for (let n = 0; n < 5; n++) await client.api("/users").get();
    expect(clock.waits.length).toBeGreaterThan(0);
    const waits = clock.waits.length;
    await client.api("/sites/s").get();
    expect(clock.waits).toHaveLength(waits);
  });
});

describe("reads that are POSTs", () => {
  const batch = (...steps: object[]) => JSON.stringify({ requests: steps });
  it.each<[string, string, unknown, boolean]>([
    ["POST", "/directoryObjects/getByIds", "{}", true],
    ["POST", "/directoryObjects/microsoft.graph.getByIds?$select=id", "{}", true],
    ["POST", "/users/a/getMemberGroups", "{}", true],
    ["POST", "/me/getMemberObjects()", "{}", true],
    ["POST", "/groups/g/checkMemberGroups", "{}", true],
    ["POST", "/users/a/checkMemberObjects", "{}", true],
    [
      "POST",
      "/$batch",
      batch({ id: "1", method: "GET", url: "/users" }, { id: "2", method: "get", url: "groups" }),
      true,
    ],
    ["POST", "/$batch", batch({ id: "1", method: "POST", url: "/users/a/getMemberGroups" }), true],
    [
      "POST",
      "/$batch",
      batch({ id: "1", method: "GET", url: "/users" }, { id: "2", method: "PATCH", url: "/users/a" }),
      false,
    ],
    ["POST", "/$batch", batch({ id: "1", method: "POST", url: "/users" }), false],
    ["POST", "/$batch", batch(), false],
    ["POST", "/$batch", "no JSON", false],
    ["POST", "/$batch", undefined, false],
    ["POST", "/users", "{}", false],
    ["POST", "/users/getByIds/sendMail", "{}", false],
    ["PATCH", "/users/a/getMemberGroups", "{}", false],
    ["DELETE", "/users/a", undefined, false],
    ["HEAD", "/users", undefined, true],
  ])("%s %s is told apart", (method, path, body, expected) => {
    expect(isRead(method, `${root}${path}`, body)).toBe(expected);
  });

  it("are repeated like reads, and other POSTs aren't", async () => {
    let failed = 0;
    const client = await clientFor((_, response) => json(response, failed++ % 2 === 0 ? 500 : 200, { value: [] }), {
      clock: new SkippingClock(),
      retry: { attempts: 2 },
    });
    await client.api("/directoryObjects/getByIds").post({ ids: [] });
    await client.api("/$batch").post({ requests: [{ id: "1", method: "GET", url: "/users" }] });
    expect(loopback!.requests).toHaveLength(4);
    expect(await failureOf(client.api("/users").post({}))).toMatchObject({ code: "graph_unavailable" });
    expect(loopback!.requests).toHaveLength(5);
  });

  it("tell in a batch that succeeded which scope is throttled, and for how long", async () => {
    const client = await clientFor(
      ({ path }, response) =>
        path.endsWith("$batch")
          ? json(response, 200, {
              responses: [
                { id: "B", status: 429, headers: { "Retry-After": "900" }, body: {} },
                { id: "a", status: 200, headers: {}, body: {} },
              ],
            })
          : json(response, 200, {}),
      { clock: new ManualClock() },
    );
    const requests = [
      { id: "a", method: "GET", url: "/users/1/messages" },
      { id: "b", method: "GET", url: "/users/2/messages" },
    ];
    expect(await client.api("/$batch").post({ requests })).toMatchObject({ responses: [{ id: "B" }, { id: "a" }] });
    await client.api("/users/1/messages").get();
    await client.api("/users").get();
    expect(await failureOf(client.api("/users/2/events").get())).toMatchObject({
      code: "throttled",
      retryAfterMs: 900_000,
    });
    expect(paths()).toEqual(["/$batch", "/users/1/messages", "/users"]);
  });
});

describe("what requests cost", () => {
  it("is added up in progress, repetitions included", async () => {
    let asked = 0;
    const client = await clientFor(
      (_, response) => {
        asked++;
        const headers = { "x-ms-resource-unit": asked === 2 ? "nonsense" : "3" };
        if (asked === 1) return json(response, 503, {}, headers);
        const next = asked < 4 && { "@odata.nextLink": `${root}/groups?$skiptoken=${asked}` };
        return json(response, 200, { ...next, value: [{ id: `${asked}` }] }, headers);
      },
      { clock: new SkippingClock(), retry: { attempts: 3 } },
    );
    const told: ListProgress[] = [];
    for await (const _ of listAll(client, "/groups", { onProgress: (progress) => told.push({ ...progress }) }));
    expect(told.at(-1)).toMatchObject({ requests: 4, resourceUnits: 9, retries: 1, done: true });
  });

  it("is told on the channel of requests, without ids or queries", async () => {
    const events: GraphEvent[] = [];
    const told = (event: unknown) => events.push(event as GraphEvent);
    const client = await clientFor(
      (_, response) => json(response, loopback!.requests.length < 2 ? 503 : 404, {}, { "x-ms-resource-unit": "1" }),
      { clock: new SkippingClock(), retry: { attempts: 2 } },
    );
    subscribe("graph-app-identity:graph:request", told);
    await client
      .api("/users/ada@contoso.com/manager?$select=id")
      .get()
      .catch(() => {});
    unsubscribe("graph-app-identity:graph:request", told);
    await client
      .api("/users")
      .get()
      .catch(() => {});
    expect(events).toMatchObject([
      { phase: "start", method: "GET", path: "/v1.0/users/{id}/manager" },
      {
        method: "GET",
        host: "graph.microsoft.com",
        path: "/v1.0/users/{id}/manager",
        status: 404,
        attempts: 2,
        resourceUnits: 2,
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/ada|select/);
  });

  it.each([
    ["/users/1a2b/messages/AAMk=/$value", "/v1.0/users/{id}/messages/{id}/$value"],
    ["/domains/contoso.com", "/v1.0/domains/{id}"],
    ["/users('o''brien')/memberOf/microsoft.graph.group", "/v1.0/users/{id}/memberof/microsoft.graph.group"],
  ])("of %s says no one's name", (path, template) => expect(pathTemplate(`${root}${path}`)).toBe(template));
});

it("retry.priority is sent to Graph, unless the caller says another", async () => {
  const client = await clientFor((_, response) => json(response, 200, { value: [] }), { retry: { priority: "low" } });
  await client.api("/users").get();
  await client.api("/users").header("x-ms-throttle-priority", "High").get();
  for await (const _ of listAll(client, "/groups"));
  await client.api("https://files.example/x").get();
  expect(loopback!.requests.map(({ headers }) => headers["x-ms-throttle-priority"])).toEqual([
    "low",
    "High",
    "low",
    undefined,
  ]);
});
