import { describe, expect, it } from "vitest";
import { editorAt } from "../support/editor.js";

const header = `import { type Client, deltaUsers, listUsers } from "../../src/index.js";
declare const client: Client;
`;
const place = new URL("written.ts", import.meta.url);
const { offered, complaint } = editorAt(place, header);

describe("an editor", () => {
  it.each(["listUsers", "deltaUsers"])("offers every property to %s, not only those that come unasked", (name) => {
    const properties = offered(`${name}(client, { select: ["|"] });`);
    expect(properties).toEqual(expect.arrayContaining(["id", "displayName", "department", "employeeId"]));
    expect(properties).not.toContain("aboutMe");
    expect(offered(`${name}(client, { select: ["id", "|"] });`)).toContain("department");
  });

  it.each([
    ["strict", {}],
    ["not strict", { strict: false, exactOptionalPropertyTypes: false }],
  ])("knows what a selection brings, where the compiler is %s", (_, options) => {
    const editor = editorAt(place, header, options);
    const item = (listing: string) =>
      `for await (const user of ${listing}) { const { id } = user; user.|; } export {};`;
    expect(editor.offered(item('listUsers(client, { select: ["id", "department"] })'))).toEqual(["department", "id"]);
    const unasked = editor.offered(item("listUsers(client)"));
    expect(unasked).toHaveLength(11);
    expect(unasked).not.toContain("department");
    expect(editor.offered("for await (const { user } of deltaUsers(client)) user.|; export {};")).toContain("id");
  });

  it("still complains of a misspelt property, and of one that wasn't selected", () => {
    expect(complaint('listUsers(client, { select: ["departmnt"] });')).toMatch(/"departmnt"/);
    expect(complaint('for await (const user of listUsers(client, { select: ["id"] })) user.mail; export {};')).toMatch(
      /'mail' does not exist/,
    );
  });
});
