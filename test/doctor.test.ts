import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CheckName, titles } from "../src/doctor/check-names.js";
import { checkUp } from "../src/doctor/checkup.js";
import type { Check } from "../src/doctor/findings.js";
import type { FunctionName } from "../src/doctor/needed-permissions.js";
import * as library from "../src/index.js";
import { type Emulator, startEmulator } from "../src/testing/index.js";
import { makeCertificate, type TestCertificate } from "./support/certificates.js";
import { cli } from "./support/emulator-command.js";
import { HastyClock } from "./support/hasty-clock.js";
import { nothingSet } from "./support/nothing-set.js";
import { environmentOf, runProgram } from "./support/run-program.js";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
afterAll(() => rmSync(folder, { recursive: true }));

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ users: 3 });
});
afterEach(() => emulator.stop());

/** What is told without `--for` and without TLS. */
const more: CheckName[] = ["certificates", "query", "paging", "delta", "functions"];
const names = (Object.keys(titles) as CheckName[]).filter((name) => !more.includes(name));

function file(name: string, content: string | object): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** Whatever the doctor says, it tells nothing secret. */
function expectNoSecretIn(said: string): void {
  for (const secret of [emulator.clientSecret, "wrong~secret", "eyJ", "PRIVATE KEY"])
    expect(said).not.toContain(secret);
}

/** The library as the doctor gets it, but for what it waits between attempts. */
const clock = new HastyClock();
const hasty: typeof library = {
  ...library,
  AppIdentityAuthProvider: class extends library.AppIdentityAuthProvider {
    static override fromEnvironment(env?: NodeJS.ProcessEnv, overrides?: object) {
      return library.AppIdentityAuthProvider.fromEnvironment(env, { ...overrides, clock });
    }
    static override fromParameters(file: string, overrides?: object) {
      return library.AppIdentityAuthProvider.fromParameters(file, { ...overrides, clock });
    }
  },
  createGraphClient: (options) => library.createGraphClient({ ...options, clock } as typeof options),
};

/** What the command prints with `--json`: what failed or is to be looked at, what wasn't checked; all the rest is in order. */
async function findings([parametersFile]: string[] = [], env: NodeJS.ProcessEnv = environmentOf(emulator)) {
  // In this process: starting one takes longer than all the checks. The emulator has kept the runtime's own fetch.
  vi.stubGlobal("fetch", emulator.fetch);
  const checks: Check[] = [];
  try {
    for await (const check of checkUp({ library: hasty, parametersFile, env })) checks.push(check);
  } finally {
    vi.unstubAllGlobals();
  }
  return sorted(checks);
}

function sorted(checks: Check[]) {
  expectNoSecretIn(JSON.stringify(checks));
  expect(checks.map(({ name }) => name)).toEqual(names);
  const ok = checks.every(({ status }) => status !== "failed");
  // Every line that isn't in order says what to do.
  for (const { status, remedy } of checks) expect(remedy !== undefined).toBe(/failed|warning/.test(status));
  const named = (wanted: Check["status"]) => checks.filter(({ status }) => status === wanted).map(({ name }) => name);
  const of = (name: CheckName) => checks.find((check) => check.name === name) as Check;
  return { ok, of, failed: named("failed"), warned: named("warning"), unchecked: named("not checked") };
}

/** What comes after a check, and can't run without it. */
const following = (name: CheckName) => names.slice(names.indexOf(name) + 1);

function certificateEnvironment({ pem }: TestCertificate): NodeJS.ProcessEnv {
  const path = file("app.pem", pem);
  return { ...environmentOf(emulator), AZURE_CLIENT_SECRET: undefined, AZURE_CLIENT_CERTIFICATE_PATH: path };
}

const parameters = (fields: object = {}) =>
  file("parameters.json", {
    authority: `https://login.microsoftonline.com/${emulator.domain}`,
    client_id: emulator.clientId,
    secret: emulator.clientSecret,
    ...fields,
  });

