import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { GraphError } from "@microsoft/microsoft-graph-client";
import { describe, expect, it } from "vitest";
import { AppIdentityError, isAppIdentityError } from "../src/errors.js";

const built = fileURLToPath(new URL("../dist/index.cjs", import.meta.url));

describe("isAppIdentityError()", () => {
  const error = new AppIdentityError("throttled", "Too much.", { remedy: "Wait.", retryable: true });

  it("knows an error that came through structured clone, which keeps its message", () => {
    const clone: unknown = structuredClone(error);
    expect(clone).not.toBeInstanceOf(AppIdentityError);
    expect(isAppIdentityError(clone)).toBe(true);
    expect(clone).toHaveProperty("message", "Too much.");
  });

  it("knows an error that a worker thread failed with, which keeps its code", async () => {
    const code = `const { AppIdentityError } = require(${JSON.stringify(built)});
      throw new AppIdentityError("throttled", "Too much.", { remedy: "Wait." });`;
    const [failure] = await once(new Worker(code, { eval: true }), "error");
    expect(isAppIdentityError(failure)).toBe(true);
    expect(failure).toMatchObject({ code: "throttled", remedy: "Wait." });
  });

  it.each([
    ["another error", new Error("AppIdentityError: no")],
    ["its clone", structuredClone(new TypeError("no"))],
    ["one of the SDK's", new GraphError(400, "no")],
    ["its JSON", error.toJSON()],
    ["an error without a stack", Object.assign(new Error("no"), { stack: undefined })],
    ["nothing", null],
    ["a text", "AppIdentityError: no"],
  ])("doesn't take %s for one", (_, value) => {
    expect(isAppIdentityError(value)).toBe(false);
  });
});
