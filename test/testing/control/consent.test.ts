import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type App, type Emulator, startEmulator } from "../../../src/testing/index.js";
import { requestToken } from "../entra/token-request.js";

let emulator: Emulator;
let app: App;
beforeAll(async () => {
  emulator = await startEmulator({ users: 3 });
});
beforeEach(() => {
  emulator.reset();
  app = emulator.addApp({ displayName: "Sync <b>&", roles: ["Device.Read.All"], asksFor: ["User.Read.All"] });
});
afterAll(() => emulator.stop());

const form = "application/x-www-form-urlencoded";
const address = (query = "", path = `${emulator.tenantId}/adminconsent`) =>
  `${emulator.origin}/${path}?client_id=${app.clientId}${query}`;

async function open(url = address(), headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  const text = await response.text();
  const [, ticket = ""] = /name="ticket" value="([^"]+)"/.exec(text) ?? [];
  const asked = [...text.matchAll(/name="role" value="([^"]+)"/g)].map(([, role]) => role as string);
  return { status: response.status, headers: response.headers, text, ticket, asked };
}

/** Sends the page's form as a browser does. */
function send(fields: [string, string][], headers: Record<string, string> = {}) {
  const body = new URLSearchParams(fields).toString();
  const sent = { "content-type": form, origin: emulator.origin, "sec-fetch-site": "same-origin", ...headers };
  return fetch(address(), { method: "POST", body, headers: sent, redirect: "manual" });
}
const accept = async (url?: string) => {
  const { ticket, asked } = await open(url);
  return send([["ticket", ticket], ["decision", "accept"], ...asked.map((role): [string, string] => ["role", role])]);
};
const cancel = async (url: string) =>
  send([
    ["ticket", (await open(url)).ticket],
    ["decision", "cancel"],
  ]);
const roles = async () =>
  (await requestToken(emulator, { form: { client_id: app.clientId, client_secret: app.clientSecret } })).claims.roles;

/** By hand, for a fetch has headers of its own. */
async function statusOf(headers: Record<string, string>): Promise<number> {
  const { pathname, search, port, host } = new URL(address());
  const socket = connect(Number(port), "127.0.0.1");
  const lines = Object.entries({ Host: host, Connection: "close", ...headers }).map((line) => line.join(": "));
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return Number(text.slice(9, 12));
}

describe("the consent page", () => {
  it("lists what is asked, what was refused for want of it, and what is granted", async () => {
    const { body } = await requestToken(emulator, {
      form: { client_id: app.clientId, client_secret: app.clientSecret },
    });
    await emulator.fetch("https://graph.microsoft.com/v1.0/groups?$top=5", {
      headers: { authorization: `Bearer ${body.access_token}` },
    });
    const { status, text, asked } = await open();
    expect([status, asked]).toEqual([200, ["User.Read.All", "GroupMember.Read.All"]]);
    expect(text).toMatch(/refused without it: GET \/groups, \d s ago/);
    expect(text).toContain("Granted already: Device.Read.All.");
    expect(text).toContain("no real directory is touched");
    // The link of the log leads here.
    expect(await (await fetch(emulator.requests.at(-1)!.advice!.consent!)).text()).toContain("GroupMember.Read.All");
  });

  it("grants what is ticked, once, and from the next token on", async () => {
    const { ticket } = await open();
    const fields: [string, string][] = [
      ["ticket", ticket],
      ["decision", "accept"],
      ["role", "User.Read.All"],
    ];
    const answer = await send(fields);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("now has User.Read.All")]);
    expect(await roles()).toEqual(["Device.Read.All", "User.Read.All"]);
    app.roles = [];
    expect((await send(fields)).status).toBe(403);
    expect(app.roles).toEqual([]);
  });

  it.each(["common", "organizations", "contoso.onmicrosoft.com"])("is found under %s", async (tenant) => {
    expect((await open(address("", `${tenant}/adminconsent`))).asked).toEqual(["User.Read.All"]);
  });

  it("makes an app known in a further tenant", async () => {
    const further = emulator.addTenant({ users: 1 });
    expect((await accept(address("", `${further.tenantId}/adminconsent`))).status).toBe(200);
    expect(further.app(app.clientId).roles).toEqual(["User.Read.All"]);
    expect(app.roles).toEqual(["Device.Read.All"]);
  });

  it("shows text as text, runs no script, and is in no frame", async () => {
    const { text, headers } = await open(
      address(`&redirect_uri=${encodeURIComponent('https://a.example/"><script>')}&state="><i>`),
    );
    expect(text).toContain("Sync &lt;b&gt;&amp;");
    expect(text).not.toMatch(/<script|<i>|<b>/);
    const policy = headers.get("content-security-policy");
    expect(policy).toMatch(/default-src 'none'.*form-action 'self' https:\/\/a\.example;.*frame-ancestors 'none'/);
    expect(policy).not.toContain("unsafe");
    // By "no-referrer" its own form would come with the origin "null".
    expect(headers.get("referrer-policy")).toBe("same-origin");
  });
});

