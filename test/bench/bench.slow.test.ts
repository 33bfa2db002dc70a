import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measure } from "./measure.js";
import { Service } from "./service.js";

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.stop());

describe("the server of the benchmarks", () => {
  it("has Graph's default page size, and shows its people again in a larger directory", async () => {
    expect(await measure(service, "bare", { measure: "once" }, { users: 250 })).toMatchObject({ pages: 3 });
    const larger = await measure(service, "bare", { measure: "once", pageSize: 999 }, { users: 101_000 });
    expect(larger).toMatchObject({ pages: 102 });
  });
});
