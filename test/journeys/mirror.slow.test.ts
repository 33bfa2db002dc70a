import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../examples/database.js";
import type { MirroredChange } from "../../examples/mirror/apply-changes.js";
import { counts, digest, groupsOf, mostNested, peopleIn } from "../../examples/mirror/contents.js";
import { TooManyRemovalsError } from "../../examples/mirror/deletion-fuse.js";
import { Mirror } from "../../examples/mirror/mirror.js";
import { createTables } from "../../examples/mirror/tables.js";
import { expectFenced } from "../support/fenced.js";

// Compiling PGlite thoroughly would take most of the time.
setFlagsFromString("--liftoff-only");

let database: Database;
beforeAll(async () => {
  database = await openDatabase({});
  await createTables(database);
});
afterAll(() => database?.close());

const user = (id: string, more: object = {}): MirroredChange => ({ kind: "user", user: { id, ...more } });
const group = (id: string, more: object = {}): MirroredChange => ({ kind: "group", group: { id, ...more } });
const left = (id: string): MirroredChange => ({ kind: "user", user: { id }, removed: "deleted" });
const member = (groupId: string, memberId: string, memberType = "user"): MirroredChange => ({
  kind: "membership",
  groupId,
  memberId,
  memberType,
});
const people = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `u${from + n}`);

/** A mirror that has been through its first round: people, two groups, one within the other, and a device. */
async function filled(tenant: string, users: readonly string[]): Promise<Mirror> {
  const mirror = new Mirror(database, tenant);
  await mirror.take();
  await mirror.store({ stream: "users", cursor: "1", changes: users.map((id) => user(id)) });
  await mirror.store({ stream: "members:g1", cursor: "1", changes: [] });
  await mirror.store({ stream: "groups", cursor: "1", changes: [group("g1"), group("g2")] });
  const edges = [...users.map((id) => member("g2", id)), member("g1", "g2", "group"), member("g2", "d1", "device")];
  await mirror.store({ stream: "members:g1", cursor: "2", changes: edges });
  expect(await mirror.finish()).toBeDefined();
  return mirror;
}

describe("the mirror", () => {
  it("refuses a page of one who has lost the mirror", () => expectFenced(database, "fabrikam"));

  it("stores a name with a NUL or half a character, as a database can hold it", async () => {
    const mirror = new Mirror(database, "contoso");
    await mirror.take();
    const names = ["a\u0000b", "half \ud83d", "\ude00 half", "whole \ud83d\ude00", "\\u0000 in letters"];
    await mirror.store({
      stream: "users",
      changes: names.map((displayName, n) => user(`${n}`, { displayName })),
      cursor: "1",
    });
    const { rows } = await database.query<{ name: string }>(
      "select profile->>'displayName' as name from mirrored_users where tenant = 'contoso' order by id",
    );
    expect(rows.map(({ name }) => name)).toEqual([
      "a\ufffdb",
      "half \ufffd",
      "\ufffd half",
      "whole \ud83d\ude00",
      "\\u0000 in letters",
    ]);
  });

  it("counts a membership while both its ends exist: what is restored has its own again, what is gone for good has none", async () => {
    const mirror = await filled("ends", ["u1", "u2"]);
    const memberships = async () => (await counts(database, "ends")).memberships;
    expect(await memberships()).toBe(4);
    await mirror.take();
    const recycled: MirroredChange = { kind: "user", user: { id: "u1" }, removed: "changed" };
    await mirror.store({ stream: "users", cursor: "2", changes: [recycled] });
    expect(await memberships()).toBe(3);
    await mirror.store({ stream: "users", cursor: "3", changes: [user("u1")] });
    expect(await memberships()).toBe(4);
    await mirror.store({ stream: "users", cursor: "4", changes: [left("u1"), user("u1")] });
    expect(await memberships()).toBe(3);
  });

  it("has one digest for one content, whatever its order, its history, and what never had a value", async () => {
    await filled("one", ["u1", "u2"]);
    const other = await filled("other", ["u3", "u2", "u1"]);
    expect(await digest(database, "other")).not.toBe(await digest(database, "one"));
    await other.take();
    await other.store({ stream: "users", cursor: "2", changes: [left("u3"), user("u1", { mail: null })] });
    expect(await digest(database, "other")).toBe(await digest(database, "one"));
    await other.store({ stream: "users", cursor: "3", changes: [user("u1", { mail: "a@b" })] });
    expect(await digest(database, "other")).not.toBe(await digest(database, "one"));
  });

  it("tells who is in a group, and what somebody is in, through groups that hold each other", async () => {
    const mirror = await filled("closure", ["u1", "u2"]);
    await mirror.take();
    await mirror.store({ stream: "members:g1", cursor: "3", changes: [member("g2", "g1", "group")] });
    expect(await peopleIn(database, "closure", "g1")).toEqual(["u1", "u2"]);
    expect(await groupsOf(database, "closure", "u2")).toEqual(["g1", "g2"]);
    expect(await mostNested(database, "closure", 1)).toMatchObject([{ id: "g2", members: 4, people: 2 }]);
  });

  it("removes what wasn't told again once everything was, and not before", async () => {
    const mirror = await filled("anew", people(0, 20));
    await mirror.take();
    await mirror.store({ stream: "users", cursor: "2", changes: people(0, 10).map((id) => user(id)), reset: true });
    await mirror.store({ stream: "users", cursor: "3", changes: people(10, 19).map((id) => user(id)) });
    expect(await counts(database, "anew")).toMatchObject({ users: 20 });
    expect(await mirror.finish()).toMatchObject({ users: { removed: 1 }, memberships: { removed: 0 } });
    expect(await counts(database, "anew")).toMatchObject({ users: 19, memberships: 21 });
  });

  it("forgets its places, and then keeps only what is told anew, in streams of old names and new ones", async () => {
    const mirror = await filled("forgotten", people(0, 4));
    await mirror.take();
    await mirror.forget();
    const { streams, cursors } = await mirror.take();
    expect([streams.sort(), [...cursors]]).toEqual([["groups", "users"], []]);
    await mirror.store({ stream: "members:g1", cursor: "1", changes: [member("g2", "u0")] });
    await mirror.store({
      stream: "members:g2",
      cursor: "1",
      changes: [member("g2", "u1"), member("g1", "g2", "group")],
    });
    await mirror.store({ stream: "groups", cursor: "1", changes: [group("g1"), group("g2")] });
    await mirror.store({ stream: "users", cursor: "1", changes: people(0, 3).map((id) => user(id)) });
    await mirror.finish();
    expect(await counts(database, "forgotten")).toEqual({ users: 3, groups: 2, memberships: 3 });
  });
});

