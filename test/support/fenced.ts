import { expect } from "vitest";
import type { Database } from "../../examples/database.js";
import { Mirror, SupersededError } from "../../examples/mirror.js";

/** Whoever has lost a mirror to another writes nothing more into it, on whichever database. */
export async function expectFenced(database: Database, tenant: string): Promise<void> {
  const page = (id: string) => ({ value: [{ user: { id } }], deltaLink: "https://graph.microsoft.com/next" });
  const [early, late] = [new Mirror(database, tenant), new Mirror(database, tenant)];
  await early.take();
  await late.take();
  await expect(early.store(page("1"))).rejects.toThrow(SupersededError);
  await late.store(page("2"));
  await expect(early.forget()).rejects.toThrow(SupersededError);
  expect(await late.ids()).toEqual(["2"]);
}
