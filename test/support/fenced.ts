import { expect } from "vitest";
import type { Database } from "../../examples/database.js";
import type { MirroredPage } from "../../examples/mirror/apply-changes.js";
import { counts } from "../../examples/mirror/contents.js";
import { Mirror, SupersededError } from "../../examples/mirror/mirror.js";

/** Whoever has lost a mirror to another writes nothing more into it, on whichever database. */
export async function expectFenced(database: Database, tenant: string): Promise<void> {
  const page = (stream: string, id: string): MirroredPage => ({
    stream,
    cursor: "next",
    changes: [{ kind: "user", user: { id } }],
  });
  const [early, late] = [new Mirror(database, tenant), new Mirror(database, tenant)];
  await early.take();
  await late.take();
  for (const stream of ["users", "members:new"]) {
    await expect(early.store(page(stream, "1"))).rejects.toThrow(SupersededError);
  }
  await late.store(page("users", "2"));
  await late.store(page("members:new", "3"));
  await expect(early.store(page("members:new", "1"))).rejects.toThrow(SupersededError);
  await expect(early.forget()).rejects.toThrow(SupersededError);
  await expect(early.finish()).rejects.toThrow(SupersededError);
  expect(await counts(database, tenant)).toMatchObject({ users: 2 });
}
