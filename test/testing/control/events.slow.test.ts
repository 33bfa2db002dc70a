import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { startEmulator } from "../../../src/testing/index.js";
import { listenTo } from "./event-listener.js";

it("the events cut off who reads too slowly, and tell the others everything", async () => {
  await using emulator = await startEmulator({ users: 3, control: true });
  const { port, host } = new URL(emulator.console!);
  const slow = connect(Number(port), "127.0.0.1").on("error", () => {});
  slow.write(`GET /_emulator/api/requests/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(slow, "readable");
  const { next, close } = await listenTo(() => emulator)();
  const { data } = await next();
  // As large as an entry gets, so that the socket is full soon.
  const body = "x".repeat(65_000);
  for (let n = data.latest + 1; n <= data.latest + 300; n += 1) {
    await emulator.fetch("https://graph.microsoft.com/v1.0/users", { method: "POST", body });
    expect((await next("request")).id).toBe(n);
  }
  let bytes = 0;
  slow.on("data", (chunk) => {
    bytes += chunk.length;
  });
  await new Promise((resolve) => slow.once("close", resolve));
  expect(bytes).toBeLessThan(300 * body.length);
  close();
});
