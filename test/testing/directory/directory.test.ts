import { describe, expect, it } from "vitest";
import { createDirectory } from "../../../src/testing/directory/directory.js";
import { createTenantContents } from "../../../src/testing/directory/tenant-contents.js";
import { thorough } from "../../support/thorough.js";

function directory(users: number, seed = 1) {
  const made = createDirectory({
    users,
    seed,
    tenantId: "7f0c1d52-6a1e-4b0e-9d6f-0a9f6c0f9a11",
    domain: "contoso.onmicrosoft.com",
    clock: { now: () => Date.UTC(2026, 10, 20) },
  });
  const { users: population } = made.populations;
  const { member, keyOf, exists } = population;
  return Object.assign(createTenantContents(made).users, {
    member,
    keyOf,
    exists,
    end: () => population.end,
    changes: () => made.changes,
    reset: made.reset,
  });
}

const everyone = (people: ReturnType<typeof directory>) =>
  Array.from({ length: people.end() }, (_, key) => key)
    .filter((key) => people.exists(key))
    .map((key) => people.member(key));

describe("a generated population", () => {
  it("is the same for the same seed, and another for another", () => {
    const names = (seed: number) => everyone(directory(50, seed)).map((read) => read("displayName"));
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
  });

  it("keeps its first people when there are more of them", () => {
    const ids = (users: number) => everyone(directory(users)).map((read) => read("id"));
    expect(ids(500).slice(0, 20)).toEqual(ids(20));
  });

  it("gives nobody another's id or user principal name, and finds everybody by both", () => {
    const count = thorough ? 30_000 : 5_000;
    const people = directory(count);
    const seen = new Set<string>();
    for (const [key, read] of everyone(people).entries()) {
      for (const property of ["id", "userPrincipalName"]) {
        const name = String(read(property));
        seen.add(name.toLowerCase());
        expect(people.keyOf(name.toUpperCase())).toBe(key);
      }
    }
    expect(seen.size).toBe(2 * count);
  });

  it("has well-formed GUIDs and ASCII principal names", () => {
    for (const read of everyone(directory(thorough ? 9_000 : 2_000))) {
      expect(read("id")).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      expect(read("userPrincipalName")).toMatch(/^[a-z0-9.\-_#EXT]+@contoso\.onmicrosoft\.com$/);
    }
  });

  it("looks like a company: many scripts, apostrophes, guests, disabled accounts, absent values", () => {
    const people = everyone(directory(3000));
    const share = (holds: (read: (property: string) => unknown) => boolean) =>
      people.filter(holds).length / people.length;
    const named = (pattern: RegExp) => share((read) => pattern.test(String(read("displayName"))));
    for (const script of ["Latin", "Cyrillic", "Arabic", "Han", "Hangul"]) {
      expect(named(new RegExp(`\\p{Script=${script}}`, "u"))).toBeGreaterThan(0.005);
    }
    expect(named(/'/)).toBeGreaterThan(0.01);
    expect(share((read) => String(read("userPrincipalName")).includes("#EXT#"))).toBeCloseTo(0.06, 1);
    expect(share((read) => read("accountEnabled") === false)).toBeCloseTo(0.07, 1);
    for (const property of [
      "mail",
      "jobTitle",
      "department",
      "mobilePhone",
      "officeLocation",
      "givenName",
      "signInActivity",
    ]) {
      const absent = share((read) => read(property) === null);
      expect([property, absent > 0 && absent < 0.6]).toEqual([property, true]);
    }
    expect(new Set(people.map((read) => read("department"))).size).toBeGreaterThan(8);
  });

  it("is there at once and finds its last person, however many they are", () => {
    const people = directory(10_000_000);
    const last = people.member(9_999_999);
    expect(people.keyOf(String(last("id")))).toBe(9_999_999);
    expect(people.keyOf(String(last("userPrincipalName")))).toBe(9_999_999);
  });

  it.each([
    "",
    "nobody",
    "nobody@contoso.onmicrosoft.com",
    "00000000-0000-4000-8000-000000000000",
    "x".repeat(36),
    "@",
    "2@x",
  ])("has nobody called %j", (name) => {
    expect(directory(100).get(name)).toBeUndefined();
  });
});

describe("changes to a directory", () => {
  it("add someone with what is given, and make up the rest", () => {
    const people = directory(10);
    const added = people.add({ displayName: "Zoë O'Brien", department: "Sales" });
    expect(added).toMatchObject({
      displayName: "Zoë O'Brien",
      givenName: "Zoë",
      surname: "O'Brien",
      userPrincipalName: "zoe.obrien@contoso.onmicrosoft.com",
      department: "Sales",
      createdDateTime: "2026-11-20T00:00:00Z",
    });
    expect(people.count).toBe(11);
    expect(people.get(added.id)).toEqual(added);
    expect(people.get("ZOE.OBRIEN@contoso.onmicrosoft.com")).toEqual(added);
    expect(people.add({ displayName: "Zoë O'Brien" }).userPrincipalName).not.toBe(added.userPrincipalName);
    expect(people.add().displayName).not.toBe("");
    const further = Array.from({ length: 200 }, () => people.add());
    expect(further.every(({ userType, accountEnabled }) => userType === "Member" && accountEnabled)).toBe(true);
  });

  it("update what is named, and are found under the new name only", () => {
    const people = directory(10);
    const before = people.get(String(people.member(3)("id")))!;
    const after = people.update(before.userPrincipalName, {
      userPrincipalName: "new@contoso.onmicrosoft.com",
      jobTitle: null,
    });
    expect(after).toEqual({ ...before, userPrincipalName: "new@contoso.onmicrosoft.com", jobTitle: null });
    expect(people.get(before.userPrincipalName)).toBeUndefined();
    expect(people.get("new@contoso.onmicrosoft.com")?.id).toBe(before.id);
    people.update(before.id, { userPrincipalName: before.userPrincipalName });
    expect(people.get(before.userPrincipalName)?.id).toBe(before.id);
  });

  it("remove somebody once", () => {
    const people = directory(10);
    const { id } = people.get(String(people.member(0)("id")))!;
    expect([people.remove(id), people.remove(id), people.count]).toEqual([true, false, 9]);
    expect(people.get(id)).toBeUndefined();
  });

  it("are undone by a reset", () => {
    const people = directory(10);
    const before = everyone(people).map((read) => [read("id"), read("displayName")]);
    people.add({ displayName: "Someone Else" });
    people.remove(String(before[2]?.[0]));
    people.update(String(before[3]?.[0]), { displayName: "Renamed" });
    people.reset();
    expect(everyone(people).map((read) => [read("id"), read("displayName")])).toEqual(before);
    expect([people.count, people.changes()]).toEqual([10, []]);
  });

  it("can't be reached through what was handed out or in", () => {
    const people = directory(1);
    const phones = ["1"];
    const { id } = people.add({ businessPhones: phones });
    phones.push("2");
    people.get(id)?.businessPhones?.push("3");
    expect(people.get(id)?.businessPhones).toEqual(["1"]);
  });

  it("refuse what a directory refuses", () => {
    const people = directory(10);
    const [first, second] = [0, 1].map((key) => people.get(String(people.member(key)("id")))!);
    expect(() => people.add({ displayname: "x" } as never)).toThrow(
      'A user has no property "displayname"; did you mean "displayName"?',
    );
    expect(() => people.add({ userPrincipalName: first!.userPrincipalName.toUpperCase() })).toThrow(
      "Another user is already called",
    );
    expect(() => people.update(first!.id, { userPrincipalName: second!.userPrincipalName })).toThrow(
      "Another user is already called",
    );
    expect(() => people.update(first!.id, { id: second!.id })).toThrow("can't be changed");
    expect(() => people.update("nobody", {})).toThrow('There is no user "nobody"');
    expect(people.count).toBe(10);
  });
});
