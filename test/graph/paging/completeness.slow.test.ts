import { expect, it } from "vitest";
import { listUsers } from "../../../src/users/list-users.js";
import { collect, startPages } from "../../support/paged-server.js";
import { failureOf } from "../../support/refusal.js";

it("a circle of empty pages slows down and ends in an error that says where to go on", async () => {
  const server = await startPages({ pages: 10_000, perPage: 0 });
  const failure = await failureOf(collect(listUsers(server.client, { prefetch: false })));
  await server.close();
  expect(failure).toMatchObject({ code: "link_loop", continuationToken: expect.any(String) });
  expect(server.asked).toHaveLength(1_000);
  expect(server.clock.pauses.length).toBeGreaterThan(800);
  expect(Math.max(...server.clock.pauses)).toBeGreaterThan(1_000);
}, 60_000);
