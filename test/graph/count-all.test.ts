import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countAll } from "../../src/graph/count-all.js";
import { type EmulatedTenant, emulatedClient } from "../support/emulated-client.js";
import { json, startLoopback } from "../support/loopback.js";
import { failureOf } from "../support/refusal.js";
import { sdkClient } from "../support/sdk-client.js";

let tenant: EmulatedTenant;
beforeAll(async () => {
  tenant = await emulatedClient({ users: 60, roles: ["Directory.Read.All"] });
});
afterAll(() => tenant.emulator.stop());

describe("counting any collection", () => {
  it("asks for the number alone, as an advanced query", async () => {
    tenant.emulator.requests.length = 0;
    expect(await countAll(tenant.client, "/users")).toBe(60);
    expect(await countAll(tenant.client, "/users/", { filter: "accountEnabled eq true" })).toBeLessThanOrEqual(60);
    expect(tenant.asked()).toEqual(["/v1.0/users/$count", "/v1.0/users/$count?$filter=accountEnabled%20eq%20true"]);
    const [first] = tenant.emulator.requests.filter(({ service }) => service === "graph");
    expect(first?.headers.consistencylevel).toBe("eventual");
  });

  it("counts the members of one kind in a group, and takes a query in the path", async () => {
    const loopback = await startLoopback((_, response) => response.end("7"));
    const client = sdkClient(loopback.fetch);
    expect(await countAll(client, "/groups/g/members/microsoft.graph.user")).toBe(7);
    expect(await countAll(client, "/groups?$filter=mailEnabled eq true".replaceAll(" ", "%20"))).toBe(7);
    await loopback.close();
    expect(loopback.requests.map(({ path }) => path)).toEqual([
      "/v1.0/groups/g/members/microsoft.graph.user/$count",
      "/v1.0/groups/$count?$filter=mailEnabled%20eq%20true",
    ]);
  });

  it.concurrent.each([
    ["a page", 200, { value: [] }],
    ["a part of a number", 206, 12],
  ])("takes %s for no number", async (_, status, body) => {
    const loopback = await startLoopback((_, response) => json(response, status, body));
    const client = sdkClient(loopback.fetch);
    const failure = await failureOf(countAll(client, "/groups", { signal: AbortSignal.timeout(300) }));
    await loopback.close();
    expect(["invalid_response", "aborted"]).toContain(failure.code);
  });

  it("refuses unknown options and a signal that has aborted, unasked", async () => {
    tenant.emulator.requests.length = 0;
    expect(await failureOf(countAll(tenant.client, "/groups", { select: ["id"] } as never))).toMatchObject({
      code: "invalid_options",
    });
    expect(await failureOf(countAll(tenant.client, "/groups", { signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
    });
    expect(tenant.asked()).toEqual([]);
  });
});
