import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../../src/testing/index.js";
import { cells } from "../../../facts/filter-table.js";
import { sampled } from "../../../support/thorough.js";
import { type Answer, eventual, type GraphCaller, graphCaller, query } from "../graph-caller.js";

/** Properties that somebody in the directory has a value of. */
const properties =
  "country department displayName givenName mailNickname state surname usageLocation onPremisesUserPrincipalName mail " +
  "jobTitle accountEnabled ageGroup consentProvidedForMinor isResourceAccount creationType userType employeeId city " +
  "onPremisesSecurityIdentifier onPremisesSyncEnabled userPrincipalName createdDateTime deletedDateTime companyName " +
  "employeeType mobilePhone officeLocation postalCode preferredLanguage streetAddress onPremisesSamAccountName " +
  "employeeHireDate onPremisesImmutableId onPremisesExtensionAttributes/extensionAttribute1 passwordPolicies " +
  "showInAddressList employeeOrgData/division onPremisesDistinguishedName externalUserState";

/** The same, of elements of collections and of their members. */
const collections: ReadonlyArray<[property: string, member?: string]> = [
  ["otherMails"],
  ["proxyAddresses"],
  ["imAddresses"],
  ["businessPhones"],
  ["assignedLicenses", "skuId"],
  ["assignedPlans", "servicePlanId"],
  ["assignedPlans", "service"],
  ["identities", "issuer"],
];

const dates = ["createdDateTime", "deletedDateTime", "employeeHireDate"];
const guids = ["skuId", "servicePlanId"];

/** What Microsoft's tables say; where they differ, what allows more. */
function kindIn(path: string, operator: string): "default" | "advanced" | "unsupported" {
  const marks = cells
    .filter(({ collection, property, table }) => collection === "users" && property === path && table !== "orderby")
    .filter((cell) => cell.operator === operator)
    .map(({ mark }) => mark);
  return marks.includes("D") ? "default" : marks.includes("A") ? "advanced" : "unsupported";
}

const operators = ["eq", "ne", "not", "in", "ge", "le", "startsWith", "endsWith", "null"] as const;
type Operator = (typeof operators)[number];

let emulator: Emulator;
let graph: GraphCaller;
let people: Record<string, unknown>[];
beforeAll(async () => {
  emulator = await startEmulator({ users: 300, roles: ["User.Read.All", "AuditLog.Read.All"] });
  graph = graphCaller(emulator);
  // What nobody has by nature.
  emulator.users.add({
    ageGroup: "Adult",
    consentProvidedForMinor: "NotRequired",
    deletedDateTime: "2026-01-02T03:04:05Z",
  });
  emulator.users.add({ isResourceAccount: true, passwordPolicies: "DisableStrongPassword" });
  const pages = await graph.pages("/users?$select=id&$top=999");
  people = pages.flatMap(({ value }) =>
    value.map(({ id }) => emulator.users.get(String(id)) as unknown as Record<string, unknown>),
  );
});
afterAll(() => emulator.stop());

const read = (person: Record<string, unknown>, path: string) =>
  path.split("/").reduce<unknown>((value, name) => (value as Record<string, unknown> | null)?.[name] ?? null, person);

/** The value of somebody in the middle of the directory: as it is, and as a literal. */
function sample(values: unknown[], path: string): { value: string | boolean; literal: string } {
  const known = values.filter((value) => value !== null) as (string | boolean)[];
  const value = known[Math.floor(known.length / 2)];
  if (value === undefined) throw new Error(`Nobody has a ${path}`);
  const bare = typeof value === "boolean" || [...dates, ...guids].includes(path);
  return { value, literal: bare ? String(value) : `'${value.replaceAll("'", "''")}'` };
}

