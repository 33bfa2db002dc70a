import { describe, expect, it } from "vitest";
import { editorAt } from "../support/editor.js";

const header = `import type { Client } from "@microsoft/microsoft-graph-client";
import { listAll } from "../../src/graph/list-all.js";
declare const client: Client;
`;
const { offered, complaint, program: compiled } = editorAt(new URL("written.ts", import.meta.url), header);

describe("an editor", () => {
  it.each([
    [
      "properties of groups",
      'listAll(client, "/groups", { select: ["|"] });',
      ["displayName", "mailEnabled"],
      "members",
    ],
    [
      "properties of what a cast names",
      'listAll(client, "/groups/x/members/microsoft.graph.user", { select: ["|"] });',
      ["jobTitle", "mail"],
      "groupTypes",
    ],
    [
      "properties of any kind of member",
      'listAll(client, "/groups/x/members", { select: ["|"] });',
      ["jobTitle", "appId", "groupTypes"],
      "@odata.type",
    ],
    ["relations", 'listAll(client, "/groups", { expand: "|" });', ["members", "owners"], "displayName"],
    ["what to sort by", 'listAll(client, "/groups", { orderBy: "|" });', ["displayName desc"], "members"],
    ["paths", 'listAll(client, "|");', ["/users", "/groups", "/auditLogs/signIns", "/domains"], "/nobody"],
  ])("offers %s", (_what, program, some, other) => {
    const names = offered(program);
    expect(names).toEqual(expect.arrayContaining(some));
    expect(names).not.toContain(other);
  });

  it.each([
    ["a misspelt property", 'listAll(client, "/groups", { select: ["displayNam"] });', /"displayNam".*not assignable/],
    ["another kind's property", 'listAll(client, "/groups", { select: ["jobTitle"] });', /"jobTitle".*not assignable/],
    [
      "what wasn't selected",
      'for await (const group of listAll(client, "/groups", { select: ["id"] })) group.mail; export {};',
      /'mail' does not exist/,
    ],
    ["a misspelt option", 'listAll(client, "/groups", { slect: ["id"] });', /'slect' does not exist/],
    ["a name in place of a list", 'listAll(client, "/groups", { select: "id" });', /'string' is not assignable/],
  ])("complains of %s where it stands", (_what, program, message) => {
    expect(complaint(program)).toMatch(message);
  });
});

it("fifty typed listings cost the compiler at most 15,000 instantiations more than fifty that aren't", () => {
  const paths = ["/users", "/groups", "/devices", "/applications", "/servicePrincipals", "/contacts", "/domains"];
  const relations = ["members", "owners", "transitiveMembers", "memberOf"].map((relation) => `/groups/x/${relation}`);
  const all = [...paths, ...relations, "/groups/x/members/microsoft.graph.user", "/auditLogs/signIns"];
  const program = (type: string) =>
    Array.from({ length: 50 }, (_, n) => `listAll${type}(client, "${all[n % all.length]}", { select: ["id"] });`).join(
      "\n",
    );
  const instantiations = (text: string) => {
    const { compiler, complaints } = compiled(text);
    expect(complaints).toEqual([]);
    return compiler.getInstantiationCount();
  };
  const [typed, untyped] = [instantiations(program("")), instantiations(program("<any>"))];
  console.log(`Fifty typed listings: ${typed - untyped} instantiations more than with any.`);
  expect(typed - untyped).toBeLessThan(15_000);
});
