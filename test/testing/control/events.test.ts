import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { listenTo } from "./event-listener.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 3, control: true });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.stop());

const listen = listenTo(() => emulator);
const ask = (path = "/v1.0/users") => emulator.fetch(`https://graph.microsoft.com${path}`);
const control = (method: string, path: string, body: object = {}) =>
  fetch(emulator.console + path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

describe("the events", () => {
  it("tell of every request that is answered, with its number, as it stands in the log", async () => {
    const { response, next, close } = await listen();
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await next()).toMatchObject({ event: "state", data: { changed: [] } });
    await ask("/v1.0/groups");
    const { id, data } = await next("request");
    expect(data).toMatchObject({ n: id, path: "/v1.0/groups", status: 401 });
    expect(data).toEqual(JSON.parse(JSON.stringify(emulator.requests.at(-1))));
    close();
  });

  it("go on after the last number, losing none and repeating none", async () => {
    const first = await listen();
    await ask();
    const { id } = await first.next("request");
    first.close();
    for (const path of ["/v1.0/a", "/v1.0/b"]) await ask(path);
    const [byHeader, byQuery] = [
      await listen("?after=0", { "last-event-id": String(id) }),
      await listen(`?after=${id}`),
    ];
    await ask("/v1.0/c");
    for (const { next, close } of [byHeader, byQuery]) {
      const seen = [await next("request"), await next("request"), await next("request")];
      expect(seen.map(({ id: n, data }) => [n! - id!, data.path])).toEqual([
        [1, "/v1.0/a"],
        [2, "/v1.0/b"],
        [3, "/v1.0/c"],
      ]);
      close();
    }
  });

  it("begin anew for a number from before a restart", async () => {
    await ask("/v1.0/first");
    const { next, close } = await listen("", { "last-event-id": "999999999" });
    expect((await next("request")).data.path).toBe("/v1.0/first");
    close();
  });

  it("tell what has changed, be it by the API, by code, or by a fault that struck", async () => {
    const { next, close } = await listen();
    await next();
    const changed = async () => (await next("state")).data.changed;
    await control("POST", `api/apps/${emulator.clientId}/roles`, { roles: ["Group.Read.All"] });
    expect(await changed()).toEqual(["apps"]);
    await control("PATCH", "api/clock", { advanceMs: 1000 });
    expect(await changed()).toEqual(["clock"]);
    await control("PATCH", "api/graph", { throttle: true });
    expect(await changed()).toEqual(["graph"]);
    emulator.users.add({ displayName: "Ada" });
    expect(await changed()).toEqual(["directory"]);
    await control("POST", "api/faults", { status: 503 });
    expect(await changed()).toEqual(["faults"]);
    await ask();
    expect(await changed()).toEqual(["faults"]);
    await control("DELETE", "api/requests");
    expect(await changed()).toEqual(["requests"]);
    await control("POST", "api/reset");
    expect(await changed()).toEqual(["apps", "directory", "clock", "graph"]);
    close();
  });

  it("end with the emulator, and keep no process", async () => {
    const own = await startEmulator({ users: 0, control: true });
    const { next } = await listenTo(() => own)();
    await next();
    await own.stop();
    await expect(next()).rejects.toThrow();
  });
});
