import { setFlagsFromString } from "node:v8";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "../../examples/database.js";
import { Mirror } from "../../examples/mirror.js";
import { expectFenced } from "../support/fenced.js";
import { runProgram } from "../support/run-program.js";

// Compiling PGlite thoroughly would take most of the time.
setFlagsFromString("--liftoff-only");

let database: Database;
beforeAll(async () => {
  database = await openDatabase({});
  await Mirror.createTables(database);
});
afterAll(() => database?.close());

describe("the mirror", () => {
  it("refuses a number that is none", async () => {
    const { stderr, code } = await runProgram(["examples/sync.ts", "--rounds", "some"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--rounds takes a number, and "some" is none.')]);
  });

  it("refuses a page of one who has lost the mirror", () => expectFenced(database, "fabrikam"));

  it("stores a name with a NUL or half a character, as a database can hold it", async () => {
    const mirror = new Mirror(database, "contoso");
    await mirror.take();
    const names = ["a\u0000b", "half \ud83d", "\ude00 half", "whole \ud83d\ude00", "\\u0000 in letters"];
    const value = names.map((displayName, n) => ({ user: { id: `${n}`, displayName } }));
    await mirror.store({ value, deltaLink: "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=1" });
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
});
