import { describe, expect, it } from "vitest";
import { createThrottle } from "../../../src/testing/graph/throttle.js";
import { startEmulator } from "../../../src/testing/index.js";
import { graphCaller } from "./graph-caller.js";

const tenantId = "7f0c1d52-6a1e-4b0e-9d6f-0a9f6c0f9a11";

interface Batch {
  responses: { status: number }[];
}

/** How many units a tenant of a size gets at once, app by app. */
function unitsAtOnce(users: number, unitsEach = 10): number {
  const { charge } = createThrottle();
  for (let used = 0; ; used += unitsEach) {
    try {
      charge({ clientId: "a", tenantId, users, units: unitsEach, at: 0 });
    } catch {
      return used;
    }
  }
}

describe("the throttle", () => {
  it.each([
    [49, 3500],
    [50, 5000],
    [500, 5000],
    [501, 8000],
  ])("gives a tenant of %i users %i resource units at once", (users, units) => {
    expect(unitsAtOnce(users)).toBe(units);
  });

  it("gives them again within ten seconds, evenly", () => {
    const { charge } = createThrottle();
    const ask = (at: number, units: number) => charge({ clientId: "a", tenantId, users: 10, units, at });
    ask(0, 3500);
    ask(5000, 1750);
    expect(() => ask(5000, 1)).toThrow("Please retry again later.");
    expect(ask(15_001, 3400)).toHaveProperty("x-ms-throttle-limit-percentage");
  });

  it.each([1, 10, 349])("has room for a request of %i units again after its Retry-After", (units) => {
    const { charge } = createThrottle();
    const ask = (at: number, asked: number) => charge({ clientId: "a", tenantId, users: 10, units: asked, at });
    ask(0, 3500);
    const refusal = (() => {
      try {
        return ask(0, units);
      } catch (error) {
        return (error as { headers: Record<string, string> }).headers;
      }
    })();
    expect(() => ask(Number(refusal["retry-after"]) * 1000, units)).not.toThrow();
  });

  it("counts each app, and each tenant of an app, by itself, but an app in all its tenants together too", () => {
    const { charge } = createThrottle();
    const ask = (clientId: string, tenant: string, units: number) =>
      charge({ clientId, tenantId: tenant, users: 1000, units, at: 0 });
    ask("a", "t0", 8000);
    ask("b", "t0", 8000);
    for (let number = 1; number < 18; number += 1) ask("a", `t${number}`, 8000);
    expect(() => ask("a", "t18", 8000)).toThrow("Please retry again later.");
    expect(ask("b", "t18", 1)).toEqual({});
  });

  it("tells how full it is from 80 % on, and never more than 1.8", () => {
    const { charge } = createThrottle();
    const ask = (units: number) => charge({ clientId: "a", tenantId, users: 10, units, at: 0 });
    expect(ask(2800)).toEqual({});
    expect(ask(350)).toEqual({ "x-ms-throttle-limit-percentage": "0.90" });
    for (let attempt = 0; attempt < 20; attempt += 1) expect(() => ask(1000)).toThrow();
    expect(() => ask(1)).toThrow(
      expect.objectContaining({ headers: expect.objectContaining({ "x-ms-throttle-limit-percentage": "1.80" }) }),
    );
  });
});

