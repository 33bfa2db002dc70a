import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { pixelsBeyond, violations } from "../../support/axe.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { fillWithRefusals } from "./refused-traffic.js";

/** What doesn't fit, and whether anybody may take the page for Microsoft's. */
async function strayed(page: Page): Promise<string[]> {
  const beyond = await pixelsBeyond(page);
  const marked = await page.getByRole("banner").getByText("Emulator", { exact: true }).isVisible();
  return [...(beyond > 0 ? [`${beyond} px to scroll sideways`] : []), ...(marked ? [] : ["no mark of the emulator"])];
}

const sizes = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } } as const;
const looks = (["light", "dark"] as const).flatMap((scheme) =>
  (["wide", "narrow"] as const).map((size) => ({ scheme, size })),
);

describe.runIf(hasBrowser())("the console's pages", () => {
  const browser = useBrowser();
  let emulator: Emulator;
  /** Where each is, and what shows that it is there. */
  let addresses: Record<string, [hash: string, seen: string]>;
  beforeAll(async () => {
    emulator = await startEmulator({ users: 60, control: true });
    await fillWithRefusals(emulator);
    const [user] = emulator.users.ids();
    const [group] = emulator.groups.ids();
    addresses = {
      overview: ["#/overview", "Needs a look"],
      requests: ["#/requests", "/v1.0/planner/tasks"],
      "a refused request": ["#/requests/3", "Make a fault of it…"],
      "a batch": [`#/requests/${emulator.requests.find(({ steps }) => steps)?.n}`, "Steps of the batch"],
      "a request that is gone": ["#/requests/99999", "Not in the log"],
      users: ["#/directory/users", "1 – 50 of 60"],
      "a user": [`#/directory/users/${user}`, "Account enabled"],
      "a new user": ["#/directory/users/new", "What is left blank is made up."],
      import: ["#/directory/users/import", "Import users"],
      groups: ["#/directory/groups", "Add a group…"],
      "a group": [`#/directory/groups/${group}`, "60 members"],
      apps: ["#/apps", "Nightly export"],
      "an app": [`#/apps/${emulator.clientId}`, "Revoke tokens"],
      "a new app": ["#/apps/new", "Asks an administrator for"],
      faults: ["#/faults", "Arm with one click"],
      tenant: ["#/tenant", "Trust files"],
    };
  });
  afterAll(() => emulator?.stop());

  it.each(looks)("have no fault that axe finds, and none to scroll sideways for: $scheme, $size", async (look) => {
    const { page, faults } = await browser.openConsole(emulator.console!, {
      colorScheme: look.scheme,
      viewport: sizes[look.size],
      reducedMotion: "reduce",
    });
    const found: string[] = [];
    for (const [name, [hash, seen]] of Object.entries(addresses)) {
      await page.goto(emulator.console + hash);
      await page.getByText(seen).first().waitFor();
      found.push(...(await violations(page)).map((fault) => `${name}: ${fault}`));
      found.push(...(await strayed(page)).map((fault) => `${name}: ${fault}`));
    }
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  it("fit on the narrowest phone, and say everywhere that they are an emulator's", async () => {
    const { page } = await browser.openConsole(emulator.console!, { viewport: { width: 320, height: 640 } });
    const found: string[] = [];
    for (const [name, [hash, seen]] of Object.entries(addresses)) {
      await page.goto(emulator.console + hash);
      await page.getByText(seen).first().waitFor();
      found.push(...(await strayed(page)).map((fault) => `${name}: ${fault}`));
    }
    expect(found).toEqual([]);
    await page.context().close();
  });

  it("have none while something is asked, said or shown either", async () => {
    const { page, faults } = await browser.openConsole(emulator.console!);
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    const found = await violations(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Grant Organization.Read.All" }).click();
    await page.getByText("is granted").first().waitFor();
    found.push(...(await violations(page)));
    await page.getByRole("link", { name: "Tenant" }).click();
    await page.getByRole("button", { name: "Reset…" }).click();
    await page.getByRole("dialog").waitFor();
    found.push(...(await violations(page)));
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