/** A condition on a value as Graph reads it, and as this test understands it. */
function condition(operator: Operator, name: string, { value, literal }: ReturnType<typeof sample>) {
  const folded = (other: unknown) => (typeof other === "string" ? other.toLowerCase() : other);
  const mine = folded(value) as string;
  const part = (end: "startsWith" | "endsWith") =>
    end === "startsWith" ? String(mine).slice(0, 2) : String(mine).slice(-5);
  const known = (other: unknown): other is string => other !== null;
  const meanings: Record<Operator, [text: string, holds: (other: unknown) => boolean]> = {
    eq: [`${name} eq ${literal.toUpperCase()}`, (other) => folded(other) === mine],
    ne: [`${name} ne ${literal}`, (other) => folded(other) !== mine],
    not: [`not(${name} eq ${literal})`, (other) => folded(other) !== mine],
    in: [`${name} in (${literal}, ${literal})`, (other) => folded(other) === mine],
    ge: [`${name} ge ${literal}`, (other) => known(other) && (folded(other) as string) >= mine],
    le: [`${name} le ${literal}`, (other) => known(other) && (folded(other) as string) <= mine],
    startsWith: [
      `startsWith(${name},'${part("startsWith").replaceAll("'", "''")}')`,
      (other) => known(other) && String(folded(other)).startsWith(part("startsWith")),
    ],
    endsWith: [
      `endswith(${name},'${part("endsWith").replaceAll("'", "''")}')`,
      (other) => known(other) && String(folded(other)).endsWith(part("endsWith")),
    ],
    null: [`${name} eq null`, (other) => other === null],
  };
  if (typeof value === "boolean") meanings.eq[0] = `${name} eq ${literal}`;
  return meanings[operator];
}

const ask = ($filter: string, advanced: boolean): Promise<Answer> =>
  graph.get(
    `/users${query({ $filter, $select: "id", $top: 999, $count: advanced ? "true" : undefined })}`,
    advanced ? eventual : {},
  );

const idsOf = ({ json }: Answer) => json.value.map(({ id }) => id);
const idsWhere = (holds: (person: Record<string, unknown>) => boolean) => people.filter(holds).map(({ id }) => id);

async function expectRefusal(filter: string, advanced: boolean): Promise<void> {
  const { status, json } = await ask(filter, advanced);
  expect([filter, status, json.error?.code]).toEqual([filter, 400, "Request_UnsupportedQuery"]);
}

/** Tries one operator in both query languages against what is documented. */
async function tryOperator(
  filter: string,
  expected: unknown[],
  kind: "default" | "advanced" | "unsupported",
): Promise<void> {
  for (const advanced of [false, true]) {
    if (kind === "unsupported" || (kind === "advanced" && !advanced)) await expectRefusal(filter, advanced);
    else {
      const answer = await ask(filter, advanced);
      expect([filter, answer.status]).toEqual([filter, 200]);
      expect([filter, idsOf(answer)]).toEqual([filter, expected]);
    }
  }
}

