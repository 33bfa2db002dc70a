import { afterEach, describe, expect, it } from "vitest";
import { deltaUsers, type UserChange } from "../../src/users/delta-users.js";
import { type EmulatedTenant, emulatedClient, emulatedIds } from "../support/emulated-client.js";
import { type Loopback, startLoopback } from "../support/loopback.js";
import { collect, refuse } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";

const delta = "https://graph.microsoft.com/v1.0/users/delta";
const reset410 = { error: { code: "syncStateNotFound", message: "The sync state generation is not found." } };

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function tenant(options: Parameters<typeof emulatedClient>[0]): Promise<EmulatedTenant> {
  const started = await emulatedClient(options);
  closing.push(started.emulator.stop);
  return started;
}

/** Answers by the token in the request: a body, or the status of a refusal. */
async function serve(answers: Record<string, object>) {
  const loopback: Loopback = await startLoopback(({ path }, response) => {
    const name = /token=([\w-]+)/.exec(path)?.[1] ?? "first";
    const answer = answers[name] as { status?: number } | undefined;
    if (answer === undefined) return refuse(response, 404, "Unexpected");
    response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
  closing.push(loopback.close);
  return { ...loopback, client: sdkClient(loopback.fetch) };
}

const next = (token: string) => ({ "@odata.nextLink": `${delta}?$skiptoken=${token}` });
const end = (token: string) => ({ "@odata.deltaLink": `${delta}?$deltatoken=${token}` });

describe("a round of changes", () => {
  it("begins with everybody, and then tells what was added, changed and removed", async () => {
    const { emulator, client } = await tenant({ users: 450 });
    const first = deltaUsers(client, { select: ["displayName"] });
    expect(first.deltaLink).toBeUndefined();
    const everybody = await collect(first);
    expect(new Set(everybody.map(({ user }) => user.id)).size).toBe(450);
    expect(everybody.every(({ removed }) => removed === undefined)).toBe(true);

    const [renamed, binned, purged] = everybody.map(({ user }) => user.id) as [string, string, string];
    emulator.users.update(renamed, { displayName: "Renamed" });
    emulator.users.remove(binned);
    emulator.users.remove(purged, { permanently: true });
    const added = emulator.users.add({ displayName: "Added" });
    const second = deltaUsers(client, { select: ["displayName"], deltaLink: first.deltaLink as string });
    const changes = await collect(second);
    expect(changes).toHaveLength(4);
    expect(changes).toContainEqual({ user: { id: renamed, displayName: "Renamed" } });
    expect(changes).toContainEqual({ user: { id: added.id, displayName: "Added" } });
    expect(changes).toContainEqual({ user: { id: binned }, removed: "changed" });
    expect(changes).toContainEqual({ user: { id: purged }, removed: "deleted" });

    expect(await collect(deltaUsers(client, { deltaLink: second.deltaLink as string }))).toEqual([]);
  });

  it("from latest brings nobody, and what changes afterwards", async () => {
    const { emulator, client } = await tenant({ users: 300 });
    const from = deltaUsers(client, { latest: true, select: ["mail"] });
    expect(await collect(from)).toEqual([]);
    const added = emulator.users.add({ mail: "new@contoso.com" });
    const changes = await collect(deltaUsers(client, { deltaLink: from.deltaLink as string }));
    expect(changes).toEqual([{ user: { id: added.id, mail: "new@contoso.com" } }]);
  });

  it("watches some users only, and brings only what changed where that is asked", async () => {
    const { emulator, client, asked } = await tenant({ users: 30 });
    const ids = [0, 1].map((index) => emulatedIds(emulator)[index] as string);
    const first = deltaUsers(client, { ids, select: ["displayName", "city"] });
    expect((await collect(first)).map(({ user }) => user.id).sort()).toEqual([...ids].sort());
    expect(asked()[0]).toContain(`$filter=id%20eq%20%27${ids[0]}%27%20or%20id%20eq%20%27${ids[1]}%27`);
    emulator.users.update(ids[0] as string, { city: "Oslo" });
    const changes = await collect(deltaUsers(client, { minimal: true, deltaLink: first.deltaLink as string }));
    expect(changes).toEqual([{ user: { id: ids[0], city: "Oslo" } }]);
    expect(emulator.requests.at(-1)?.headers.prefer).toBe("return=minimal");
  });

  it("gives each page with the cursor to store beside it, and the link to the next round with the last", async () => {
    const { client } = await tenant({ users: 450, deltaPageSize: 200 });
    const pages = await collect(deltaUsers(client).byPage());
    expect(pages.map(({ value }) => value.length)).toEqual([200, 200, 50]);
    expect(pages.map(({ continuationToken }) => typeof continuationToken)).toEqual(["string", "string", "undefined"]);
    expect(pages.map(({ deltaLink }) => typeof deltaLink)).toEqual(["undefined", "undefined", "string"]);
    const continuationToken = pages[0]?.continuationToken as string;
    const rest = await collect(deltaUsers(client).byPage({ continuationToken }));
    expect(rest.map(({ value }) => value)).toEqual(pages.slice(1).map(({ value }) => value));
  });

  it("knows its deltaLink only when the last change was taken", async () => {
    const { client } = await serve({ first: { value: [{ id: "a" }, { id: "b" }], ...end("done") } });
    const changes = deltaUsers(client);
    for await (const _ of changes) break;
    expect(changes.deltaLink).toBeUndefined();
    await collect(changes);
    expect(changes.deltaLink).toBe(`${delta}?$deltatoken=done`);
  });

  it("goes on behind empty pages", async () => {
    const { client } = await serve({
      first: { value: [], ...next("2") },
      2: { value: [], ...next("3") },
      3: { value: [{ id: "a" }], ...end("done") },
    });
    expect(await collect(deltaUsers(client))).toEqual([{ user: { id: "a" } }]);
  });

  it("merges what a page says about one user, and puts it where the last word stood", async () => {
    const { client } = await serve({
      first: {
        value: [
          { id: "twice", displayName: "Old", mail: "kept@contoso.com" },
          { id: "once" },
          { id: "twice", displayName: "New" },
          { id: "gone", displayName: "Gone" },
          { id: "gone", "@removed": { reason: "deleted" } },
          { id: "back", "@removed": { reason: "changed" } },
          { id: "back", displayName: "Back" },
        ],
        ...end("done"),
      },
    });
    expect(await collect(deltaUsers(client))).toEqual([
      { user: { id: "once" } },
      { user: { id: "twice", displayName: "New", mail: "kept@contoso.com" } },
      { user: { id: "gone" }, removed: "deleted" },
      { user: { id: "back", displayName: "Back" } },
    ]);
  });
});

describe("a state that Graph has forgotten", () => {
  it.each([
    ["410", { status: 410, ...reset410 }],
    ["syncStateNotFound", { status: 400, ...reset410 }],
    ["resyncRequired", { status: 404, error: { code: "resyncRequired", message: "" } }],
    ["an expired page token", { status: 400, error: { code: "Directory_ExpiredPageToken", message: "" } }],
    [
      "DeltaLink older than 30 days",
      {
        status: 400,
        error: { code: "Request_UnsupportedQuery", message: "DeltaLink older than 30 days is not supported." },
      },
    ],
    ["404 on the link", { status: 404, error: { code: "UnknownError", message: "" } }],
    ["a 400 nobody listed", { status: 400, error: { code: "BadRequest", message: "Badly formed token." } }],
    ["a 410 without a body", { status: 410 }],
  ])("(%s) leads to everybody anew, announced by reset", async (_, refusal) => {
    const { client, requests } = await serve({
      old: refusal,
      first: { value: [{ id: "a" }], ...next("2") },
      2: { value: [{ id: "b" }], ...end("done") },
    });
    const changes = deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old`, select: ["mail"] });
    expect(await collect(changes)).toEqual([{ user: { id: "a" }, reset: true }, { user: { id: "b" } }]);
    expect(requests[1]?.path).toBe("/v1.0/users/delta?$select=mail");
    expect((await collect(changes.byPage())).map(({ reset }) => reset)).toEqual([true, undefined]);
  });

  it.each([400, 404, 410])("is an error where the new round is refused by %s as well, in no circle", async (status) => {
    const error = { code: "Request_UnsupportedQuery", message: "Unsupported." };
    const { client, requests } = await serve({ old: { status: 400, error }, first: { status, error } });
    const round = deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` });
    const failure = await failureOf(collect(round));
    expect(failure).toMatchObject({ statusCode: status, continuationToken: expect.any(String) });
    expect(requests).toHaveLength(2);
    expect(failure.remedy).not.toMatch(/count|restart/);
  });

  it.each([401, 403])("is not what %s says", async (status) => {
    const error = { code: "Authorization_RequestDenied", message: "Insufficient privileges." };
    const { client, requests } = await serve({ old: { status, error }, first: { value: [], ...end("x") } });
    const failure = await failureOf(collect(deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` })));
    expect(failure.statusCode).toBe(status);
    expect(requests.every(({ path }) => path.includes("old"))).toBe(true);
  });

  it("is not what a refusal of latest says, which would bring everybody", async () => {
    const error = { code: "Request_UnsupportedQuery", message: "Unsupported." };
    const { client, requests } = await serve({ latest: { status: 400, error }, first: { value: [], ...end("x") } });
    expect((await failureOf(collect(deltaUsers(client, { latest: true })))).statusCode).toBe(400);
    expect(requests).toHaveLength(1);
  });

  it("goes round in no circle where a page of each new round is refused", async () => {
    const error = { code: "BadRequest", message: "No." };
    const { client, requests } = await serve({
      old: { status: 400, error },
      first: { value: [{ id: "a" }], ...next("2") },
      2: { status: 400, error },
    });
    const failure = await failureOf(collect(deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` })));
    expect(failure).toMatchObject({ code: "bad_request", page: 2 });
    expect(requests.length).toBeLessThan(20);
  });

  it("in the middle of a round announces the reset where it happens", async () => {
    const { client } = await serve({
      old: { value: [{ id: "x" }], ...next("lost") },
      lost: { status: 410, ...reset410 },
      first: { value: [], ...next("2") },
      2: { value: [{ id: "x" }, { id: "y" }], ...end("done") },
    });
    const changes = await collect(deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` }));
    expect(changes).toEqual([{ user: { id: "x" } }, { user: { id: "x" }, reset: true }, { user: { id: "y" } }]);
  });

  it("is announced with the end where nobody is left to report", async () => {
    const { client } = await serve({
      old: { status: 410, ...reset410 },
      first: { value: [], ...next("2") },
      2: { value: [], ...end("done") },
    });
    const pages = await collect(deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` }).byPage());
    expect(pages.map(({ reset }) => reset)).toEqual([undefined, true]);
  });

  it("is an error where even the first page of everything is refused", async () => {
    const { client, requests } = await serve({
      old: { status: 410, ...reset410 },
      first: { status: 410, ...reset410 },
    });
    const failure = await failureOf(collect(deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` })));
    expect(failure).toMatchObject({ code: "page_token_expired", statusCode: 410 });
    expect(requests).toHaveLength(2);
  });

  it("and an error before the resync has brought anything names the old place, so that the reset isn't missed", async () => {
    const answers: Record<string, object> = {
      old: { status: 410, ...reset410 },
      first: { status: 400, error: { code: "Bad", message: "" } },
    };
    const { client } = await serve(answers);
    const changes = deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` });
    const { continuationToken } = await failureOf(collect(changes));
    answers.first = { value: [{ id: "a" }], ...end("done") };
    const pages = await collect(changes.byPage({ continuationToken: continuationToken as string }));
    expect(pages).toMatchObject([{ reset: true, value: [{ user: { id: "a" } }] }]);
  });

  it("and an empty page before it is announced leads back to the old place, for the same reason", async () => {
    const { client } = await serve({
      old: { status: 410, ...reset410 },
      first: { value: [], ...next("2") },
      2: { value: [{ id: "a" }], ...next("3") },
      3: { value: [{ id: "b" }], ...end("done") },
    });
    const changes = deltaUsers(client, { deltaLink: `${delta}?$deltatoken=old` });
    const [empty, announced] = await collect(changes.byPage());
    const resetsFrom = async (continuationToken = "") =>
      (await collect(changes.byPage({ continuationToken }))).map(({ reset }) => reset);
    expect(await resetsFrom(empty?.continuationToken)).toEqual([undefined, true, undefined]);
    expect(await resetsFrom(announced?.continuationToken)).toEqual([undefined]);
  });

  it("by seven days on the embedded tenant is announced as well", async () => {
    const { emulator, client } = await tenant({ users: 20 });
    const first = deltaUsers(client);
    await collect(first);
    emulator.clock.advance(8 * 86_400_000);
    const changes = await collect(deltaUsers(client, { deltaLink: first.deltaLink as string }));
    expect(changes).toHaveLength(20);
    expect(changes.map(({ reset }) => reset)).toEqual([true, ...Array(19).fill(undefined)]);
  });

  it("asks the last good link again first where only a page token was lost, and repeats rather than loses", async () => {
    let lost = 1;
    const loopback = await startLoopback(({ path }, response) => {
      const token = /token=([\w-]+)/.exec(path)?.[1];
      if (token === "2" && lost-- > 0) return refuse(response, 400, "Directory_ExpiredPageToken");
      const body = token === "2" ? { value: [{ id: "b" }], ...end("done") } : { value: [{ id: "a" }], ...next("2") };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    closing.push(loopback.close);
    const changes = await collect(deltaUsers(sdkClient(loopback.fetch)));
    expect(changes).toEqual([{ user: { id: "a" } }, { user: { id: "a" } }, { user: { id: "b" } }]);
  });
});

