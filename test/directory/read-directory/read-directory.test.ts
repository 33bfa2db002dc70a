import { afterEach, describe, expect, it } from "vitest";
import { type ReadDirectoryOptions, readDirectory } from "../../../src/directory/read-directory/read-directory.js";
import type { EmulatorOptions } from "../../../src/testing/index.js";
import { DirectoryTables, directoryRows } from "../../support/directory-tables.js";
import { type EmulatedTenant, emulatedClient } from "../../support/emulated-client.js";
import { thorough } from "../../support/thorough.js";

let tenant: EmulatedTenant;
afterEach(() => tenant.emulator.stop());

const select = { users: { select: ["displayName"] }, groups: { select: ["displayName"] } } as const;

async function start(options: EmulatorOptions = {}) {
  tenant = await emulatedClient({ roles: ["Directory.Read.All", "Member.Read.Hidden"], seed: 1, ...options });
  return tenant.emulator;
}

/** One call, all of whose pages are stored. */
async function read(tables: DirectoryTables, options: ReadDirectoryOptions = {}) {
  tenant.emulator.requests.length = 0;
  const feed = readDirectory(tenant.client, { ...select, cursors: tables.cursors, ...options });
  const pages = [];
  for await (const page of feed) {
    tables.store(page);
    pages.push(page);
  }
  return { pages, asked: tenant.asked(), summary: feed.summary! };
}