describe("$filter on a property of users", () => {
  it.each(sampled(properties.split(" "), 5))(
    "%s finds whom it should, as basic and advanced queries",
    async (property) => {
      const known = sample(
        people.map((person) => read(person, property)),
        property,
      );
      for (const operator of operators) {
        // The text functions take text only, which is a syntax error and not a refusal.
        if (operator.endsWith("With") && (typeof known.value === "boolean" || dates.includes(property))) continue;
        const [filter, holds] = condition(operator, property, known);
        const expected = idsWhere((person) => holds(read(person, property)));
        await tryOperator(filter, expected, kindIn(property, operator));
      }
    },
  );

  it.each(sampled(collections, 2))("%s %s finds whom it should, on any element", async (property, member) => {
    const element = (value: unknown) => (member ? ((value as Record<string, unknown>)[member] ?? null) : value);
    const elements = (person: Record<string, unknown>) => (person[property] as unknown[]).map(element);
    const known = sample(people.flatMap(elements), member ?? property);
    const variable = property[0]!;
    const row = cells.find(
      (cell) =>
        cell.collection === "users" &&
        cell.property.startsWith(`${property}/any(`) &&
        cell.property.endsWith(member ? `/${member})` : ":p)"),
    )!;
    for (const operator of operators.filter((name) => name !== "null")) {
      if (guids.includes(member ?? "") && operator.endsWith("With")) continue;
      const [inner, holds] = condition(operator, member ? `${variable}/${member}` : variable, known);
      const expected = idsWhere((person) => elements(person).some(holds));
      await tryOperator(`${property}/any(${variable}:${inner})`, expected, kindIn(row.property, operator));
    }
  });

  it("not around any() is an advanced query that finds everybody else", async () => {
    const filter = "not(assignedLicenses/any(x:x/skuId eq 6fd2c87f-b296-42f0-b197-1e91e994b900))";
    const licensed = (person: Record<string, unknown>) =>
      (person.assignedLicenses as { skuId: string }[]).some(({ skuId }) => skuId.startsWith("6fd2c87f"));
    await tryOperator(
      filter,
      idsWhere((person) => !licensed(person)),
      "advanced",
    );
  });

  it("the size of a collection is an advanced query", async () => {
    await tryOperator(
      "otherMails/$count eq 0",
      idsWhere((person) => (person.otherMails as unknown[]).length === 0),
      "advanced",
    );
    await tryOperator("proxyAddresses/$count ne 1", [], "unsupported");
  });

  it("gt, lt and contains aren't supported", async () => {
    for (const filter of [
      "displayName gt 'a'",
      "createdDateTime lt 2020-01-01T00:00:00Z",
      "contains(displayName,'a')",
    ]) {
      await expectRefusal(filter, false);
      await expectRefusal(filter, true);
    }
  });

  it("a property without filter support is refused with the service's words", async () => {
    const { json } = await ask("preferredDataLocation eq '1'", true);
    expect(json.error).toMatchObject({
      code: "Request_UnsupportedQuery",
      message:
        "Unsupported or invalid query filter clause specified for property 'preferredDataLocation' of resource 'User'.",
    });
  });

  it("signInActivity is filtered by its times, at most 500 a page, whatever was asked for", async () => {
    const $filter = "signInActivity/lastSignInDateTime le 2026-05-01T00:00:00Z";
    const early = idsWhere(
      (person) => String(read(person, "signInActivity/lastSignInDateTime") ?? "9") <= "2026-05-01T00:00:00Z",
    );
    expect(idsOf(await graph.get(`/users${query({ $filter, $top: 500 })}`))).toEqual(early);
    expect(early.length).toBeGreaterThan(0);
  });
});