describe("where the answer goes", () => {
  const back = `&redirect_uri=${encodeURIComponent("http://localhost:3000/done?x=1")}&state=${encodeURIComponent("a b&c")}`;
  const told = (location: string | null) => Object.fromEntries(new URL(location!).searchParams);

  it.each<[string, () => Promise<Response>, object]>([
    ["acceptance", () => accept(address(back)), { admin_consent: "True" }],
    [
      "acceptance, v2.0",
      () =>
        accept(
          address(`${back}&scope=https://graph.microsoft.com/Group.Read.All`, `${emulator.tenantId}/v2.0/adminconsent`),
        ),
      {
        admin_consent: "True",
        scope: "https://graph.microsoft.com/User.Read.All https://graph.microsoft.com/Group.Read.All",
      },
    ],
  ])("tells of %s", async (_, answer, expected) => {
    const { status, headers } = await answer();
    expect(status).toBe(302);
    expect(told(headers.get("location"))).toEqual({ x: "1", state: "a b&c", tenant: emulator.tenantId, ...expected });
  });

  it("tells of refusal, and grants nothing", async () => {
    expect(told((await cancel(address(back))).headers.get("location"))).toEqual({
      x: "1",
      state: "a b&c",
      error: "permission_denied",
      error_description: "The admin canceled the request",
    });
    const v2 = await cancel(address(back, `${emulator.tenantId}/v2.0/adminconsent`));
    expect(told(v2.headers.get("location"))).toMatchObject({
      admin_consent: "True",
      error: "consent_required",
      error_description: expect.stringMatching(/^AADSTS65004/),
    });
    expect(app.roles).toEqual(["Device.Read.All"]);
  });

  it.each([
    ["an unknown app", () => address().replace(app.clientId, emulator.tenantId), "AADSTS700016"],
    ["an unknown tenant", () => address("", "nowhere.example/adminconsent"), "AADSTS90002"],
    ["no app", () => `${emulator.origin}/common/adminconsent`, "AADSTS900144"],
    ["an address that is none of the web", () => address("&redirect_uri=javascript:alert(1)"), "AADSTS50011"],
    ["an address that is none", () => address("&redirect_uri=done"), "AADSTS50011"],
  ])("is a page with Entra's code for %s", async (_, url, code) => {
    const { status, text, ticket } = await open(url());
    expect([status, text, ticket]).toEqual([400, expect.stringContaining(code), ""]);
  });
});

describe("pages of elsewhere", () => {
  it("may lead to it, but look at nothing", async () => {
    for (const [mode, status] of [
      ["navigate", 200],
      ["no-cors", 403],
      ["cors", 403],
    ] as const) {
      expect(await statusOf({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode })).toBe(status);
    }
    expect(await statusOf({ "Sec-Fetch-Site": "none", Host: "evil.example" })).toBe(403);
  });

  it.each([
    [{ origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "cross-site" }],
    [{ origin: "null" }],
  ])("can't answer it: %j", async (headers) => {
    const { ticket } = await open();
    const fields: [string, string][] = [
      ["ticket", ticket],
      ["decision", "accept"],
      ["role", "User.Read.All"],
    ];
    expect((await send(fields, headers)).status).toBe(403);
    expect(app.roles).toEqual(["Device.Read.All"]);
  });

  it("can't answer it without having seen it, nor with another kind of body", async () => {
    expect(
      (
        await send([
          ["decision", "accept"],
          ["role", "User.Read.All"],
        ])
      ).status,
    ).toBe(403);
    expect((await send([], { "content-type": "text/plain" })).status).toBe(415);
    expect((await fetch(address(), { method: "DELETE" })).status).toBe(405);
  });
});
