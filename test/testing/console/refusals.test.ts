import { describe, expect, it } from "vitest";
import type { AppShown, Entry } from "../../../src/testing/console/calls/answers.js";
import { needsALook, type Surroundings } from "../../../src/testing/console/refusals/explain-refusal.js";
import { foldRefusals } from "../../../src/testing/console/refusals/fold-refusals.js";

const tenantId = "01fad2ab-ff08-499b-a96c-e9e374c83e4e";
const app: AppShown = {
  clientId: "eebbd0b7-da20-451a-a9a3-e398726c6f48",
  name: "Sync",
  objectId: "6b5389eb-f9c2-48f7-a143-36b8ff057640",
  roles: ["User.Read.All"],
  asksFor: [],
  disabled: false,
  identifierUris: [],
  secrets: [{ id: "1", hint: "IPo", expiresAt: null }],
  certificates: [],
};
const around: Surroundings = {
  apps: [app],
  faults: [],
  clock: { now: "", offsetMs: 0 },
  health: { tenantId, domain: "contoso.onmicrosoft.com" },
};

let n = 0;
function entry(path: string, status: number, more: Partial<Entry> = {}): Entry {
  n += 1;
  const common = {
    service: "graph",
    tenant: tenantId,
    method: "GET",
    headers: {},
    body: "",
    app: app.clientId,
  } as const;
  return { ...common, path, url: `http://127.0.0.1${path}`, status, at: n, n, ...more };
}
const token = (code: string, more: Partial<Entry> = {}) =>
  entry(`/${tenantId}/oauth2/v2.0/token`, 401, {
    service: "entra",
    method: "POST",
    error: { code, message: "" },
    ...more,
  });
const lacks = (role: string, path: string) =>
  entry(path, 403, { advice: { lacks: [role], consent: "http://consent" } });
const look = (entries: Entry[], changes: Partial<Surroundings> = {}) =>
  needsALook(foldRefusals(new Map(), entries).values(), { ...around, ...changes });

/** A refusal, what is known beside it, and the click that cures it: its label and call, or where it leads. */
const cured: [what: string, Entry, Partial<Surroundings>, label: string, does: string][] = [
  [
    "a permission is lacking",
    lacks("GroupMember.Read.All", "/v1.0/groups"),
    {},
    "Grant GroupMember.Read.All",
    `POST api/apps/${app.clientId}/roles {"roles":["GroupMember.Read.All"]}`,
  ],
  [
    "an app of elsewhere lacks one",
    { ...lacks("User.Read.All", "/v1.0/users"), tenant: "other" },
    {},
    "Consent to User.Read.All…",
    "http://consent",
  ],
  [
    "a gap of the emulator",
    entry("/v1.0/planner", 501, { advice: { notEmulated: true } }),
    {},
    "Answer it yourself…",
    "#/faults/new",
  ],
  ["an unknown secret", token("AADSTS7000215"), {}, "Make a new secret…", `#/apps/${app.clientId}`],
  ["an expired secret", token("AADSTS7000222"), {}, "Make a new secret…", `#/apps/${app.clientId}`],
  [
    "a secret that has expired on a moved clock",
    token("AADSTS7000222"),
    { clock: { now: "", offsetMs: 9e9 } },
    "Back to real time",
    "DELETE api/clock",
  ],
  [
    "an unknown app",
    token("AADSTS700016", { app: "11111111-2222-3333-4444-555555555555" }),
    {},
    "Register it",
    'POST api/apps {"clientId":"11111111-2222-3333-4444-555555555555","name":"Registered on sight"}',
  ],
  [
    "a disabled app",
    token("AADSTS7000112"),
    { apps: [{ ...app, disabled: true }] },
    "Enable it",
    `PATCH api/apps/${app.clientId} {"disabled":false}`,
  ],
  ["an unknown certificate", token("AADSTS700027"), {}, "Register its certificate…", `#/apps/${app.clientId}`],
  [
    "throttling",
    entry("/v1.0/users", 429),
    { graph: { throttle: true } as Surroundings["graph"] } as Partial<Surroundings>,
    "Stop throttling",
    'PATCH api/graph {"throttle":false}',
  ],
  [
    "a fault that is still armed",
    entry("/v1.0/users", 503, { fault: true }),
    { faults: [{ id: 7, status: 503, struck: 1, left: 2 }] },
    "Remove the fault",
    "DELETE api/faults/7",
  ],
  [
    "a token that has expired on a moved clock",
    entry("/v1.0/users", 401),
    { clock: { now: "", offsetMs: 9e9 } },
    "Back to real time",
    "DELETE api/clock",
  ],
];