describe("the filter language", () => {
  const sales = (person: Record<string, unknown>) => person.department === "Sales";
  const enabled = (person: Record<string, unknown>) => person.accountEnabled === true;
  const guest = (person: Record<string, unknown>) => person.userType === "Guest";

  it.each([
    [
      "and before or",
      "userType eq 'Guest' or department eq 'Sales' and accountEnabled eq true",
      (p: Record<string, unknown>) => guest(p) || (sales(p) && enabled(p)),
    ],
    [
      "parentheses",
      "(userType eq 'Guest' or department eq 'Sales') and accountEnabled eq true",
      (p: Record<string, unknown>) => (guest(p) || sales(p)) && enabled(p),
    ],
    [
      "upper case operators and blanks",
      "  department EQ 'sales'  AND  ( accountEnabled eq TRUE ) ",
      (p: Record<string, unknown>) => sales(p) && enabled(p),
    ],
    ["names without case", "DEPARTMENT eq 'Sales'", sales],
    [
      "ampersands and quotes in values",
      "department eq 'Research & Development'",
      (p: Record<string, unknown>) => p.department === "Research & Development",
    ],
    [
      "dates without a time",
      "createdDateTime ge 2020-01-01",
      (p: Record<string, unknown>) => String(p.createdDateTime) >= "2020-01-01",
    ],
  ])("knows %s", async (_, filter, holds) => {
    expect(idsOf(await ask(filter, false))).toEqual(idsWhere(holds));
  });

  it("asks who somebody is at an issuer with the issuer only", async () => {
    const [person] = people;
    const identity = `i/issuerAssignedId eq '${person?.userPrincipalName}'`;
    const both = await ask(`identities/any(i:${identity} and i/issuer eq 'contoso.onmicrosoft.com')`, false);
    expect(idsOf(both)).toEqual([person?.id]);
    await expectRefusal(`identities/any(i:${identity})`, false);
  });

  it("asks for sign-in times alone, and for no text that is longer than 120 characters in a basic query", async () => {
    await expectRefusal("signInActivity/lastSignInDateTime le 2026-05-01T00:00:00Z and accountEnabled eq true", false);
    const long = (length: number) => `displayName eq '${"x".repeat(length)}'`;
    await expectRefusal(long(121), false);
    expect([(await ask(long(120), false)).status, (await ask(long(121), true)).status]).toEqual([200, 200]);
  });

  it.each([
    ["displayName eq 'abc", "There is an unterminated string literal at position 15 in 'displayName eq 'abc'."],
    ["displayName eq", "Syntax error at position 14 in 'displayName eq'."],
    ["displayName", "Syntax error at position 11 in 'displayName'."],
    ["displayName like 'a'", "Syntax error at position 12 in 'displayName like 'a''."],
    ["(displayName eq 'a'", "Syntax error at position 19 in '(displayName eq 'a''."],
    ["displayName eq 'a' displayName", "Syntax error at position 19 in 'displayName eq 'a' displayName'."],
    ["meeting eq 'x'", "Could not find a property named 'meeting' on type 'microsoft.graph.user'."],
    [
      "assignedLicenses/any(x:x/name eq 'x')",
      "Could not find a property named 'name' on type 'microsoft.graph.assignedLicenses'.",
    ],
    ["tolower(displayName) eq 'a'", "An unknown function with name 'tolower' was found."],
    [
      "displayName eq 5",
      "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Int32' for operator kind 'Equal'.",
    ],
    [
      "id eq 6fd2c87f-b296-42f0-b197-1e91e994b900",
      "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Guid' for operator kind 'Equal'.",
    ],
    [
      "otherMails eq 'x'",
      "A binary operator with incompatible types was detected. Found operand types 'Collection(Edm.String)' and 'Edm.String' for operator kind 'Equal'.",
    ],
    [
      `${"(".repeat(5000)}displayName eq 'a'${")".repeat(5000)}`,
      "The recursion limit of the filter has been exceeded.",
    ],
  ])("answers BadRequest to %s", async (filter, problem) => {
    const { status, json } = await ask(filter, false);
    expect([status, json.error?.code, json.error?.message]).toEqual([
      400,
      "BadRequest",
      `Invalid filter clause: ${problem}`,
    ]);
  });

  it("takes fifteen clauses in the default language, and more in an advanced query", async () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => `'${index}'`).join(",");
    const chain = (count: number) => Array.from({ length: count }, (_, index) => `city eq '${index}'`).join(" or ");
    for (const filter of [`city in (${list(15)})`, chain(15)]) expect((await ask(filter, false)).status).toBe(200);
    for (const filter of [`city in (${list(16)})`, chain(16)]) {
      await expectRefusal(filter, false);
      expect((await ask(filter, true)).status).toBe(200);
    }
  });

  it("finds a person by id or user principal name in ten million, and refuses to scan them", async () => {
    await using large = await startEmulator({ users: 10_000_000 });
    const { get } = graphCaller(large);
    const [one, two] = (await get("/users?$top=2")).json.value as { id: string; userPrincipalName: string }[];
    const filter = (text: string) => `/users${query({ $filter: text, $select: "id" })}`;
    expect((await get(filter(`id eq '${one?.id}'`))).json.value).toEqual([{ id: one?.id }]);
    expect(
      (
        await get(
          filter(`userPrincipalName in ('${two?.userPrincipalName}', '${one?.userPrincipalName}', 'no@body.example')`),
        )
      ).json.value,
    ).toHaveLength(2);
    expect((await get("/users/$count", eventual)).text).toBe("10000000");
    const { status, json } = await get(filter("displayName eq 'x'"));
    expect([status, json.error?.code]).toEqual([501, "EmulatorGap"]);
    expect(json.error?.message).toContain("more than 100,000 users");
  });
});
