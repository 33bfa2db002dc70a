import { expect, it } from "vitest";
import { runText } from "../support/run-program.js";

it("the emulator refuses values that mean nothing before it opens a socket", async () => {
  const { stdout } = await runText(`
      import { startEmulator } from "graph-app-identity/testing";
      for (const wrong of [{ users: -1 }, { shortPages: 2 }, { tokenLifetimeSeconds: 0 }]) {
        await startEmulator(wrong).catch((error) => console.log(error.name));
      }`);
  expect(stdout.trim().split("\n")).toEqual(["RangeError", "RangeError", "RangeError"]);
});