describe("limits of their own", () => {
  it("are kept by reports, five requests in ten seconds, and by each mailbox; the directory's isn't touched", async () => {
    await using emulator = await startEmulator({
      users: 20,
      throttle: true,
      roles: ["AuditLog.Read.All", "Reports.Read.All", "User.Read.All", "Directory.Read.All"],
    });
    const graph = graphCaller(emulator);
    const started = emulator.clock.now();
    const ask = (path: string) => {
      emulator.clock.advance(started - emulator.clock.now());
      return graph.get(path);
    };
    const asked = ["/auditLogs/signIns", "/users?$select=signInActivity", "/users?$filter=signInActivity/x eq null"];
    for (const path of [...asked, asked[0]!, asked[1]!]) expect((await ask(path)).status).not.toBe(429);
    const { status, headers, json } = await ask(asked[0]!);
    expect([status, json.error?.code]).toEqual([429, "TooManyRequests"]);
    expect(headers.get("x-ms-throttle-scope")).toBe(
      `Tenant_Application/Read/${emulator.clientId}/${emulator.tenantId}`,
    );
    expect((await ask("/users?$select=signInActivity")).status).toBe(429);
    expect((await ask("/users")).status).toBe(200);
    const photo = await ask(`/users/${[...emulator.users.ids()][0]}/photo`);
    expect(photo.status).not.toBe(429);
    emulator.clock.advance(started + Number(headers.get("retry-after")) * 3000 - emulator.clock.now());
    expect((await graph.get(asked[0]!)).status).toBe(200);
  });

  it("are a mailbox's own", () => {
    const { charge } = createThrottle();
    const ask = (mailbox: string) =>
      charge({ clientId: "a", tenantId, users: 10, units: 1, at: 0, workload: { name: "outlook", mailbox } });
    for (let sent = 0; sent < 10_000; sent += 1) ask("ada");
    expect(() => ask("ada")).toThrow("Application is over its MailboxConcurrency limit.");
    expect(ask("grace")).toEqual({});
    expect(charge({ clientId: "a", tenantId, users: 10, units: 1, at: 0 })).toEqual({});
  });
});

it("a throttled tenant answers 429 as documented, counts what comes meanwhile, and recovers after Retry-After", async () => {
  await using emulator = await startEmulator({ users: 20, throttle: true });
  const graph = graphCaller(emulator);
  const started = emulator.clock.now();
  /** Costs 3 units, and no time on the emulator's clock: how fast this machine is doesn't matter. */
  const costly = "/users?$expand=manager&$filter=id eq 'nobody'";
  const frozen = <Answer>(send: () => Promise<Answer>) => {
    emulator.clock.advance(started - emulator.clock.now());
    return send();
  };
  const ask = () => frozen(() => graph.get(costly));
  const requests = Array.from({ length: 20 }, (_, id) => ({ id: `${id}`, method: "GET", url: costly }));
  // Most of the limit at once.
  const askTwenty = async () => (await frozen(() => graph.post("/$batch", { requests }))).json as unknown as Batch;
  for (let sent = 0; sent < 1100; sent += 20) await askTwenty();
  let refused = await ask();
  for (let sent = 1; sent < 700 && refused.status === 200; sent += 1) refused = await ask();

  expect(refused.status).toBe(429);
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    "retry-after": expect.stringMatching(/^[1-9]\d*$/),
    "x-ms-throttle-scope": `Tenant_Application/ReadWrite/${emulator.clientId}/${emulator.tenantId}`,
    "x-ms-throttle-information": "ResourceUnitLimitExceeded",
    "x-ms-throttle-limit-percentage": "1.00",
    "x-ms-resource-unit": "3",
  });
  const ids = {
    "request-id": refused.headers.get("request-id"),
    "client-request-id": refused.headers.get("client-request-id"),
  };
  expect(refused.json.error).toEqual({
    code: "TooManyRequests",
    message: "Please retry again later.",
    innerError: { code: "429", message: "Please retry after", status: "429", date: expect.any(String), ...ids },
  });

  for (let early = 0; early < 160; early += 20) {
    const { responses } = await askTwenty();
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(429));
  }
  const wait = Number((await ask()).headers.get("retry-after"));
  expect(wait).toBeGreaterThan(1);
  emulator.clock.advance(wait * 1000);
  expect((await graph.get("/users")).status).toBe(200);

  while ((await ask()).status === 200);
  emulator.graph.throttle = false;
  expect((await ask()).status).toBe(200);
  emulator.reset();
  expect(emulator.graph.throttle).toBe(true);
  expect((await graph.get("/users")).status).toBe(200);
}, 60_000);
