import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { writeCursor } from "../../../src/directory/read-directory/cursor.js";
import { type ReadDirectoryOptions, readDirectory } from "../../../src/directory/read-directory/read-directory.js";
import { createGraphClient } from "../../../src/graph/client.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { DirectoryTables, directoryRows } from "../../support/directory-tables.js";
import { type EmulatedTenant, emulatedClient } from "../../support/emulated-client.js";
import { sdkClient } from "../../support/sdk-client.js";

const root = "https://graph.microsoft.com/v1.0";
const unasked = sdkClient(() => {
  throw new Error("Nothing is to be asked.");
});
const place = { stream: "users", root, tenantId: undefined, state: { selection: "" } };
const linked = (link: string) => writeCursor({ ...place, state: { selection: "", link } });

describe("cursors that are handed back", () => {
  const shard = { ids: ["g"], link: `${root}/groups/delta?$deltatoken=x`, settled: true };
  const cases: [what: string, stream: string, cursor: unknown][] = [
    ["nothing", "users", ""],
    ["no text", "users", 7],
    ["garbage", "users", "garbage"],
    ["a damaged one", "users", writeCursor(place).replace(/^./, "_")],
    ["one with something behind it", "users", `${writeCursor(place)}.x`],
    ["one of another stream", "groups", writeCursor(place)],
    ["one of another kind", "users", writeCursor({ ...place, stream: "members:g", state: shard })],
    ["one of another cloud", "users", writeCursor({ ...place, root: "https://graph.microsoft.us/v1.0" })],
    ["one of beta", "users", writeCursor({ ...place, root: "https://graph.microsoft.com/beta" })],
    ["one for another select", "users", writeCursor({ ...place, state: { selection: "x" } })],
    [
      "a link to another host",
      "users",
      linked("https://graph.microsoft.com.evil.example/v1.0/users/delta?$deltatoken=x"),
    ],
    ["a link to another port", "users", linked("https://graph.microsoft.com:8443/v1.0/users/delta?$deltatoken=x")],
    ["a link to somebody's mail", "users", linked(`${root}/users/ada/messages/delta?$deltatoken=x`)],
    ["a link to groups", "users", linked(`${root}/groups/delta?$deltatoken=x`)],
    ["a link that is none", "users", linked("")],
    [
      "a minted link elsewhere",
      "users",
      writeCursor({ ...place, state: { selection: "", minted: "https://x.example/" } }),
    ],
    ["a stream without groups", "members:g", writeCursor({ ...place, stream: "members:g", state: {} })],
    ["51 groups", "members:g", writeCursor({ ...place, stream: "members:g", state: { ids: Array(51).fill("g") } })],
    ["no place", "users", writeCursor({ ...place, state: null as never })],
  ];
  it.each(cases)("are refused unasked: %s", (_what, stream, cursor) => {
    const cursors = [[stream, cursor]] as [string, string][];
    expect(() => readDirectory(unasked, { cursors })).toThrow(
      expect.objectContaining({ code: "invalid_continuation_token", stream }),
    );
  });

  it("are taken as pairs and as a Map", () => {
    expect(() => readDirectory(unasked, { cursors: [["users", writeCursor(place)]] })).not.toThrow();
    expect(() => readDirectory(unasked, { cursors: new Map([["users", writeCursor(place)]]) })).not.toThrow();
  });
});

