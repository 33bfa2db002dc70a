import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { Agent, fetch as undiciFetch } from "undici";
import { afterEach, describe, expect, it, vi } from "vitest";
import { judgeChain, presentedBy } from "../../src/doctor/certificates.js";
import { checkUp } from "../../src/doctor/checkup.js";
import type { Check } from "../../src/doctor/findings.js";
import * as library from "../../src/index.js";
import { startEmulator } from "../../src/testing/index.js";
import { makeCertificate, type TestCertificate } from "../support/certificates.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  for (const close of closing.splice(0)) await close();
});

/** A server that presents it, and answers nobody. */
async function presenting({ key, cert }: TestCertificate): Promise<string> {
  const server = createServer({ key, cert }, (socket) => socket.destroy());
  server.on("tlsClientError", () => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  closing.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function told(env: NodeJS.ProcessEnv): Promise<Map<string, Check>> {
  const checks = new Map<string, Check>();
  for await (const check of checkUp({ library, parametersFile: undefined, env })) checks.set(check.name, check);
  return checks;
}

const environment = (host: string) => ({
  AZURE_TENANT_ID: "contoso.onmicrosoft.com",
  AZURE_CLIENT_ID: "9a8b7c6d-1111-4222-8333-444455556666",
  AZURE_CLIENT_SECRET: "a-secret-of-nobody",
  AZURE_AUTHORITY_HOST: `https://${host}`,
  GRAPH_APP_IDENTITY_GRAPH_ROOT: `https://${host}`,
});

describe("a certificate on the way that is refused", () => {
  it.each<[string, Parameters<typeof makeCertificate>[0], RegExp]>([
    ["nobody knows", { name: "Corp TLS Gateway" }, /issued by "Corp TLS Gateway", whom this Node doesn't trust/],
    ["has ended", { name: "Corp TLS Gateway", from: -9, to: -2 }, /"Corp TLS Gateway" ended on \d{4}-\d\d-\d\d/],
    ["isn't valid yet", { from: 2, to: 9 }, /isn't valid before \d{4}-\d\d-\d\d/],
    ["has a name that a terminal would obey", { name: "\u001b[2JCorp" }, /issued by "\?\[2JCorp"/],
  ])("is named, with its issuer, where it %s", async (_what, wish, detail) => {
    const checks = await told(environment(await presenting(await makeCertificate(wish))));
    expect(checks.get("entra")).toMatchObject({ status: "failed", code: "network_error" });
    const certificates = checks.get("certificates");
    expect(certificates).toMatchObject({ status: "failed", detail: expect.stringMatching(detail) });
    expect(certificates?.remedy).toMatch(/NODE_EXTRA_CA_CERTS|clock/);
  });

  it("is somebody's who reads along, where the host is Microsoft's and Node doesn't bring the authority", async () => {
    const ca = await makeCertificate({ name: "Corp Root" });
    const chain = await presentedBy(await presenting(await makeCertificate({ name: "login.microsoftonline.com", ca })));
    const judge = (refused: boolean) =>
      judgeChain("login.microsoftonline.com", chain!, { official: true, refused, now: Date.now() });
    expect(judge(true).detail).toContain("issued by \"Corp Root\", which isn't Microsoft's");
    expect(judge(true).remedy).toContain("NODE_EXTRA_CA_CERTS");
    expect(judge(false)).toEqual({ detail: expect.stringContaining("a proxy that reads along, and is trusted") });
  });
});

describe("certificates on the way", () => {
  it("that hold are told with their issuer and their end", async () => {
    const emulator = await startEmulator({ users: 1, tls: true });
    const dispatcher = new Agent({ connect: { ca: emulator.ca! } });
    closing.push(
      () => dispatcher.close(),
      () => emulator.stop(),
    );
    vi.stubGlobal("fetch", (input: string, init: object) => undiciFetch(input, { ...init, dispatcher }));
    const { tenantId, clientId, clientSecret, origin } = emulator;
    const host = new URL(origin).host;
    const identity = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret };
    const checks = await told({ ...environment(host), ...identity });
    expect([...checks.values()].filter(({ status }) => status !== "ok")).toEqual([]);
    expect(checks.get("certificates")?.detail).toMatch(
      new RegExp(`^${host}: issued by "graph-app-identity emulator, not Microsoft", until \\d{4}-\\d\\d-\\d\\d$`),
    );
  });

  it("are nothing to tell of a host that presents none", async () => {
    const emulator = await startEmulator({ users: 1 });
    closing.push(() => emulator.stop());
    expect(await presentedBy(new URL(emulator.origin).host)).toBeUndefined();
    expect(await presentedBy("127.0.0.1:1")).toBeUndefined();
  });
});
