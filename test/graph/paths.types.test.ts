import type { Client } from "@microsoft/microsoft-graph-client";
import type { AppRoleAssignment, Group, NullableOption, SignIn, User } from "@microsoft/microsoft-graph-types";
import { describe, expectTypeOf, it } from "vitest";
import { listAll } from "../../src/graph/list-all.js";
import type { Listing } from "../../src/graph/paging/listing.js";

declare const client: Client;
declare const id: string;
declare const anyPath: string;
type Item<L> = L extends Listing<infer T> ? T : never;

// Compiled by tsc; nothing here is called.
const typed = {
  groups: () => listAll(client, "/groups", { select: ["id", "displayName"] }),
  whole: () => listAll(client, "/groups"),
  members: () => listAll(client, `/groups/${id}/members`, { select: ["id", "displayName", "mail", "appId"] }),
  cast: () => listAll(client, `/groups/${id}/members/microsoft.graph.user`, { select: ["id", "mail"] }),
  keyed: () => listAll(client, `/servicePrincipals(appId='${id}')/appRoleAssignedTo`),
  extended: () => listAll(client, "/groups", { select: ["id", "extension_0a_code"] }),
  expanded: () => listAll(client, "/groups", { select: ["id"], expand: ["owners($select=id)"] }),
  deleted: () => listAll(client, "/directory/deletedItems/microsoft.graph.user", { select: ["mail"] }),
  signIns: () => listAll(client, "/auditLogs/signIns"),
  units: () => listAll(client, "/directory/administrativeUnits", { select: ["displayName"] }),
  unknown: () => listAll(client, "/nobody/knows", { select: ["anything"] }),
  computed: () => listAll(client, anyPath, { select: ["anything"] }),
  explicit: () => listAll<Group>(client, "/groups", { select: ["id"] }),
  explicitAnywhere: () => listAll<{ size: number }>(client, anyPath, { select: ["size"] }),
  // What a caller may not have: an option that is undefined is one left out, also under exactOptionalPropertyTypes.
  passedOn: (signal: AbortSignal | undefined) =>
    listAll(client, "/groups", { select: ["id"] as const, filter: undefined, signal }),
  names: (select: string[]) => listAll<Group>(client, "/groups", { select }),
  wrong: () => [
    // @ts-expect-error no property of that name
    listAll(client, "/groups", { select: ["displayNam"] }),
    // @ts-expect-error a property of users, not of groups
    listAll(client, "/groups", { select: ["jobTitle"] }),
    // @ts-expect-error no property of what the cast names
    listAll(client, `/groups/${id}/members/microsoft.graph.user`, { select: ["groupTypes"] }),
    // @ts-expect-error a relation, which is expanded
    listAll(client, "/groups", { select: ["members"] }),
    // @ts-expect-error no relation, but a property
    listAll(client, "/groups", { expand: "assignedLicenses" }),
    // @ts-expect-error no relation of that name
    listAll(client, "/groups", { expand: "managers" }),
    // @ts-expect-error no property to sort by
    listAll(client, "/groups", { orderBy: "displaName desc" }),
    // @ts-expect-error no option of that name
    listAll(client, "/groups", { top: 5 }),
  ],
};

describe("the type of what a path lists", () => {
  it("holds what was selected, with a certain id", () => {
    expectTypeOf<Item<ReturnType<typeof typed.groups>>>().toEqualTypeOf<{
      id: string;
      displayName?: NullableOption<string>;
    }>();
    expectTypeOf<Item<ReturnType<typeof typed.cast>>>().toEqualTypeOf<{ id: string; mail?: NullableOption<string> }>();
    expectTypeOf<Item<ReturnType<typeof typed.deleted>>>().toEqualTypeOf<{ mail?: NullableOption<string> }>();
    expectTypeOf<Item<ReturnType<typeof typed.units>>>().toEqualTypeOf<{ displayName?: NullableOption<string> }>();
    expectTypeOf<Item<ReturnType<typeof typed.passedOn>>>().toEqualTypeOf<{ id: string }>();
  });

  it("is the object's own where nothing was selected", () => {
    expectTypeOf<Item<ReturnType<typeof typed.whole>>["groupTypes"]>().toEqualTypeOf<Group["groupTypes"]>();
    expectTypeOf<Item<ReturnType<typeof typed.whole>>["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Item<ReturnType<typeof typed.signIns>>["appId"]>().toEqualTypeOf<SignIn["appId"]>();
    expectTypeOf<Item<ReturnType<typeof typed.keyed>>["principalType"]>().toEqualTypeOf<
      AppRoleAssignment["principalType"]
    >();
  });

  it("tells the kinds of members apart by their @odata.type", () => {
    const told = (member: Item<ReturnType<typeof typed.members>>) => {
      if (member["@odata.type"] === "#microsoft.graph.user") {
        expectTypeOf(member.mail).toEqualTypeOf<User["mail"]>();
        // @ts-expect-error a service principal's
        member.appId;
      }
      if (member["@odata.type"] === "#microsoft.graph.servicePrincipal")
        expectTypeOf(member.id).toEqualTypeOf<string>();
    };
    expectTypeOf(told).toBeFunction();
  });

  it("holds extensions and what was expanded", () => {
    expectTypeOf<Item<ReturnType<typeof typed.extended>>["extension_0a_code"]>().toEqualTypeOf<unknown>();
    expectTypeOf<Item<ReturnType<typeof typed.expanded>>["owners"]>().toEqualTypeOf<Group["owners"]>();
  });

  it("is the caller's word where it is given, and open where nothing is known", () => {
    expectTypeOf<Item<ReturnType<typeof typed.explicit>>>().toEqualTypeOf<Group>();
    expectTypeOf<Item<ReturnType<typeof typed.explicitAnywhere>>>().toEqualTypeOf<{ size: number }>();
    expectTypeOf<Item<ReturnType<typeof typed.unknown>>>().toEqualTypeOf<Record<string, unknown>>();
    expectTypeOf<Item<ReturnType<typeof typed.computed>>>().toEqualTypeOf<Record<string, unknown>>();
  });
});
