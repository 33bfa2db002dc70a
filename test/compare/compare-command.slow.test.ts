import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { useCompareCommand } from "../support/compare-command.js";

const { compare, folder, tenant } = await useCompareCommand();

it("graph-app-identity compare finds another embedded tenant alike, says what it skipped, and writes a report without anything of it", async () => {
  const out = join(folder, "report.json");
  const { code, stdout, stderr } = await compare("--env", "--only", "lists", "--out", out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/= {2}lists: \/users\?\$top=5\n/);
  expect(stdout).toMatch(/isn't permitted/);
  expect(stdout).toMatch(/All answers are alike\. \d+ compared, \d+ skipped\.\n$/);
  const report = readFileSync(out, "utf8");
  expect(JSON.parse(report)).toMatchObject({ format: 1, version: "1.2.3" });
  for (const value of [tenant.tenantId, tenant.clientId, tenant.domain, ...tenant.users.ids()]) {
    expect(report + stdout).not.toContain(value);
  }
});
