import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildQuery } from "../../../src/graph/query/build-query.js";
import { rulesOf } from "../../../src/graph/query/collection-rules.js";
import { type Cell, cells, written } from "../../facts/filter-table.js";
import { filterMarks } from "../../facts/write-filter-marks.js";

const isAdvanced = (collection: string, query: Parameters<typeof buildQuery>[1]) => {
  const { headers } = buildQuery(
    `https://graph.microsoft.com/v1.0/${collection}`,
    query,
    rulesOf(`/v1.0/${collection}`),
  );
  return headers.ConsistencyLevel === "eventual";
};

describe("Microsoft's tables of filters", () => {
  const filters = cells.filter(({ table }) => table !== "orderby");
  const keyOf = ({ collection, property, operator }: Cell) => `${collection} ${property} ${operator}`;
  const newest = new Map(filters.filter(({ table }) => table !== "older").map((cell) => [keyOf(cell), cell.mark]));

  it("are what the library's own form of them was written from", () => {
    expect(readFileSync(new URL("../../../src/graph/query/filter-marks.ts", import.meta.url), "utf8")).toBe(
      filterMarks(),
    );
  });

  it("decide of every cell whether it goes out as a basic or as an advanced query", () => {
    // The newest decides; what it leaves blank the older one may allow. What no table allows as a basic query can't be served by one.
    const older = new Map(filters.filter(({ table }) => table === "older").map((cell) => [keyOf(cell), cell.mark]));
    const wrong: string[] = [];
    let agreed = 0;
    for (const cell of filters) {
      const mark = newest.get(keyOf(cell)) ?? "-";
      const basic = (mark === "-" ? older.get(keyOf(cell)) : mark) === "D";
      if (isAdvanced(cell.collection, { filter: written(cell) }) === basic) wrong.push(`${keyOf(cell)}: ${cell.mark}`);
      else agreed += 1;
    }
    console.log(`Filters decided as Microsoft's tables say: ${agreed} of ${filters.length} cells.`);
    // No table has a list of ids, and every reader asks for one as a basic query.
    expect(wrong).toEqual(["users id in: -"]);
    expect(agreed).toBe(filters.length - 1);
  });

  it("decide of every sorting, alone and beside a filter", () => {
    const sortings = cells.filter(({ table, property }) => table === "orderby" && property !== "*");
    expect(sortings.length).toBeGreaterThan(15);
    for (const { collection, property, mark } of sortings) {
      expect({ collection, property, advanced: isAdvanced(collection, { orderBy: property }) }).toEqual({
        collection,
        property,
        advanced: mark === "A",
      });
      expect(isAdvanced(collection, { orderBy: property, filter: "displayName eq 'x'" })).toBe(true);
    }
  });
});