describe("options of readDirectory()", () => {
  const cases: [what: string, options: object, code: string][] = [
    ["a name nobody knows", { user: {} }, "invalid_options"],
    ["users: true", { users: true }, "invalid_options"],
    ["a misspelt select", { users: { selct: ["id"] } }, "invalid_options"],
    ["an empty select", { groups: { select: [] } }, "invalid_options"],
    ["a property that users don't have", { users: { select: ["displayname2"] } }, "invalid_query"],
    ["a relation", { groups: { select: ["members"] } }, "invalid_query"],
    ["memberships of another kind", { memberships: "all" }, "invalid_options"],
    ["no concurrency", { concurrency: 0 }, "invalid_options"],
    ["cursors in an object", { cursors: { users: "x" } }, "invalid_options"],
    ["cursors that are no pairs", { cursors: ["users"] }, "invalid_options"],
    ["streams in a text", { streams: "users" }, "invalid_options"],
    ["no streams", { streams: [] }, "invalid_options"],
    ["a stream nobody knows", { streams: ["members:x"] }, "invalid_options"],
    ["a stream that isn't asked for", { users: false, streams: ["users"] }, "invalid_options"],
    ["nothing to read", { users: false, groups: false, memberships: false }, "invalid_options"],
    ["no signal", { signal: {} }, "invalid_options"],
  ];
  it.each(cases)("are refused at the call: %s", (_what, options, code) => {
    expect(() => readDirectory(unasked, options as ReadDirectoryOptions)).toThrow(expect.objectContaining({ code }));
  });

  it("make the types of what comes", () => {
    const feed = readDirectory(unasked, { users: { select: ["mail"] }, groups: { select: ["description"] } });
    type Page = typeof feed extends AsyncIterable<infer P> ? P : never;
    type Change = (Page & { changes: unknown[] })["changes"][number];
    type Told<K extends "user" | "group"> = Extract<Change, { kind: K; removed?: undefined }>;
    expectTypeOf<Told<"user"> extends { user: infer U } ? U : never>().toEqualTypeOf<{
      mail?: string | null;
      id: string;
    }>();
    expectTypeOf<Told<"group"> extends { group: infer G } ? keyof G : never>().toEqualTypeOf<"description" | "id">();
    // @ts-expect-error a misspelt property
    expect(() => readDirectory(unasked, { users: { select: ["mial"] } })).toThrow();
  });
});