describe("what a round of changes refuses", () => {
  it.each<[string, object]>([
    ["no link at all", { value: [] }],
    ["an empty deltaLink", { value: [], "@odata.deltaLink": "" }],
    ["a change without an id", { value: [{ displayName: "x" }], ...end("x") }],
  ])("%s", async (_, first) => {
    const { client } = await serve({ first });
    expect(await failureOf(collect(deltaUsers(client)))).toMatchObject({ code: "invalid_response" });
  });

  it("a deltaLink elsewhere, from Graph as from a store", async () => {
    const { client, requests } = await serve({
      first: { value: [], "@odata.deltaLink": "https://graph.evil.example/v1.0/users/delta?$deltatoken=x" },
    });
    expect(await failureOf(collect(deltaUsers(client)))).toMatchObject({ code: "untrusted_link" });
    for (const deltaLink of [
      "https://graph.microsoft.us/v1.0/users/delta?$deltatoken=x",
      "https://graph.microsoft.com/v1.0/groups/delta?$deltatoken=x",
      "https://graph.microsoft.com/v1.0/users?$deltatoken=x",
      "https://graph.microsoft.com/v1.0/users/ceo@contoso.com/contacts/delta?$deltatoken=x",
      "https://graph.microsoft.com/v1.0/users/ceo@contoso.com/messages",
      "https://graph.microsoft.com/v1.0/users('x')/delta?$deltatoken=x",
      `${delta}?$deltatoken=x&$select=passwordProfile`,
      `${delta}?$deltatoken=x&$expand=manager`,
      `${delta}?$deltatoken=x&$filter=id eq 'x'`,
      `${delta}?$deltatoken=x#y`,
      `${delta}${"/".repeat(100_000)}x`,
      "x",
    ]) {
      const refusal = expect.objectContaining({ code: "invalid_continuation_token" });
      expect(() => deltaUsers(client, { deltaLink })).toThrow(refusal);
    }
    expect(requests).toHaveLength(1);
  });

  it.each(["delta", "delta/", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()", "DELTA"])(
    "no deltaLink to the changes of users, also written as %s",
    async (path) => {
      const { client, requests } = await serve({ x: { value: [{ id: "a" }], ...end("y") } });
      const deltaLink = `https://graph.microsoft.com:443/v1.0/users/${path}?$deltatoken=x&$select=mail,id`;
      const round = deltaUsers(client, { deltaLink, select: ["id", "mail"] });
      expect(await collect(round)).toEqual([{ user: { id: "a" } }]);
      expect(requests[0]?.path).toBe(`/v1.0/users/${path}?$deltatoken=x&$select=mail,id`);
    },
  );

  it("options that contradict each other, or that it doesn't know", async () => {
    const { client } = await serve({});
    const invalid = (part: RegExp) =>
      expect.objectContaining({ code: "invalid_options", message: expect.stringMatching(part) });
    expect(() => deltaUsers(client, { latest: true, deltaLink: `${delta}?$deltatoken=x` })).toThrow(invalid(/latest/));
    expect(() => deltaUsers(client, { ids: Array(51).fill("x") })).toThrow(invalid(/51/));
    expect(() => deltaUsers(client, { top: 5 } as never)).toThrow(invalid(/no option "top"/));
    expect(() => deltaUsers(client, { deltaLink: "" })).toThrow(invalid(/"deltaLink"/));
    expect(() => deltaUsers(client, { select: ["mial" as "mail"] })).toThrow(
      expect.objectContaining({ code: "invalid_query", remedy: expect.stringContaining('Did you mean "mail"?') }),
    );
  });
});

describe("relations in a round of changes", () => {
  const user = (id: string, removed?: true) => ({
    "@odata.type": "#microsoft.graph.user",
    id,
    ...(removed && { "@removed": { reason: "deleted" } }),
  });

  it("are asked for by select, and told as who came and who went", async () => {
    const { client, requests } = await serve({
      first: {
        value: [
          { id: "a", displayName: "A", "manager@delta": [user("new"), user("old", true)] },
          { id: "b", displayName: "B" },
        ],
        ...end("x"),
      },
    });
    const changes = await collect(deltaUsers(client, { select: ["displayName", "manager"] }));
    expect(requests[0]?.path).toBe("/v1.0/users/delta?$select=displayName,manager");
    expect(changes).toEqual([
      {
        user: { id: "a", displayName: "A" },
        manager: { added: [{ id: "new", type: "user" }], removed: [{ id: "old", type: "user" }] },
      },
      { user: { id: "b", displayName: "B" } },
    ]);
  });

  it("are merged where a page names one user twice: both entries are kept, and of one id the later word", async () => {
    const { client } = await serve({
      first: {
        value: [
          { id: "a", displayName: "A", "manager@delta": [user("m1"), user("m2", true), { id: "m3" }] },
          { id: "b" },
          { id: "a", mail: "a@x", "manager@delta": [user("m1", true), user("m2"), user("m4")] },
        ],
        ...end("x"),
      },
    });
    expect(await collect(deltaUsers(client, { select: ["manager"] }))).toEqual([
      { user: { id: "b" } },
      {
        user: { id: "a", displayName: "A", mail: "a@x" },
        manager: {
          added: [{ id: "m3" }, { id: "m2", type: "user" }, { id: "m4", type: "user" }],
          removed: [{ id: "m1", type: "user" }],
        },
      },
    ]);
  });

  it("end with the user, and begin anew where he comes back", async () => {
    const { client } = await serve({
      first: {
        value: [
          { id: "a", "manager@delta": [user("m1")] },
          { id: "a", "@removed": { reason: "changed" } },
          { id: "b", "manager@delta": [user("m1")] },
          { id: "b", "@removed": { reason: "changed" } },
          { id: "b", "manager@delta": [user("m2")] },
        ],
        ...end("x"),
      },
    });
    expect(await collect(deltaUsers(client, { select: ["manager"] }))).toEqual([
      { user: { id: "a" }, removed: "changed" },
      { user: { id: "b" }, manager: { added: [{ id: "m2", type: "user" }], removed: [] } },
    ]);
  });

  it.each([
    ["no list", { id: "m" }],
    ["a list of something without an id", [{ displayName: "m" }]],
    ["a list of nothing", [null]],
  ])("that are %s are an error", async (_, manager) => {
    const { client } = await serve({ first: { value: [{ id: "a", "manager@delta": manager }], ...end("x") } });
    expect(await failureOf(collect(deltaUsers(client)))).toMatchObject({ code: "invalid_response" });
  });

  it("other than the manager can't be watched", async () => {
    const { client } = await serve({});
    expect(() => deltaUsers(client, { select: ["memberOf" as "manager"] })).toThrow(
      expect.objectContaining({ code: "invalid_query" }),
    );
  });
});

describe("a mirror kept by deltas", () => {
  it("equals the directory after every round, whatever is replayed and wherever it crashed", async () => {
    const { emulator, client } = await tenant({
      users: 120,
      deltaPageSize: 25,
      replays: 0.3,
      shortPages: 0.3,
      seed: 7,
    });
    const mirror = new Map<string, unknown>();
    const apply = (changes: readonly UserChange[]) => {
      for (const { user, removed } of changes) {
        if (removed) mirror.delete(user.id);
        else mirror.set(user.id, { ...(mirror.get(user.id) as object), ...user });
      }
    };
    let stored: { deltaLink?: string; continuationToken?: string } = {};
    for (let round = 0; round < 12; round++) {
      const { deltaLink, continuationToken } = stored;
      const changes = deltaUsers(client, deltaLink === undefined ? {} : { deltaLink });
      for await (const page of changes.byPage(continuationToken === undefined ? {} : { continuationToken })) {
        apply(page.value);
        stored = page.deltaLink
          ? { deltaLink: page.deltaLink }
          : { ...(deltaLink && { deltaLink }), continuationToken: page.continuationToken as string };
        // Every third page, the process dies once it has stored the page.
        if (mirror.size % 3 === 0 && page.deltaLink === undefined) break;
      }
      const ids = emulatedIds(emulator);
      emulator.users.add({ displayName: `Round ${round}` });
      emulator.users.update(ids[round] as string, { displayName: `Renamed in ${round}` });
      emulator.users.remove(ids[round + 40] as string);
    }
    for (let quiet = false; !quiet; ) {
      const changes = deltaUsers(client, stored.deltaLink === undefined ? {} : { deltaLink: stored.deltaLink });
      const { continuationToken } = stored;
      const pages = await collect(changes.byPage(continuationToken === undefined ? {} : { continuationToken }));
      apply(pages.flatMap(({ value }) => value));
      quiet = stored.continuationToken === undefined;
      stored = { deltaLink: pages.at(-1)?.deltaLink as string };
    }
    const names = (entries: Iterable<{ id?: string; displayName?: unknown }>) =>
      Object.fromEntries([...entries].map(({ id, displayName }) => [id, displayName ?? null]));
    const expected = emulatedIds(emulator).map((id) => emulator.users.get(id) as { id: string });
    expect(names(mirror.values() as Iterable<{ id: string }>)).toEqual(names(expected));
  });
});