describe("the doctor, where all is well", () => {
  it("prints a checklist, and reads one id and nothing else", async () => {
    const env = { ...nothingSet, ...environmentOf(emulator) };
    const { stdout, stderr, code } = await runProgram([cli, "doctor"], { emulator, env });
    expectNoSecretIn(stdout);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    const { tenantId, clientId } = emulator;
    expect(stdout).toBe(`\
  ok           Configuration  in the environment: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
  ok           Entra          login.microsoftonline.com answers
  ok           Tenant         ${tenantId}
  ok           App            Directory reader (${clientId})
  ok           Credential     secret, accepted
  ok           Clock          agrees with Entra's
  ok           Permission     granted: User.Read.All
  ok           Graph          graph.microsoft.com answers
  ok           One user       one entry of /users read

All in order.
`);
    expect(emulator.requests.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`)).toEqual([
      expect.stringMatching(/^POST .*\/token/),
      expect.stringMatching(/^GET \/v1\.0\/users\?(\$select=id&\$top=1|\$top=1&\$select=id)$/),
    ]);
  });

  it("reads the quickstart's file, and the tenant by its domain", async () => {
    const path = parameters({
      scope: ["https://graph.microsoft.com/.default"],
      endpoint: "https://graph.microsoft.com/v1.0/users",
    });
    const { ok, of } = await findings([path]);
    expect(ok).toBe(true);
    expect(of("configuration").detail).toBe(path);
    expect(of("tenant").detail).toBe(`${emulator.domain} (${emulator.tenantId})`);
    expect(of("user").detail).toBe("one entry of https://graph.microsoft.com/v1.0/users read");
  });

  it("says that it went without a proxy which this Node's fetch doesn't obey", async () => {
    const env = {
      ...environmentOf(emulator),
      HTTPS_PROXY: "http://user:pass@127.0.0.1:1",
      https_proxy: undefined,
      NO_PROXY: "graph.microsoft.com",
      no_proxy: undefined,
      NODE_USE_ENV_PROXY: undefined,
    };
    const { ok, of } = await findings([], env);
    expect(ok).toBe(true);
    expect(of("entra").detail).toMatch(/^login\.microsoftonline\.com answers, asked without the proxy of HTTPS_PROXY/);
    expect(of("graph").detail).toBe("graph.microsoft.com answers");
  });

  it("knows that a tenant may be empty", async () => {
    emulator = await replaced({ users: 0 });
    expect((await findings()).of("user").detail).toBe("allowed, but there is none");
  });

  it("leaves Graph alone where the file is about another API", async () => {
    emulator.addApp({ identifierUris: ["api://orders"] });
    emulator.app().roles = { "api://orders": ["Orders.Read"] };
    const { ok, of, unchecked } = await findings([parameters({ scope: ["api://orders/.default"] })]);
    expect({ ok, unchecked }).toEqual({ ok: true, unchecked: ["graph", "user"] });
    expect(of("permission").detail).toBe("for api://orders/.default, granted: Orders.Read");
  });

  it("believes Graph rather than the token about what is allowed", async () => {
    emulator.app().roles = [];
    emulator.faults.add({ service: "graph", status: 200, body: { value: [{ id: "1" }] } });
    expect((await findings()).of("permission")).toMatchObject({
      status: "ok",
      detail: expect.stringContaining("allowed"),
    });
  });

  it("is content where the app's tokens were revoked, since new ones are had", async () => {
    emulator.revoke();
    expect((await findings()).failed).toEqual([]);
  });
});

async function replaced(options: object): Promise<Emulator> {
  await emulator.stop();
  return startEmulator(options);
}

describe("a configuration", () => {
  const nowhere = { failed: ["configuration"], unchecked: following("configuration") };

  it("that is missing is named, variable by variable, and nobody is asked", async () => {
    const { of, ...found } = await findings([], {});
    expect(found).toMatchObject(nowhere);
    expect(of("configuration").detail).toMatch(/AZURE_TENANT_ID; AZURE_CLIENT_ID; AZURE_CLIENT_SECRET/);
    expect(of("configuration").remedy).toContain("Directory (tenant) ID");
    expect(emulator.requests).toHaveLength(0);
  });

  it.each([
    ["with the sample's texts", () => "examples/parameters.example.json", /sample's text/],
    ["that isn't there", () => join(folder, "nowhere.json"), /can't be read/],
    ["that isn't JSON", () => file("broken.json", '{ "authority": oops }'), /line 1, column/],
    ["for signing in people", () => parameters({ authority: "https://login.microsoftonline.com/common" }), /common/],
    ["with a permission for a scope", () => parameters({ scope: ["User.Read.All"] }), /does not end in/],
    ["with a secret and a certificate", () => parameters({ thumbprint: "AB", private_key_file: "k.pem" }), /both/],
  ])("%s is refused before anybody is asked", async (_name, path, detail) => {
    const { of, ...found } = await findings([path()]);
    expect(found).toMatchObject(nowhere);
    expect(of("configuration").detail).toMatch(detail);
    expect(emulator.requests).toHaveLength(0);
  });
});

describe("Entra", () => {
  const failing: [string, CheckName, () => NodeJS.ProcessEnv | undefined, object, answered?: boolean][] = [
    ["an unknown tenant", "tenant", () => ({ AZURE_TENANT_ID: "fabrikam.onmicrosoft.com" }), { aadsts: 90002 }],
    ["an unknown app", "app", () => ({ AZURE_CLIENT_ID: "9a8b7c6d-1111-4222-8333-444455556666" }), { aadsts: 700016 }],
    ["a disabled app", "app", () => void Object.assign(emulator.app(), { disabled: true }), { aadsts: 7000112 }],
    ["a wrong secret", "credential", () => ({ AZURE_CLIENT_SECRET: "wrong~secret" }), { aadsts: 7000215 }],
    [
      "an expired secret",
      "credential",
      () => {
        const app = emulator.app();
        app.removeSecrets();
        app.addSecret({ value: emulator.clientSecret, expiresAt: new Date(0) });
        return undefined;
      },
      { aadsts: 7000222, code: "expired_credential" },
    ],
    ["trouble of its own", "entra", () => void fail("entra", { status: 503 }), { code: "entra_unavailable" }],
    ["a lost connection", "entra", () => void fail("entra", { reset: true }), { code: "network_error" }, false],
    ["a proxy's page", "entra", () => void fail("entra", { html: true }), { code: "invalid_token_response" }],
  ];
  const fail = (service: "entra" | "graph", effect: object) => emulator.faults.add({ service, times: 20, ...effect });

  it.each(failing)(
    "%s is told under its name, and what comes before is in order",
    async (_name, check, arrange, known, answered = true) => {
      const changes = arrange();
      const { of, failed, unchecked } = await findings([], { ...environmentOf(emulator), ...changes });
      // Whoever answers tells the time.
      const isOpen = (name: CheckName) => name !== "clock" || !answered;
      expect({ failed, unchecked }).toEqual({ failed: [check], unchecked: following(check).filter(isOpen) });
      expect(of(check)).toMatchObject(known);
    },
  );

  it("is told apart from a network that is down", async () => {
    await emulator.stop();
    const { of, failed, unchecked } = await findings();
    expect({ failed, unchecked }).toEqual({ failed: ["entra"], unchecked: following("entra") });
    expect(of("entra").detail).toMatch(/connection to .* failed: ECONNREFUSED/);
  });

  it("refuses a certificate that isn't registered", async () => {
    const { of, failed, unchecked } = await findings([], certificateEnvironment(await makeCertificate()));
    const open = following("credential").filter((name) => name !== "clock");
    expect({ failed, unchecked }).toEqual({ failed: ["credential"], unchecked: open });
    expect(of("credential")).toMatchObject({ aadsts: 700027, remedy: expect.stringContaining("thumbprint") });
  });

  it("is not asked about a certificate that has ended", async () => {
    const { of, failed, unchecked } = await findings(
      [],
      certificateEnvironment(await makeCertificate({ from: -9, to: -1 })),
    );
    const before: CheckName[] = ["entra", "tenant", "app"];
    expect({ failed, unchecked }).toEqual({
      failed: ["credential"],
      unchecked: [...before, ...following("credential")],
    });
    expect(of("credential").code).toBe("certificate_expired");
    expect(emulator.requests).toHaveLength(0);
  });

  it("accepts one that ends soon, which is to be looked at", async () => {
    const certificate = await makeCertificate({ to: 10 });
    emulator.app().addCertificate(certificate.cert);
    const { of, ok, warned } = await findings([], certificateEnvironment(certificate));
    expect({ ok, warned }).toEqual({ ok: true, warned: ["credential"] });
    const day = new Date(certificate.expiresAt).toISOString().slice(0, 10);
    expect(of("credential").detail).toBe(`certificate, accepted; it ends on ${day}`);
  });

  it("has another time: a warning with a secret, the end with a certificate", async () => {
    emulator.clock.advance(1_200_000);
    const { of, ok, warned } = await findings();
    expect({ ok, warned }).toEqual({ ok: true, warned: ["clock"] });
    expect(of("clock").detail).toMatch(/^1\d\d\d s behind Entra's$/);
    const certificate = await makeCertificate();
    emulator.app().addCertificate(certificate.cert);
    const refused = await findings([], certificateEnvironment(certificate));
    expect(refused.of("credential")).toMatchObject({ aadsts: 700024, remedy: expect.stringContaining("clock") });
    expect(refused.warned).toEqual(["clock"]);
  });
});

describe("what the app is for", () => {
  async function judged(functions: FunctionName[], roles: string[]) {
    emulator.app().roles = roles;
    vi.stubGlobal("fetch", emulator.fetch);
    try {
      const checks: Check[] = [];
      const env = environmentOf(emulator);
      for await (const check of checkUp({ library: hasty, parametersFile: undefined, env, functions }))
        checks.push(check);
      expectNoSecretIn(JSON.stringify(checks));
      return checks;
    } finally {
      vi.unstubAllGlobals();
    }
  }

  it.each<[FunctionName, string[], string[]]>([
    ["listUsers", ["User.ReadBasic.All"], []],
    ["countUsers", ["Group.Read.All"], ["User.Read.All"]],
    ["deltaUsers", ["User.ReadBasic.All"], ["User.Read.All"]],
    ["deltaGroups", ["User.Read.All"], ["GroupMember.Read.All"]],
    ["readByIds", ["User.Read.All"], []],
    ["readDirectory", ["User.Read.All"], ["GroupMember.Read.All"]],
    ["readDirectory", ["Directory.Read.All"], []],
    ["readDirectory", [], ["User.Read.All", "GroupMember.Read.All"]],
  ])("%s with %j lacks %j", async (name, roles, missing) => {
    const check = (await judged([name], roles)).at(-1);
    if (missing.length === 0) {
      expect(check).toEqual({ name: "functions", status: "ok", detail: `can be used: ${name}` });
      return;
    }
    const { tenantId, clientId } = emulator;
    expect(check).toMatchObject({
      status: "failed",
      detail: `${name} lacks ${missing.join(" and ")}`,
      remedy: expect.stringContaining(missing.join(", ")),
      adminConsentUrl: `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${clientId}`,
      lacks: { [name]: missing },
    });
  });

  it("tells several at once, apart", async () => {
    expect((await judged(["listUsers", "deltaGroups"], ["User.Read.All"])).at(-1)).toMatchObject({
      detail: "can be used: listUsers; deltaGroups lacks GroupMember.Read.All",
      lacks: { deltaGroups: ["GroupMember.Read.All"] },
    });
  });

  it("isn't checked without a token", async () => {
    emulator.app().disabled = true;
    const [functions, ...probes] = (await judged(["listUsers"], [])).slice(names.length).reverse();
    expect(functions).toEqual({ name: "functions", status: "not checked" });
    expect(probes.map(({ status }) => status)).toEqual(["not checked", "not checked"]);
  });

  const probed: [FunctionName[], string[], Partial<Record<CheckName, string>>, string[]][] = [
    [["readByIds"], ["User.Read.All"], {}, []],
    [["countUsers"], ["User.ReadBasic.All"], { query: "ok" }, ["/users/$count"]],
    [["listUsers"], ["User.ReadBasic.All"], { query: "ok", paging: "ok" }, ["/users/$count", "/users", "/users"]],
    [["deltaUsers"], ["User.ReadBasic.All"], { delta: "not checked" }, []],
    [["deltaUsers", "deltaGroups"], ["User.Read.All"], { delta: "ok" }, ["/users/delta"]],
    [["deltaGroups"], ["GroupMember.Read.All", "User.Read.All"], { delta: "ok" }, ["/groups/delta"]],
    [
      ["readDirectory"],
      ["Directory.Read.All"],
      { paging: "ok", delta: "ok" },
      ["/users", "/users", "/users/delta", "/groups/delta"],
    ],
  ];
  it.each(probed)("of %j with %j has tried %j by asking %j", async (functions, roles, expected, paths) => {
    const { id } = emulator.users.add({ displayName: "Somebody Findable" });
    const checks = await judged(functions, roles);
    const told = checks.slice(names.length, -1).map(({ name, status }) => [name, status]);
    expect(Object.fromEntries(told)).toEqual(expected);
    const asked = emulator.requests.filter(({ service }) => service === "graph").map(({ path }) => path);
    const named = (path: string) => new URL(path, "https://graph").pathname.replace("/v1.0", "");
    expect(asked.slice(1).map(named)).toEqual(paths);
    expect(JSON.stringify(checks)).not.toMatch(new RegExp(`${id}|Findable|skiptoken|deltatoken`));
  });

  it("is told of what Graph refuses of it, and goes on", async () => {
    emulator.faults.add({ service: "graph", path: "/v1.0/users/delta", status: 400, times: 9 });
    const checks = await judged(["deltaUsers", "listUsers"], ["User.Read.All"]);
    const failed = checks.filter(({ status }) => status === "failed");
    expect(failed).toEqual([expect.objectContaining({ name: "delta", remedy: expect.any(String) })]);
    expect(checks.at(-1)).toMatchObject({ name: "functions", status: "ok" });
  });
});

describe("Graph", () => {
  it("refuses an app without the role: the permission is missing, Graph is well, and the link to consent is there", async () => {
    emulator.app().roles = ["Group.Read.All"];
    const { of, failed, unchecked } = await findings();
    expect({ failed, unchecked }).toEqual({ failed: ["permission"], unchecked: ["user"] });
    const { tenantId, clientId } = emulator;
    expect(of("permission")).toMatchObject({
      code: "permission_missing",
      detail: expect.stringContaining("granted: Group.Read.All"),
      remedy: expect.stringContaining("User.Read.All"),
      adminConsentUrl: `https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${clientId}`,
    });
  });

  it("that is down leaves open what a token without the role may do", async () => {
    emulator.app().roles = [];
    emulator.faults.add({ service: "graph", times: 20, status: 503 });
    const { of, failed, unchecked } = await findings();
    expect({ failed, unchecked }).toEqual({ failed: ["graph"], unchecked: ["permission", "user"] });
    expect(of("permission").detail).toBe("granted: nothing");
  });

  it.each([
    ["answers 503", { status: 503 }, "graph_unavailable"],
    ["cuts the connection", { reset: true }, "network_error"],
    ["throttles for an hour", { status: 429, retryAfter: 3600 }, "throttled"],
  ])("that %s fails alone, while the token shows the permission", async (_name, effect, code) => {
    emulator.faults.add({ service: "graph", times: 20, ...effect });
    const { of, failed, unchecked } = await findings();
    expect({ failed, unchecked }).toEqual({ failed: ["graph"], unchecked: ["user"] });
    expect(of("graph").code).toBe(code);
  });

  it("is well where only the file's endpoint isn't", async () => {
    const endpoint = "https://graph.microsoft.com/v1.0/nothing";
    const { failed, unchecked } = await findings([parameters({ endpoint })]);
    expect({ failed, unchecked }).toEqual({ failed: ["user"], unchecked: [] });
  });

  it("isn't asked, nor anybody else, for an endpoint that isn't Graph's", async () => {
    const { failed, unchecked } = await findings([parameters({ endpoint: "https://evil.example/v1.0/users" })]);
    expect({ failed, unchecked }).toEqual({
      failed: ["configuration"],
      unchecked: following("configuration"),
    });
    expect(emulator.requests).toEqual([]);
  });
});
