import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measure } from "./measure.js";
import { Service } from "./service.js";

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

describe("the server of the benchmarks", () => {
  it("pages through its directory to the last user, and counts what was asked of it", async () => {
    const sample = await measure(service, "bare", { measure: "once", pageSize: 999 }, { users: 2_500 });
    expect(sample).toMatchObject({ tokens: 1, pages: 3, other: 0 });
    expect(sample.peakMB).toBeGreaterThan(1);
  });

  it("has Graph's default page size, and shows its people again in a larger directory", async () => {
    expect(await measure(service, "bare", { measure: "once" }, { users: 250 })).toMatchObject({ pages: 3 });
    const larger = await measure(service, "bare", { measure: "once", pageSize: 999 }, { users: 101_000 });
    expect(larger).toMatchObject({ pages: 102 });
  });
});

describe("a measured process", () => {
  it("speaks to the server of the benchmarks and to no other host", () => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        ...["--input-type=module", "--eval"],
        'import "./route.mjs"; await fetch("https://example.com").catch(({ cause }) => console.log(cause.message));',
      ],
      {
        cwd: fileURLToPath(new URL(".", import.meta.url)),
        encoding: "utf8",
        env: { BENCH_PORT: String(service.port) },
      },
    );
    expect(stdout).toBe("The benchmark speaks to Entra and Graph only, not to example.com\n");
  });

  it("reports the reason when it fails", async () => {
    await expect(measure(service, "nobody", { measure: "once" }, { users: 1 })).rejects.toThrow("nobody.mjs");
  });
});
