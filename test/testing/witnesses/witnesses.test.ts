import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../../../src/compare/differences.js";
import { wordsOf } from "../../../src/compare/message-template.js";
import { nameOf } from "../../../src/compare/probe.js";
import { probes } from "../../../src/compare/probes.js";
import type { Report } from "../../../src/compare/report.js";
import { shapeOf } from "../../../src/compare/shape.js";
import { AskedTenant } from "../../../src/compare/tenant.js";
import { AppIdentityAuthProvider } from "../../../src/identity/provider.js";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

/** Reports of `graph-app-identity compare`, as they are; the first holds what others recorded and published. */
const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json"));

let emulator: Emulator;
let embedded: AskedTenant;
beforeAll(async () => {
  emulator = await startEmulator({ users: 1200, roles: ["Directory.Read.All", "AuditLog.Read.All"] });
  const { tenantId, clientId, clientSecret, fetch } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  embedded = new AskedTenant({ authProvider, fetch, paceMs: 0 });
});
afterAll(() => emulator.stop());

describe.each(files)("The embedded tenant answers as %s tells", (file) => {
  const report = JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, "utf8")) as Report;
  const told = report.probes.filter(({ given }) => given !== undefined);

  it.each(told.map((each) => [each.name, each] as const))("%s", async (name, { given }) => {
    const probe = probes.find((each) => nameOf(each) === name);
    if (probe === undefined) throw new Error(`No probe is called ${name} any more.`);
    const answer = await embedded.ask(probe);
    const shape = shapeOf(answer, probe, new Set([...wordsOf(answer.text), ...wordsOf(given!.error?.message ?? "")]));
    expect(differences(given!, shape)).toEqual([]);
  });
});