describe("an advanced query", () => {
  const many = (count: number, joint: string) =>
    Array.from({ length: count }, (_, n) => `displayName eq 'u${n}'`).join(joint);

  it.each<[string, string, string, boolean]>([
    ["a custom security attribute", "users", "customSecurityAttributes/Engineering/Project eq 'x'", true],
    ["a custom security attribute in another case", "servicePrincipals", "customsecurityattributes/A/B eq 'x'", true],
    ["15 conditions joined by or", "users", many(15, " or "), false],
    ["16 conditions joined by or", "users", many(16, " or "), true],
    ["16 conditions joined by OR in capitals", "users", many(16, " OR "), true],
    ["16 conditions in two chains of 8", "users", `(${many(8, " or ")}) and (${many(8, " or ")})`, false],
    ["16 conditions within parentheses", "users", `accountEnabled eq true and (${many(16, " or ")})`, true],
    [
      "16 conditions within a lambda",
      "users",
      `otherMails/any(m:${many(16, " or ").replaceAll("displayName", "m")})`,
      true,
    ],
    ["16 conditions joined by and", "users", many(16, " and "), false],
    ["a text of 120 with doubled quotes", "users", `displayName eq '${"''".repeat(120)}'`, false],
    ["a text of 121", "users", `displayName eq '${"x".repeat(121)}'`, true],
    ["a property that no table has", "users", "extension_0a1b_code eq 'x'", false],
    ["a value before its property", "users", "'x' ne city", true],
    ["a property within a function", "users", "tolower(companyName) eq 'x'", true],
    ["a flag that stands alone", "users", "accountEnabled", false],
    [
      "a lambda's variable that has a property's name",
      "users",
      "otherMails/any(companyName:companyName eq 'x')",
      false,
    ],
    ["groups of a kind", "groups", "groupTypes/any(c:c eq 'Unified')", false],
    ["groups of one kind and not another", "groups", "not groupTypes/any(c:c eq 'Unified')", true],
    ["an application's description", "applications", "description eq 'x'", true],
    ["a count of owners", "groups", "owners/$count eq 0", true],
    ["ne on assignments", "servicePrincipals/0a/appRoleAssignedTo", "principalType ne 'User'", true],
    ["not on what was deleted", "directory/deletedItems/microsoft.graph.user", "not startsWith(displayName,'a')", true],
    ["eq on what was deleted", "directory/deletedItems/microsoft.graph.group", "displayName eq 'a'", false],
    ["eq on a relation", "groups/0a/members", "displayName eq 'a'", true],
    ["eq on a relation by key", "groups('0a')/members", "displayName eq 'a'", true],
    ["eq on a relation in capitals", "Groups/0a/Members", "displayName eq 'a'", true],
    ["ne on a mailbox", "users/0a/messages", "isRead ne true", false],
    ["ne on a chat's members", "chats/0a/members", "displayName ne 'x'", false],
  ])("is what takes %s (%s, %s): %s", (_what, path, filter, advanced) => {
    expect(isAdvanced(path, { filter })).toBe(advanced);
  });
});

describe("what a path tells about its collection", () => {
  const top = (path: string) =>
    new URL(buildQuery(`https://graph.microsoft.com/v1.0${path}`, {}, rulesOf(`/v1.0${path}`)).url).searchParams.get(
      "$top",
    );

  it.each([
    "/users",
    "/groups",
    "/contacts",
    "/groups/0a/members",
    "/groups/0a/members/microsoft.graph.user",
    "/groups('0a')/transitiveMembers",
    "/servicePrincipals(appId='0a')/owners",
    "/users/ada@contoso.com/memberOf/microsoft.graph.group",
    "/users/0a/directReports",
    "/directory/administrativeUnits/0a/members",
    "/directory/deletedItems/microsoft.graph.user",
    "/devices/0a/registeredOwners",
  ])("%s comes at 999 a page", (path) => {
    expect(top(path)).toBe("999");
  });

  it.each([
    "/chats/0a/members",
    "/teams/0a/members",
    "/teams/0a/channels/0b/members",
    "/users/0a/contacts",
    "/users/0a/contactFolders/0b/contacts",
    "/users/0a/messages",
    "/groups/0a/team/members",
    "/groups/0a/threads",
    "/sites/0a/lists/0b/items",
    "/directoryRoles",
    "/directoryRoles/0a/members",
    "/directoryRoles(roleTemplateId='0a')/members",
    "/domains",
    "/subscribedSkus",
    "/organization",
    "/auditLogs/signIns",
    "/servicePrincipals/0a/appRoleAssignedTo",
    "/identityGovernance/accessReviews/definitions/0a/members",
    "/toString",
    "/__proto__/0a/members",
  ])("%s gets no page size that nobody asked for", (path) => {
    expect(top(path)).toBeNull();
  });

  it.each([
    ["/users/0a/contacts", "Pavel", "Pavel", undefined],
    ["/users/0a/messages", "from:ada", "from:ada", undefined],
    ["/chats/0a/messages", "x", "x", undefined],
    ["/groups", "displayName:x", '"displayName:x"', "eventual"],
    ["/groups/0a/members", "displayName:x", '"displayName:x"', "eventual"],
  ])("a search in %s for %s goes out as %s", (path, search, sent, consistency) => {
    const { url, headers } = buildQuery(`https://graph.microsoft.com/v1.0${path}`, { search }, rulesOf(`/v1.0${path}`));
    expect(new URL(url).searchParams.get("$search")).toBe(sent);
    expect(headers.ConsistencyLevel).toBe(consistency);
  });
});
