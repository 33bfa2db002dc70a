import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { fillWithRefusals } from "./refused-traffic.js";

describe.runIf(hasBrowser())("the console, by the keyboard alone", () => {
  const browser = useBrowser();
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator({ users: 20, control: true });
    await fillWithRefusals(emulator);
  });
  afterAll(() => emulator?.stop());

  it("goes to each page by its number, and begins to read there", async () => {
    const { page } = await browser.openConsole(emulator.console!);
    const names = ["Overview", "Requests", "Directory", "Apps", "Faults", "Tenant"];
    for (const [index, name] of [...names.entries()].reverse()) {
      await page.keyboard.press(String(index + 1));
      await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor({ state: "attached" });
      expect(await page.getByRole("link", { name }).getAttribute("aria-current")).toBe("page");
      await page.waitForFunction("document.activeElement.id === 'main'");
    }
  });

  it.each([
    ["wide", { width: 1280, height: 900 }],
    ["narrow", { width: 390, height: 844 }],
  ])("steps through rows, opens one, and is back at it after Esc: %s", async (_size, viewport) => {
    const { page } = await browser.openConsole(emulator.console!, { viewport });
    const focused = () => page.evaluate<string>("document.activeElement.dataset.row ?? document.activeElement.id");
    const latest = emulator.requests.at(-1)!.n!;
    await page.keyboard.press("2");
    await page.getByText(`${emulator.requests.length} asked`).waitFor();
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    expect(await focused()).toBe(String(latest - 1));
    await page.keyboard.press("Enter");
    await page.getByText("Copy as curl").waitFor();
    await page.waitForFunction("document.activeElement.id === 'pane-title'");
    await page.keyboard.press("Escape");
    await page.getByText("Copy as curl").waitFor({ state: "detached" });
    await page.waitForFunction(`document.activeElement.dataset.row === "${latest - 1}"`);
    await page.keyboard.press("j");
    expect(await focused()).toBe(String(latest - 2));
  });

  it("searches by /, where its keys are letters", async () => {
    const { page } = await browser.openConsole(`${emulator.console}#/requests`);
    await page.keyboard.press("/");
    await page.keyboard.type("1j?kp planner");
    const search = page.getByRole("searchbox", { name: "Search" });
    expect(await search.inputValue()).toBe("1j?kp planner");
    expect(page.url()).toMatch(/#\/requests$/);
    await page.keyboard.press("Control+A");
    await page.keyboard.type("planner");
    await page.getByText("1 of the latest").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "GET /planner/tasks" }).waitFor();
  });

  it("pauses the log by p, and goes on by it", async () => {
    const { page } = await browser.openConsole(`${emulator.console}#/requests`);
    await page.getByText(`${emulator.requests.length} asked`).waitFor();
    await page.keyboard.press("p");
    await page.getByText("Paused: 0 more since.").waitFor();
    await fetch(`${emulator.origin}/v1.0/users/during-the-pause`);
    await page.getByText("Paused: 1 more since.").waitFor();
    expect(await page.getByText("during-the-pause").count()).toBe(0);
    await page.keyboard.press("p");
    await page.getByText("during-the-pause").waitFor();
  });

  it("asks for help by ?, which lets go of the keys, too", async () => {
    const { page } = await browser.openConsole(emulator.console!);
    const help = page.getByRole("dialog", { name: "Keys" });
    await page.keyboard.press("?");
    await help.waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    const opener = page.getByRole("button", { name: "Keys and help" });
    await opener.focus();
    await page.keyboard.press("?");
    await help.waitFor();
    await page.getByRole("checkbox").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await page.keyboard.press("4");
    expect(page.url()).not.toContain("apps");
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Keys and help");
    await page.keyboard.press("Enter");
    await help.waitFor();
  });

  it("reaches by Tab what cures a refusal, and says what was done", async () => {
    const { page } = await browser.openConsole(emulator.console!);
    await page.getByRole("button", { name: "Grant Organization.Read.All" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.textContent")) === "Grant Organization.Read.All") break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Organization.Read.All is granted to Directory reader").waitFor();
    const app = await (await fetch(`${emulator.console}api/apps/${emulator.clientId}`)).json();
    expect(app).toMatchObject({ roles: ["User.Read.All", "Organization.Read.All"] });
  });
});