describe("a reading of the directory", () => {
  let tenant: EmulatedTenant;
  afterEach(() => tenant?.emulator.stop());
  const start = async (options: object = {}) => {
    tenant = await emulatedClient({ roles: ["Directory.Read.All", "Member.Read.Hidden"], seed: 3, ...options });
  };
  const select = { users: { select: ["displayName"] }, groups: { select: ["displayName"] } } as const;
  async function read(options: ReadDirectoryOptions, tables: DirectoryTables, client = tenant.client) {
    for await (const page of readDirectory(client, { ...select, cursors: tables.cursors, ...options }))
      tables.store(page);
  }

  it("sends nothing where its signal has aborted already, and ends at once where it does", async () => {
    await start({ users: 50, groups: 60 });
    await expect(read({ signal: AbortSignal.abort() }, new DirectoryTables())).rejects.toMatchObject({
      code: "aborted",
    });
    expect(tenant.emulator.requests).toEqual([]);
    tenant.emulator.faults.add({ path: "delta", hang: true, times: 10 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(read({ signal: stop.signal }, new DirectoryTables())).rejects.toMatchObject({ code: "aborted" });
  });

  it("lets go of everything at a break, and has told what it took by then", async () => {
    await start({ users: 50, groups: 60 });
    const feed = readDirectory(tenant.client, select);
    expect(feed.summary).toBeUndefined();
    tenant.emulator.faults.add({ path: "groups/delta", hang: true, times: 10 });
    for await (const { stream } of feed) {
      expect(stream).toBe("users");
      break;
    }
    expect(feed.summary).toMatchObject({ pages: 1, objects: 50, edges: 0 });
  });

  it("fails with the stream that failed, keeps what was handed out good, and goes on", async () => {
    await start({ users: 50, groups: 120 });
    const { emulator } = tenant;
    const refused = { status: 403, body: { error: { code: "Authorization_RequestDenied", message: "No." } } };
    const mend = emulator.faults.add({ path: /filter=/, times: 100, ...refused });
    const tables = new DirectoryTables();
    const failure = await read({}, tables).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "permission_missing", stream: expect.stringMatching(/^members:/) });
    expect(failure).not.toHaveProperty("continuationToken");
    mend();
    await read({}, tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("is shared by workers: one makes the streams known, others read some each", async () => {
    await start({ users: 50, groups: 140 });
    const tables = new DirectoryTables();
    await read({ streams: ["groups"] }, tables);
    expect(tables.edges.size).toBe(0);
    const members = [...tables.cursors.keys()].filter((stream) => stream !== "groups");
    expect(members).toHaveLength(3);
    tenant.emulator.requests.length = 0;
    await read({ streams: members.slice(0, 1) }, tables);
    expect(tenant.asked().every((path) => path.startsWith("/v1.0/groups/delta"))).toBe(true);
    expect(new Set([...tables.edges.values()].map(({ stream }) => stream))).toEqual(new Set(members.slice(0, 1)));
    await Promise.all([read({ streams: members.slice(1) }, tables), read({ streams: ["users"] }, tables)]);
    expect(tables.rows()).toEqual(directoryRows(tenant.emulator));
  });

  it("gives a group that came a stream of its own, where the one with a place set free is being read", async () => {
    await start({ users: 50, groups: 50 });
    const { groups, users } = tenant.emulator;
    const tables = new DirectoryTables();
    await read({ streams: ["groups"] }, tables);
    const [gone = ""] = groups.ids();
    const [user = ""] = users.ids();
    groups.remove(gone, { permanently: true });
    groups.addMember(groups.add({ displayName: "New" }).id, user);
    await read({ streams: tables.cursors.keys() }, tables);
    await read({}, tables);
    expect(tables.rows()).toEqual(directoryRows(tenant.emulator));
    expect(tables.cursors.size).toBe(4);
  });

  it("takes memberships up later, though the groups were read before", async () => {
    await start({ users: 50, groups: 70 });
    const tables = new DirectoryTables();
    await read({ memberships: false }, tables);
    expect([...tables.cursors.keys()].sort()).toEqual(["groups", "users"]);
    await read({}, tables);
    expect(tables.rows()).toEqual(directoryRows(tenant.emulator));
    expect(tables.cursors.size).toBe(4);
  });

  it("takes memberships up in the middle of a listing of groups, too", async () => {
    await start({ users: 5, groups: 1_010 });
    tenant.emulator.faults.add({ path: "$count", times: 10, body: "20000" });
    const tables = new DirectoryTables();
    const options = { ...select, users: false, memberships: false } as const;
    for await (const page of readDirectory(tenant.client, options)) {
      tables.store(page);
      break;
    }
    expect(tables.groups.size).toBe(999);
    await read({ users: false }, tables);
    const placed = [...tables.cursors.keys()].filter((stream) => stream.startsWith("members:"));
    expect(placed).toHaveLength(Math.ceil(1_010 / 50));
    expect(tables.edges.size).toBeGreaterThan(0);
    const { groups } = tenant.emulator;
    const users = new Set(tenant.emulator.users.ids());
    const told = [...tables.edges.keys()].filter((edge) => users.has(edge.split(" ")[1] ?? ""));
    const there = [...groups.ids()].flatMap((id) => [...groups.members(id)].filter((member) => users.has(member)));
    expect(told).toHaveLength(there.length);
  });

  it("tells of groups their removal only where they are left out", async () => {
    await start({ users: 20, groups: 12 });
    const tables = new DirectoryTables();
    const options = { groups: false, users: false } as const;
    await read(options, tables);
    expect(tables.groups.size + tables.users.size).toBe(0);
    expect(tables.edges.size).toBeGreaterThan(0);
    const [group = ""] = tenant.emulator.groups.ids();
    tenant.emulator.groups.remove(group, { permanently: true });
    const kinds: string[] = [];
    for await (const { changes } of readDirectory(tenant.client, { ...options, cursors: tables.cursors })) {
      kinds.push(
        ...changes.map((change) => (change.kind === "group" ? `${change.group.id} ${change.removed}` : change.kind)),
      );
    }
    expect(kinds).toEqual([`${group} deleted`]);
  });

  it("refuses another tenant's cursors before anything of it is handed out", async () => {
    await start({ users: 20, groups: 12 });
    const tables = new DirectoryTables();
    await read({}, tables);
    const { fetch } = tenant.emulator;
    const { tenantId, clientId, clientSecret } = tenant.emulator.addTenant({ users: 5, domain: "other.example" });
    const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
    const other = createGraphClient({ authProvider, retry: { delayMs: 1 } });
    const before = tables.rows();
    await expect(read({}, tables, other)).rejects.toMatchObject({ code: "invalid_continuation_token" });
    expect(tables.rows()).toEqual(before);
  });

  it("walks again from the same cursors, and tells its progress to the end", async () => {
    await start({ users: 20, groups: 12 });
    const told: boolean[] = [];
    const feed = readDirectory(tenant.client, { ...select, onProgress: ({ done }) => told.push(done) });
    const walks = [[], []] as number[][];
    for (const walk of walks) for await (const { changes } of feed) walk.push(changes.length);
    expect(walks[0]).toEqual(walks[1]);
    expect(told.filter((done) => done)).toHaveLength(2);
    expect(Object.keys(feed.summary!).sort()).toEqual([
      "edges",
      "elapsedMs",
      "objects",
      "pages",
      "requests",
      "resourceUnits",
      "retries",
      "throttledMs",
    ]);
  });
});
