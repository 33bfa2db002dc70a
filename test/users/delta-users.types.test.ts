import type { Client } from "@microsoft/microsoft-graph-client";
import type { NullableOption } from "@microsoft/microsoft-graph-types";
import { describe, expectTypeOf, it } from "vitest";
import type { ChangePage } from "../../src/graph/paging/page-walk.js";
import { deltaUsers, type UserChange } from "../../src/users/delta-users.js";

declare const client: Client;

// Compiled by tsc; nothing here is called.
const read = async () => {
  const changes = deltaUsers(client, { select: ["mail"] });
  for await (const { user, removed } of changes) {
    if (removed) expectTypeOf(user).toEqualTypeOf<{ id: string }>();
    else expectTypeOf(user).toEqualTypeOf<{ id: string; mail?: NullableOption<string> }>();
  }
  for await (const page of changes.byPage()) expectTypeOf(page).toEqualTypeOf<ChangePage<UserChange<"mail">>>();
  // @ts-expect-error rounds of changes have no order
  deltaUsers(client, { orderBy: "displayName" });
  // @ts-expect-error a property that can't be listed
  deltaUsers(client, { select: ["skills"] });
};

describe("the type of a change", () => {
  it("is the selected user with a certain id, or nothing but the id of one that was removed", () => {
    expectTypeOf(read).toBeFunction();
  });
});
