import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../../src/testing/index.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { asker } from "./refused-traffic.js";

const perSecond = 500;
const seconds = 5;
const steps = 20;

describe.runIf(hasBrowser())("the log of a busy emulator", () => {
  const browser = useBrowser();

  it("is drawn at 500 requests a second without a letter lost, in 500 rows at most", async () => {
    await using emulator = await startEmulator({ users: 20, control: true });
    const bearer = await asker(emulator).token(emulator.clientId, emulator.clientSecret);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const headers = { authorization: `Bearer ${bearer}` };
    const ask = (n: number) =>
      new Promise<void>((resolve, reject) => {
        get(`${emulator.origin}/v1.0/users?$top=1&$skiptoken=${n}`, { agent, headers }, (response) =>
          response.resume().once("end", resolve),
        ).once("error", reject);
      });
    let asked = 0;
    async function keepBusy(): Promise<void> {
      const started = performance.now();
      for (let step = 1; step <= seconds * steps; step += 1) {
        await Promise.all(Array.from({ length: perSecond / steps }, (_, n) => ask(asked + n)));
        asked += perSecond / steps;
        await pause(Math.max(0, started + (1000 / steps) * step - performance.now()));
      }
    }

    const { page, faults } = await browser.openConsole(`${emulator.console}#/requests`);
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.focus();
    const typed = "GET users 400 directory reader";
    const busy = keepBusy();
    await page
      .getByText(/^\/v1.0\/users/)
      .first()
      .waitFor();
    let mostRows = 0;
    // Over and over, while rows come: typed, and seen as it was typed.
    for (let round = 0; round < 4; round += 1) {
      await page.keyboard.press("Control+A");
      await page.keyboard.type(typed, { delay: 20 });
      expect(await search.inputValue()).toBe(typed);
      mostRows = Math.max(mostRows, await page.locator("tbody tr").count());
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByText("Copy as curl").waitFor();
    await busy;
    agent.destroy();
    await page.getByText(`${(asked + 1).toLocaleString("en")} asked`).waitFor();
    expect(mostRows).toBeGreaterThan(0);
    expect(mostRows).toBeLessThanOrEqual(500);
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.getByText("the latest 500 are shown").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(500);
    expect(faults).toEqual([]);
  });
});
