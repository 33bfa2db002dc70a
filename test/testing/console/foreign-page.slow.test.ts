import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { type Loopback, startLoopback } from "../../support/loopback.js";

/** What would change something, or tell something: method, path, and what is sent. */
type Attempt = [method: string, path: string, body?: string];

/** Tried in the page: each by every way that a page has. Tells what could be read. */
const tryAll = `async ([base, attempts]) => {
  const read = [];
  const add = (parent, name, attributes) => parent.appendChild(Object.assign(document.createElement(name), attributes));
  const until = (target, ...events) => new Promise((done) => {
    for (const event of events) target.addEventListener(event, () => done(event));
    setTimeout(done, 500, "silence");
  });
  const byFetch = async (url, method, body, mode, type) => {
    const init = method === "GET" ? { mode } : { method, mode, body, headers: { "content-type": type } };
    const answer = await fetch(url, { ...init, credentials: "include" }).catch(() => undefined);
    const text = answer?.ok ? await answer.text() : "";
    if (text !== "") read.push([mode, method, url, text.slice(0, 80)]);
  };
  const byForm = (url, method, body = "", enctype) => {
    const target = "frame" + Math.random();
    const frame = add(document.body, "iframe", { name: target });
    const form = add(document.body, "form", { action: url, target, enctype, method: method === "GET" ? "get" : "post" });
    // As text/plain it is JSON: {…,"x":"="}
    add(form, "input", { name: body.slice(0, -1) + ',"x":"', value: '"}' });
    form.submit();
    return until(frame, "load");
  };
  const byElement = async (url, name) => {
    const element = add(document.body, name, name === "link" ? { href: url, rel: "stylesheet" } : { src: url });
    if ((await until(element, "load", "error")) === "load" && name !== "iframe") read.push([name, url]);
  };
  for (const [method, path, body] of attempts) {
    const url = base + path;
    navigator.sendBeacon(url, new Blob([body ?? ""], { type: "text/plain" }));
    await Promise.all([
      ...["cors", "no-cors", "same-origin"].flatMap((mode) =>
        ["application/json", "text/plain"].map((type) => byFetch(url, method, body, mode, type))),
      ...["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"].map((type) => byForm(url, method, body, type)),
      ...["img", "script", "iframe", "link"].map((name) => byElement(url, name)),
    ]);
    document.body.replaceChildren();
  }
  const source = new EventSource(base + "/_emulator/api/requests/events");
  // It always comes to one of these, however busy the machine is.
  const outcome = await new Promise((done) => {
    for (const event of ["open", "error", "message"]) source.addEventListener(event, () => done(event));
  });
  if (outcome !== "error") read.push("EventSource");
  source.close();
  return read;
}`;

describe.runIf(hasBrowser())("a foreign page in the same browser", () => {
  const browser = useBrowser();
  let emulator: Emulator;
  let foreign: Loopback;
  let attempts: Attempt[];
  beforeAll(async () => {
    emulator = await startEmulator({ users: 5, control: true });
    foreign = await startLoopback((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><title>Elsewhere</title>");
    });
    const { clientId, clientSecret, tenantId } = emulator;
    const grant = `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}&scope=https://graph.microsoft.com/.default`;
    attempts = [
      ["GET", "/_emulator/"],
      ["GET", "/_emulator/health"],
      ["GET", "/_emulator/api/apps"],
      ["GET", "/_emulator/console.js"],
      ["POST", "/_emulator/api/apps", '{"name":"Theirs"}'],
      ["POST", `/_emulator/api/apps/${clientId}/roles`, '{"roles":["Directory.ReadWrite.All"]}'],
      ["POST", `/_emulator/api/apps/${clientId}/secrets`, "{}"],
      ["DELETE", `/_emulator/api/apps/${clientId}`],
      ["POST", "/_emulator/api/users", '{"displayName":"Theirs"}'],
      ["POST", "/_emulator/api/faults", '{"status":503,"times":9}'],
      ["PATCH", "/_emulator/api/clock", '{"advanceMs":3600000}'],
      ["POST", "/_emulator/api/reset", "{}"],
      ["POST", "/_emulator/api/stop", "{}"],
      [
        "POST",
        `/${tenantId}/adminconsent?client_id=${clientId}`,
        "decision=accept&role=Directory.Read.All&ticket=guess",
      ],
      ["GET", `/${tenantId}/adminconsent?client_id=${clientId}`],
      ["POST", `/${tenantId}/oauth2/v2.0/token`, grant],
      ["GET", "/v1.0/users"],
    ];
  });
  afterAll(async () => {
    await emulator?.stop();
    await foreign?.close();
  });

  /** All that a page could change. */
  async function state(): Promise<unknown> {
    const parts = ["apps", "users", "groups", "faults", "graph"];
    const answers = parts.map(async (part) => (await fetch(`${emulator.console}api/${part}`)).json());
    const { offsetMs } = (await (await fetch(`${emulator.console}api/clock`)).json()) as { offsetMs: number };
    return [await Promise.all(answers), Math.round(offsetMs / 60_000)];
  }

  const attack = (page: Page, base: string) =>
    page.evaluate<unknown[]>(`(${tryAll})(${JSON.stringify([base, attempts])})`);

  it.each([
    ["of another site", "evil.example", "127.0.0.1"],
    ["of another site, which knows this machine as localhost", "evil.example", "localhost"],
    ["on another port of this machine, which is the same site", "127.0.0.1", "127.0.0.1"],
  ])("%s changes and reads nothing by img, form, fetch, beacon, frame or EventSource", async (_which, theirs, ours) => {
    const before = await state();
    const asked = emulator.requests.length;
    const { page } = await browser.open(foreign.origin.replace("127.0.0.1", theirs));
    expect(await attack(page, emulator.origin.replace("127.0.0.1", ours))).toEqual([]);
    expect(await state()).toEqual(before);
    expect(emulator.requests.slice(asked)).toEqual([]);
  });

  it("whose name is bound anew to this machine changes and reads nothing, where all is of one origin to the browser", async () => {
    const before = await state();
    emulator.requests.length = 0;
    const rebound = emulator.origin.replace("127.0.0.1", "evil.example");
    // A document of that origin, whatever it says, from this machine's own network, which browsers tell from others.
    const { page } = await browser.open(`${rebound}/`, { bypassCSP: true });
    expect(await attack(page, rebound)).toEqual([]);
    expect(await state()).toEqual(before);
    // Without a secure origin a browser says nothing of a page that only asks, and no token is given to it.
    expect(emulator.requests.filter(({ method, status }) => method !== "GET" || status === 200)).toEqual([]);
  });
});