/** What was wrong, and is right by now. */
const past: [what: string, Entry, Partial<Surroundings>][] = [
  ["a permission that is granted by now", lacks("User.Read.All", "/v1.0/users"), {}],
  ["an app that is registered by now", token("AADSTS700016"), {}],
  ["an app that is enabled by now", token("AADSTS7000112"), {}],
  ["a fault that is spent", entry("/v1.0/users", 503, { fault: true }), {}],
];

describe("what needs a look", () => {
  it.each(cured)("%s is cured by a click", (_what, refused, changes, label, does) => {
    const [found, ...others] = look([refused], changes);
    expect(others).toEqual([]);
    const [cure] = found!.cures;
    const calls = cure && "calls" in cure ? cure.calls : [];
    const shown = calls.map(({ method, path, body }) => `${method} ${path}${body ? ` ${JSON.stringify(body)}` : ""}`);
    expect([cure?.label, cure && "href" in cure ? cure.href : shown.join()]).toEqual([label, does]);
    expect([found!.cured, found!.cause]).toEqual([false, expect.stringMatching(/\.$/)]);
  });

  it.each(past)("%s is told as cured", (_what, refused, changes) => {
    expect(look([refused], changes)).toEqual([expect.objectContaining({ cured: true, cures: [] })]);
  });

  it("is each refusal once, with how often and on what", () => {
    const [found, ...others] = look([
      lacks("GroupMember.Read.All", "/v1.0/groups?$top=5"),
      lacks("GroupMember.Read.All", "/v1.0/groups"),
      lacks("GroupMember.Read.All", `/v1.0/groups/${tenantId}/members`),
    ]);
    expect(others).toEqual([]);
    expect([found!.count, found!.asked]).toEqual([3, ["GET /groups", `GET /groups/${tenantId}/members`]]);
  });

  it("tells one id from another only where it matters", () => {
    const missing = (path: string) => entry(path, 404, { error: { code: "Request_ResourceNotFound", message: "No." } });
    expect(
      look([missing("/v1.0/users/a@b.c"), missing("/v1.0/users/d@e.f"), missing("/v1.0/groups/a@b.c")]),
    ).toHaveLength(2);
  });

  it("is first what a click cures, then the rest, and last what is cured", () => {
    const found = look([
      lacks("GroupMember.Read.All", "/v1.0/groups"),
      entry("/v1.0/users/x", 404),
      lacks("User.Read.All", "/v1.0/users"),
    ]);
    expect(found.map(({ title }) => title)).toEqual(["GET /groups", "GET /users/x", "GET /users"]);
  });

  it("is also what was refused within a batch, under the batch's number and app", () => {
    const { app: _, n: __, ...step } = lacks("Device.Read.All", "/v1.0/devices");
    const batch = entry("/v1.0/$batch", 200, { steps: [step as Entry, { ...step, status: 200 } as Entry] });
    const [found] = look([batch]);
    expect(found!.entry.n).toBe(batch.n);
    expect(found!.cause).toBe("Sync lacks Device.Read.All.");
  });

  it("is nothing where nothing was refused", () => {
    expect(look([entry("/v1.0/users", 200), entry("/v1.0/users", undefined as unknown as number)])).toEqual([]);
  });
});
