import type { Client } from "@microsoft/microsoft-graph-client";
import type { Group, NullableOption, User } from "@microsoft/microsoft-graph-types";
import { describe, expectTypeOf, it } from "vitest";
import { listAll } from "../../src/graph/list-all.js";
import type { Listing } from "../../src/graph/paging/listing.js";
import { listUsers } from "../../src/users/list-users.js";
import type { listableProperties, UserRelation, unlistableProperties } from "../../src/users/user-properties.js";

declare const client: Client;
type Item<L> = L extends Listing<infer T> ? T : never;

// Compiled by tsc; nothing here is called.
const typed = {
  selected: () => listUsers(client, { select: ["id", "displayName", "accountEnabled"] }),
  unselected: () => listUsers(client),
  withoutId: () => listUsers(client, { select: ["mail"] }),
  extended: () => listUsers(client, { select: ["id", "extension_0a1b_costCenter"] }),
  expanded: () => listUsers(client, { select: ["id"], expand: ["manager($select=id,displayName)"] }),
  // What a caller may not have: an option that is undefined is one left out, also under exactOptionalPropertyTypes.
  passedOn: (signal: AbortSignal | undefined, token: string | undefined) =>
    listUsers(client, { select: ["mail"] as const, filter: undefined, signal }).byPage({ continuationToken: token }),
  atRunTime: (names: readonly string[]) => listUsers(client, { select: names }),
  partlyAtRunTime: (names: string[]) => listUsers(client, { select: ["id", ...names] }),
  groups: () => listAll<Group>(client, "/groups", { select: ["id"] }),
  misspelt: () => [
    // @ts-expect-error no property of that name
    listUsers(client, { select: ["displayNam"] }),
    // @ts-expect-error a property that can't be listed
    listUsers(client, { select: ["aboutMe"] }),
    // @ts-expect-error a relation, which is expanded
    listUsers(client, { select: ["manager"] }),
    // @ts-expect-error no relation of that name
    listUsers(client, { expand: "manger" }),
    // @ts-expect-error Graph doesn't sort by that
    listUsers(client, { orderBy: "jobTitle" }),
    // @ts-expect-error no option of that name
    listUsers(client, { top: 5 }),
  ],
};

describe("the type of a listed user", () => {
  it("holds what was selected, with the types of the Graph types package, and a certain id", () => {
    expectTypeOf<Item<ReturnType<typeof typed.selected>>>().toEqualTypeOf<{
      id: string;
      displayName?: NullableOption<string>;
      accountEnabled?: NullableOption<boolean>;
    }>();
    expectTypeOf<Item<ReturnType<typeof typed.withoutId>>>().toEqualTypeOf<{ mail?: NullableOption<string> }>();
  });

  it("is uncertain, and open to more, where names come at run time", () => {
    type Expected = Partial<User> & Record<string, unknown>;
    expectTypeOf<Item<ReturnType<typeof typed.atRunTime>>>().toEqualTypeOf<Expected>();
    expectTypeOf<Item<ReturnType<typeof typed.partlyAtRunTime>>>().toEqualTypeOf<Expected>();
  });

  it("holds the eleven documented default properties where nothing was selected", () => {
    type Expected =
      | "businessPhones"
      | "displayName"
      | "givenName"
      | "id"
      | "jobTitle"
      | "mail"
      | "mobilePhone"
      | "officeLocation"
      | "preferredLanguage"
      | "surname"
      | "userPrincipalName";
    expectTypeOf<keyof Item<ReturnType<typeof typed.unselected>>>().toEqualTypeOf<Expected>();
  });

  it("holds extensions as unknown, and what was expanded", () => {
    expectTypeOf<Item<ReturnType<typeof typed.extended>>>().toEqualTypeOf<{
      id: string;
      extension_0a1b_costCenter?: unknown;
    }>();
    expectTypeOf<Item<ReturnType<typeof typed.expanded>>>().toEqualTypeOf<{ id: string; manager?: User["manager"] }>();
  });

  it("is the caller's own for other collections", () => {
    expectTypeOf<Item<ReturnType<typeof typed.groups>>>().toEqualTypeOf<Group>();
  });

  it("knows every property of the types package as listable, unlistable, or a relation", () => {
    type Known = (typeof listableProperties)[number] | (typeof unlistableProperties)[number] | UserRelation;
    type Unknown = Exclude<keyof User, Known>;
    // Relations that no list expands.
    expectTypeOf<Unknown>().toEqualTypeOf<
      | "activities"
      | "agreementAcceptances"
      | "authentication"
      | "calendar"
      | "calendarGroups"
      | "calendars"
      | "calendarView"
      | "chats"
      | "cloudClipboard"
      | "contactFolders"
      | "contacts"
      | "dataSecurityAndGovernance"
      | "deviceManagementTroubleshootingEvents"
      | "drive"
      | "drives"
      | "employeeExperience"
      | "events"
      | "followedSites"
      | "inferenceClassification"
      | "insights"
      | "joinedTeams"
      | "mailFolders"
      | "managedAppRegistrations"
      | "managedDevices"
      | "messages"
      | "onenote"
      | "onlineMeetings"
      | "outlook"
      | "people"
      | "permissionGrants"
      | "photo"
      | "photos"
      | "planner"
      | "presence"
      | "settings"
      | "solutions"
      | "teamwork"
      | "todo"
    >();
  });
});
