import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type App, type Emulator, startEmulator } from "../../../src/testing/index.js";
import { pixelsBeyond, violations } from "../../support/axe.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { type Loopback, startLoopback } from "../../support/loopback.js";

const html = { "content-type": "text/html; charset=utf-8" };

describe.runIf(hasBrowser())("the consent page, in a browser", () => {
  const browser = useBrowser();
  let emulator: Emulator;
  let site: Loopback;
  let app: App;
  /** A site of the app's own, which leads to the consent and is led back to. */
  let home: string;
  const consent = (query = "", version = "") =>
    `${emulator.origin}/${emulator.tenantId}${version}/adminconsent?client_id=${app.clientId}${query}`;
  const redirect = () => `&redirect_uri=${encodeURIComponent(`${home}/done?from=here`)}&state=a%26b`;
  beforeAll(async () => {
    emulator = await startEmulator({ users: 3 });
    site = await startLoopback(({ path }, response) => {
      const link = new URL(path, "http://site").searchParams.get("to") ?? "";
      response.writeHead(200, html).end(`<a href="${link.replaceAll("&", "&amp;")}">Ask an administrator</a>`);
    });
    home = site.origin.replace("127.0.0.1", "app.example");
  });
  beforeEach(() => {
    app = emulator.addApp({
      displayName: "Sync",
      roles: ["Device.Read.All"],
      asksFor: ["User.Read.All", "Group.Read.All"],
    });
  });
  afterAll(async () => {
    await emulator?.stop();
    await site?.close();
  });

  async function led(to: string): Promise<Page> {
    const { page } = await browser.open(`${home}/?to=${encodeURIComponent(to)}`);
    await page.getByRole("link", { name: "Ask an administrator" }).click();
    await page.getByRole("heading", { name: "Permissions requested by Sync" }).waitFor();
    return page;
  }

  it.each([
    ["", { admin_consent: "True" }],
    ["/v2.0", { admin_consent: "True", scope: "https://graph.microsoft.com/User.Read.All" }],
  ])("is led to from a site, grants what is ticked, and leads back: adminconsent%s", async (version, said) => {
    const page = await led(consent(redirect(), version));
    await page.getByRole("checkbox", { name: "Group.Read.All" }).uncheck();
    await page.getByRole("button", { name: "Accept" }).click();
    await page.waitForURL(`${home}/done**`);
    const { searchParams } = new URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({
      from: "here",
      state: "a&b",
      tenant: emulator.tenantId,
      ...said,
    });
    await page.goto(consent());
    expect(await page.getByRole("checkbox").count()).toBe(1);
  });

  it("changes nothing when it is cancelled", async () => {
    const page = await led(consent(redirect()));
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForURL(`${home}/done**`);
    expect(new URL(page.url()).searchParams.get("error")).toBe("permission_denied");
    await page.goto(consent());
    expect(await page.getByRole("checkbox").count()).toBe(2);
  });

  it("needs no script, and leaves nothing in the log", async () => {
    const { page } = await browser.open(consent(), { javaScriptEnabled: false });
    await page.getByRole("button", { name: "Accept" }).click();
    await page.getByText("Sync now has User.Read.All, Group.Read.All: from its next token on.").waitFor();
    expect(emulator.requests).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "has no fault that axe finds, asking, answered and refusing: %s",
    async (look) => {
      const { page, faults } = await browser.open(consent(redirect()), {
        colorScheme: look,
        viewport: { width: 320, height: 640 },
      });
      const found: string[] = [];
      const inspect = async () => {
        found.push(...(await violations(page)));
        if ((await pixelsBeyond(page)) > 0) found.push(`wider than its window: ${page.url()}`);
        if (!(await page.getByText("EMULATOR").isVisible())) found.push(`no mark: ${page.url()}`);
      };
      await inspect();
      await page.goto(consent());
      await page.getByRole("button", { name: "Accept" }).click();
      await page.getByRole("heading", { name: "Granted" }).waitFor();
      await inspect();
      expect(faults).toEqual([]);
      await page.goto(`${emulator.origin}/${emulator.tenantId}/adminconsent`);
      await page.getByText("AADSTS900144").waitFor();
      await inspect();
      expect(found).toEqual([]);
    },
  );
});