describe("the deletion fuse", () => {
  it("counts what a round removes over its pages and its restarts, and keeps the pages before", async () => {
    await filled("fuse", people(0, 600));
    const remove = async (from: number, to: number, options?: { removalsAllowed: boolean }) => {
      const mirror = new Mirror(database, "fuse");
      await mirror.take(options);
      return mirror.store({ stream: "users", cursor: `${to}`, changes: people(from, to).map(left) });
    };
    await remove(0, 50);
    await remove(50, 60);
    const failure = await remove(60, 61).catch((error) => error);
    expect(failure).toBeInstanceOf(TooManyRemovalsError);
    expect(failure).toMatchObject({ kind: "users", removals: 61, rows: 600, examples: ["u60"] });
    expect(await counts(database, "fuse")).toMatchObject({ users: 540, memberships: 542 });
    await remove(60, 200, { removalsAllowed: true });
    expect(await counts(database, "fuse")).toMatchObject({ users: 400 });
  });

  it.each([
    ["50 of 60, which is little", 60, 50, true],
    ["51 of 60", 60, 51, false],
    ["60 of 600, a tenth", 600, 60, true],
  ])("holds a sweep of %s: %s rows, %s gone", async (name, rows, gone, isFine) => {
    const mirror = await filled(name, people(0, rows));
    await mirror.take();
    const changes = people(gone, rows).map((id) => user(id));
    await mirror.store({ stream: "users", cursor: "2", changes, reset: true });
    const ending = mirror.finish();
    if (isFine) await ending;
    else await expect(ending).rejects.toMatchObject({ kind: "users", removals: gone, rows });
    expect(await counts(database, name)).toMatchObject({ users: isFine ? rows - gone : rows });
    if (isFine) return;
    await mirror.take({ removalsAllowed: true });
    await mirror.finish();
    expect(await counts(database, name)).toMatchObject({ users: rows - gone });
  });

  it("counts each kind for itself, and from zero in every round", async () => {
    const mirror = await filled("rounds", people(0, 1_000));
    for (let round = 0; round < 3; round++) {
      await mirror.take();
      const changes = people(round * 80, (round + 1) * 80).map(left);
      await mirror.store({ stream: "users", cursor: `${round}`, changes });
      await mirror.finish();
    }
    await mirror.take();
    const changes = people(240, 400).map(
      (id): MirroredChange => ({ ...member("g2", id), removed: true }) as MirroredChange,
    );
    await expect(mirror.store({ stream: "members:g1", cursor: "3", changes })).rejects.toMatchObject({
      kind: "memberships",
      removals: 160,
      rows: 762,
    });
  });
});

describe("a mirror that is divided", () => {
  it("ends its round with the last of its parts, gives new streams to new parts, and new groups to the newest stream", async () => {
    const mirror = await filled("parts", ["u1"]);
    for (const id of ["g2", "g3", "g4"]) {
      await mirror.take();
      await mirror.store({ stream: `members:${id}`, cursor: "1", changes: [] });
      await mirror.finish();
    }
    expect(await mirror.divide(2)).toEqual([0, 1, 2, 3]);
    const taken = async (part: number) => {
      const worker = new Mirror(database, "parts");
      return { worker, ...(await worker.take({ part })) };
    };
    const parts = await Promise.all([0, 1, 2, 3].map(taken));
    expect(parts.map(({ streams }) => streams.sort())).toEqual([
      ["users"],
      ["groups", "members:g4"],
      ["members:g1", "members:g2"],
      ["members:g3"],
    ]);
    expect(parts.map(({ cursors }) => cursors.size)).toEqual([1, 6, 2, 1]);
    await parts[1]!.worker.store({ stream: "members:g5", cursor: "1", changes: [] });
    expect(await mirror.divide(2)).toEqual([0, 1, 2, 3, 4]);
    expect((await taken(4)).streams).toEqual(["members:g5"]);
    for (const part of [0, 1, 2, 3]) expect(await parts[part]!.worker.finish()).toBeUndefined();
    expect((await taken(2)).streams).toEqual([]);
    expect(await (await taken(4)).worker.finish()).toBeDefined();
  });
});
