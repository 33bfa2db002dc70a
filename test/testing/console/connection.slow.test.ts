import type { Page, Request } from "playwright-core";
import { describe, expect, it } from "vitest";
import { startEmulator } from "../../../src/testing/index.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";

/** A tab goes behind others, or comes before them; a browser without windows doesn't say so itself. */
const show = (page: Page, state: "visible" | "hidden") =>
  page.evaluate(
    `Object.defineProperty(document, "visibilityState", { value: "${state}", configurable: true });
     document.dispatchEvent(new Event("visibilitychange"));`,
  );

describe.runIf(hasBrowser())("the console's connection", () => {
  const browser = useBrowser();

  it("is told when it is lost, and all is read again when the emulator is back", async () => {
    const first = await startEmulator({ users: 60, control: true });
    const port = Number(new URL(first.origin).port);
    const { page } = await browser.openConsole(`${first.console}#/directory/users`);
    await page.getByText("1 – 50 of 60").waitFor();
    await first.stop();
    const banner = page.getByText("Disconnected: this page shows what it knew, and tries again every second.");
    await banner.waitFor();
    expect(await page.getByText("1 – 50 of 60").isVisible()).toBe(true);

    await using second = await startEmulator({ users: 70, control: true, port, domain: "fabrikam.onmicrosoft.com" });
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByRole("banner").getByText(second.domain).waitFor();
    await page.getByText("1 – 50 of 70").waitFor();
    expect(await banner.count()).toBe(0);
  });

  it("is one stream, closed while the tab is hidden, and resumed after the last number", async () => {
    await using emulator = await startEmulator({ users: 5, control: true });
    const ask = (path: string) => fetch(`${emulator.origin}/v1.0/${path}`);
    const opened: (string | undefined)[] = [];
    let open = 0;
    const isStream = (request: Request) => request.url().endsWith("/api/requests/events");
    const { page } = await browser.open("about:blank");
    page.on("request", (request) => {
      if (!isStream(request)) return;
      opened.push(request.headers()["last-event-id"]);
      open += 1;
    });
    const ended = (request: Request) => {
      if (isStream(request)) open -= 1;
    };
    page.on("requestfailed", ended);
    page.on("requestfinished", ended);
    await page.goto(`${emulator.console}#/requests`);
    await page.getByText("Live", { exact: true }).waitFor();
    for (const path of ["first", "second"]) await ask(path);
    await page.getByText("/v1.0/second").waitFor();
    expect([opened, open]).toEqual([["0"], 1]);

    await show(page, "hidden");
    await expect.poll(() => open).toBe(0);
    await ask("third");
    await show(page, "visible");
    await page.getByText("/v1.0/third").waitFor();
    await page.getByText("3 asked, 3 refused").waitFor();
    expect([opened, open]).toEqual([["0", "2"], 1]);
  });

  it("wants the token that the command was given, and keeps it for the tab", async () => {
    await using emulator = await startEmulator({ users: 5, control: { token: "let me in" } });
    const { page } = await browser.open(emulator.console!);
    await page.getByText("Locked", { exact: true }).waitFor();
    for (const [token, seen] of [
      ["guess", "That isn't it."],
      ["let me in", "Needs a look"],
    ] as const) {
      await page.getByRole("textbox", { name: "Control token" }).fill(token);
      await page.getByRole("button", { name: "Open the console" }).click();
      await page.getByText(seen).waitFor();
    }
    await page.reload();
    await page.getByText("Live", { exact: true }).waitFor();
  });
});