describe("the whole directory", () => {
  it("comes complete, in streams of up to fifty groups, and a quiet round asks each of them once", async () => {
    const emulator = await start({ users: 120, groups: 130 });
    const tables = new DirectoryTables();
    const first = await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
    expect([...tables.cursors.keys()].filter((stream) => stream.startsWith("members:"))).toHaveLength(3);
    const { users, groups, edges } = tables.rows();
    expect(first.summary).toMatchObject({ objects: users.length + groups.length, requests: first.asked.length });
    expect(first.summary.edges).toBeGreaterThanOrEqual(edges.length);
    expect(first.summary.requests).toBeLessThanOrEqual(2 * (2 + 1 + 5 + tables.cursors.size));

    const quiet = await read(tables);
    expect(quiet.pages.map(({ changes, done }) => [changes.length, done])).toEqual(Array(5).fill([0, true]));
    expect(quiet.pages.map(({ stream }) => stream).sort()).toEqual([...tables.cursors.keys()].sort());
    expect(quiet.asked).toHaveLength(5);
  });

  it("goes on from the cursors of each page, wherever the process was killed", async () => {
    const emulator = await start({ users: 120, groups: 60, deltaPageSize: 10, deltaRelatedSize: 30 });
    const tables = new DirectoryTables();
    let pages = 0;
    for (let call = 0; call < 15; call++) {
      for await (const page of readDirectory(tenant.client, { ...select, cursors: tables.cursors })) {
        tables.store(page);
        pages += 1;
        if (pages % 4 === 0) break;
      }
    }
    await read(tables);
    expect(pages).toBeGreaterThan(20);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("holds the groups of each stream of memberships in a first cursor, so that one killed before its first page isn't lost", async () => {
    const emulator = await start({ users: 40, groups: 120, deltaPageSize: 40 });
    const tables = new DirectoryTables();
    for (let kills = 0; kills < 6; kills++) {
      for await (const page of readDirectory(tenant.client, { ...select, cursors: tables.cursors, concurrency: 1 })) {
        const isNew = page.stream.startsWith("members:") && !tables.cursors.has(page.stream);
        tables.store(page);
        if (!isNew) continue;
        expect(page.changes).toEqual([]);
        break;
      }
    }
    const streams = [...tables.cursors.keys()];
    await read(tables);
    expect(streams.every((stream) => tables.cursors.has(stream))).toBe(true);
    expect(tables.cursors.size).toBe(5);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("tells of a group before its memberships, and of its stream before both", async () => {
    await start({ users: 60, groups: 70, deltaPageSize: 20 });
    const { pages } = await read(new DirectoryTables());
    const known = new Set<string>();
    const streams = new Set<string>();
    for (const { stream, changes } of pages) {
      if (!streams.has(stream) && stream.startsWith("members:")) expect(changes).toEqual([]);
      streams.add(stream);
      for (const change of changes) {
        if (change.kind === "group") known.add(change.group.id);
        if (change.kind === "membership") expect(known).toContain(change.groupId);
      }
    }
    expect(streams.size).toBe(4);
  });

  it("takes up new groups in a stream that has room, without a reset, and loses nobody who left meanwhile", async () => {
    const emulator = await start({ users: 60, groups: 45, deltaRelatedSize: 5_000 });
    const { groups, users } = emulator;
    const tables = new DirectoryTables();
    await read(tables);
    const [user = ""] = users.ids();
    const old = [...groups.ids()].find((id) => [...groups.members(id)].length > 1)!;
    const [leaver = ""] = groups.members(old);
    groups.removeMember(old, leaver);
    for (const displayName of ["New", "Newer"]) groups.addMember(groups.add({ displayName }).id, user);
    const { pages, asked } = await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
    expect(tables.cursors.size).toBe(3);
    expect(pages.filter(({ reset }) => reset)).toEqual([]);
    expect(asked.map((path) => path.replace(/token=.*/, "").replace(/filter=.*/, ""))).toEqual([
      "/v1.0/users/delta?$delta",
      "/v1.0/groups/delta?$delta",
      "/v1.0/groups/delta?$select=members&$",
      "/v1.0/groups/delta?$delta",
    ]);
    expect((await read(tables)).asked).toHaveLength(3);
  });

  it("gives no new group to a stream that is read already, though one of its groups has just gone", async () => {
    const emulator = await start({ users: 60, groups: 50 });
    const { groups, users } = emulator;
    const tables = new DirectoryTables();
    await read(tables);
    const [gone = ""] = groups.ids();
    const [user = ""] = users.ids();
    groups.remove(gone, { permanently: true });
    groups.addMember(groups.add({ displayName: "New" }).id, user);
    // The stream of memberships, whose link holds fifty ids, answers last.
    emulator.faults.add({ where: ({ path }) => path.length > 1_000, delayMs: 150 });
    const { pages } = await read(tables);
    const ends = pages.flatMap(({ stream, done }) => (done ? [stream] : []));
    expect(ends).toHaveLength(new Set(ends).size);
    for (const { stream, done } of new Map(pages.map((page) => [page.stream, page])).values()) {
      expect([stream, done]).toEqual([stream, true]);
    }
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("keeps about one stream to fifty groups while the tenant grows and loses some for good", async () => {
    const emulator = await start({ users: 20, groups: 45 });
    const { groups } = emulator;
    const tables = new DirectoryTables();
    const nights = thorough ? 12 : 4;
    for (let night = 0; night < nights; night++) {
      await read(tables);
      for (let added = 0; added < 10; added++)
        groups.add({ displayName: `Night ${night}, ${added}`, securityEnabled: true });
      const [oldest = ""] = groups.ids();
      groups.remove(oldest, { permanently: true });
    }
    await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
    expect(groups.count).toBe(45 + nights * 9);
    expect(tables.cursors.size - 2).toBe(thorough ? 4 : 2);
    const members = [...tables.cursors.values()].map(({ length }) => length);
    expect(Math.max(...members)).toBeLessThanOrEqual(8_000);
  });

  it("ends what has vanished: a stream without groups asks nothing, and its room is used again", async () => {
    const emulator = await start({ users: 20, groups: 12 });
    const { groups } = emulator;
    const tables = new DirectoryTables();
    await read(tables);
    for (const id of [...groups.ids()]) groups.remove(id, { permanently: true });
    await read(tables);
    expect((await read(tables)).asked).toHaveLength(2);
    const [user = ""] = emulator.users.ids();
    groups.addMember(groups.add({ displayName: "First again" }).id, user);
    await read(tables);
    expect(tables.cursors.size).toBe(3);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("lists more than ten thousand users behind a delta link that was taken before", async () => {
    const emulator = await start({ users: thorough ? 10_500 : 1_050 });
    if (!thorough) emulator.faults.add({ path: "/$count", body: "10500" });
    const tables = new DirectoryTables();
    const feed = readDirectory(tenant.client, { users: select.users, groups: false, memberships: false });
    const [first = "", second = "", third = ""] = emulator.users.ids();
    for await (const page of feed) {
      if (tables.users.size === 0) {
        emulator.users.update(first, { displayName: "Renamed meanwhile" });
        emulator.users.remove(second);
        emulator.users.remove(third, { permanently: true });
      }
      tables.store(page);
    }
    expect(tables.rows().users).toEqual(directoryRows(emulator).users);
    const pages = thorough ? 11 : 2;
    const asked = tenant.asked();
    expect(asked.slice(0, 3)).toEqual([
      "/v1.0/users/$count",
      "/v1.0/users/delta?$select=displayName,id&$deltatoken=latest",
      "/v1.0/users?$select=displayName,id&$top=999",
    ]);
    expect(asked).toHaveLength(1 + 1 + pages + 1);
    expect(feed.summary).toMatchObject({ requests: pages + 3, retries: 0, edges: 0 });
  });

  it("resets the one stream whose state Graph has forgotten, and no other", async () => {
    const emulator = await start({ users: 80, groups: 120 });
    const tables = new DirectoryTables();
    await read(tables);
    const [forgotten = ""] = [...tables.cursors.keys()].filter((stream) => stream.startsWith("members:"));
    const edge = [...tables.edges].find(([, { stream }]) => stream === forgotten)![0];
    const [group = "", member = ""] = edge.split(" ");
    emulator.groups.removeMember(group, member);
    emulator.faults.add({ path: /deltatoken/, nth: 3, status: 410, body: { error: { code: "syncStateNotFound" } } });
    const { pages } = await read(tables, { concurrency: 1 });
    const resets = pages.filter(({ reset }) => reset).map(({ stream }) => stream);
    expect(new Set(resets)).toEqual(new Set([forgotten]));
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("reads all memberships in one stream where Graph refuses to watch members by ids", async () => {
    const emulator = await start({ users: 80, groups: 120 });
    const refused = { status: 400, body: { error: { code: "Request_UnsupportedQuery", message: "Not together." } } };
    emulator.faults.add({ path: /filter=/, times: Number.POSITIVE_INFINITY, ...refused });
    const tables = new DirectoryTables();
    await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
    const [group = ""] = emulator.groups.ids();
    emulator.groups.remove(group, { permanently: true });
    const later = await read(tables);
    expect(later.pages.map(({ stream }) => stream).sort()).toEqual(["groups", "members", "users"]);
    expect(later.asked).toHaveLength(3);
    await read(tables, { memberships: "list" });
    await read(tables);
    expect(tables.rows()).toEqual(directoryRows(emulator));
  });

  it("lists memberships anew to reconcile, and follows them afterwards from where it was", async () => {
    const emulator = await start({ users: 100, groups: 110 });
    const tables = new DirectoryTables();
    await read(tables);
    const [edge = ""] = tables.edges.keys();
    const [group = ""] = edge.split(" ");
    tables.edges.delete(edge);
    const [stray = ""] = [...emulator.users.ids()].filter(
      (id) => !tables.edges.has(`${group} ${id}`) && !edge.includes(id),
    );
    tables.edges.set(`${group} ${stray}`, { ...tables.edges.values().next().value!, type: "user" });
    expect(tables.rows()).not.toEqual(directoryRows(emulator));
    const listed = await read(tables, { memberships: "list" });
    expect(tables.rows()).toEqual(directoryRows(emulator));
    const seen = new Set<string>();
    for (const { stream, reset } of listed.pages.filter(({ stream }) => stream.startsWith("members:"))) {
      expect(reset === true).toBe(!seen.has(stream));
      seen.add(stream);
    }
    expect(seen.size).toBe(3);
    const batches = emulator.requests.filter(({ path, step }) => path.endsWith("/$batch") && step === undefined);
    expect(listed.summary.requests).toBe(2 + batches.length);
    expect(batches.length).toBeLessThanOrEqual(3 * 3);
    expect((await read(tables)).asked).toHaveLength(5);
  });
});
