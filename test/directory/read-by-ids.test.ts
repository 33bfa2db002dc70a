import { afterEach, beforeEach, expect, it } from "vitest";
import { readByIds } from "../../src/directory/read-by-ids.js";
import { createGraphClient } from "../../src/graph/client.js";
import { json, type Loopback, startLoopback } from "../support/loopback.js";
import { collect } from "../support/paged-server.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";
import { SkippingClock } from "../support/skipping-clock.js";

let server: Loopback;
let refusals: [status: number, headers: Record<string, string>][];
beforeEach(async () => {
  refusals = [];
  server = await startLoopback(({ body }, response) => {
    const [status, headers] = refusals.shift() ?? [200, {}];
    const { ids } = JSON.parse(body) as { ids: string[] };
    const value = ids.filter((id) => id !== "unknown").map((id) => ({ "@odata.type": "#microsoft.graph.user", id }));
    return json(response, status, status === 200 ? { value } : { error: { code: "x" } }, headers);
  });
});
afterEach(() => server.close());

const client = () =>
  createGraphClient({
    authProvider: { getAccessToken: async () => "token" },
    fetch: server.fetch,
    clock: new SkippingClock(),
  });
const ids = Array.from({ length: 2_345 }, (_, n) => `id-${n}`);
const sent = () => server.requests.map(({ body }) => JSON.parse(body) as { ids: string[]; types?: string[] });

it("reads any number of objects, a thousand to a request, each once", async () => {
  const read = await collect(
    readByIds(client(), [...ids, "unknown", ...ids], { types: ["user", "group"], select: ["id"] }),
  );
  expect(read.map(({ id }) => id)).toEqual(ids);
  expect(sent().map((body) => [body.ids.length, body.types?.join()])).toEqual([
    [1000, "user,group"],
    [1000, "user,group"],
    [346, "user,group"],
  ]);
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
    Array(3).fill("POST /v1.0/directoryObjects/getByIds?$select=id"),
  );
});

it("asks nothing for nobody, and no more than was taken", async () => {
  expect(await collect(readByIds(client(), []))).toEqual([]);
  for await (const _ of readByIds(client(), ids)) break;
  expect(server.requests).toHaveLength(1);
});

it.each([429, 503, 500, 408])("is repeated after %i like a read, also on a client of the SDK alone", async (status) => {
  refusals.push([status, { "retry-after": "1" }]);
  expect(await collect(readByIds(client(), ["a"]))).toHaveLength(1);
  expect(server.requests).toHaveLength(2);
  expect(await collect(readByIds(sdkClient(server.fetch), ["a"]))).toHaveLength(1);
});

it("fails with what Graph refuses", async () => {
  refusals.push([403, {}], [403, {}]);
  expect(await failureOf(collect(readByIds(client(), ["a"])))).toMatchObject({ code: "permission_missing" });
  expect(await failureOf(collect(readByIds(client(), ["a"], { signal: AbortSignal.abort() })))).toMatchObject({
    code: "aborted",
  });
});

it.each<[string, () => unknown]>([
  ["one id in place of a list", () => readByIds(client(), "id")],
  ["an empty id", () => readByIds(client(), ["a", " "])],
  ["numbers", () => readByIds(client(), [1] as never)],
  ["no ids", () => readByIds(client(), undefined as never)],
  ["an option nobody knows", () => readByIds(client(), [], { type: ["user"] } as never)],
  ["no kinds", () => readByIds(client(), [], { types: [] })],
])("is refused where it is written: %s", (_what, call) => {
  expect(call).toThrow(expect.objectContaining({ code: "invalid_options" }));
});
