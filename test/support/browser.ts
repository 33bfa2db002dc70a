import { spawnSync } from "node:child_process";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll } from "vitest";

const flags = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** Chromium as it is installed: `CHROMIUM_PATH`, chromium or google-chrome. */
export function chromiumPath(env = process.env): string | undefined {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  const found = ["chromium", "google-chrome"].map((name) => spawnSync("which", [name], { encoding: "utf8", env }));
  return found.find(({ status }) => status === 0)?.stdout.trim();
}

/** Whether there is a browser. Where there is none, a line says how to get one; where `CI` is set, that is an error. */
export function hasBrowser(env = process.env): boolean {
  if (chromiumPath(env) !== undefined) return true;
  const reason =
    "the console is tried in a browser, and there is none: install Chromium (Debian: apt-get install chromium), or name one by CHROMIUM_PATH.";
  if (env.CI) throw new Error(`These tests may not be skipped in CI, and ${reason}`);
  console.warn(`Skipped: ${reason}`);
  return false;
}

/** A browser for the tests of a file, started with the first page. It reaches nothing but this machine. */
export function useBrowser() {
  let browser: Promise<Browser> | undefined;
  afterAll(async () => (await browser)?.close());

  async function launch(): Promise<Browser> {
    // Takes half a second to load, and not all who import this start one.
    const { chromium } = await import("playwright-core");
    const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const elsewhere = "--host-resolver-rules=MAP *.example 127.0.0.1";
    return chromium.launch({ executablePath: chromiumPath()!, args: [...flags, ...root, elsewhere] });
  }

  /** A page with an empty memory of its own; `faults` holds what went wrong on it. */
  async function open(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    browser ??= launch();
    const context = await (await browser).newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(url);
    return { page, faults };
  }

  return {
    open,
    /** The console, when it knows what there is. */
    async openConsole(url: string, options?: BrowserContextOptions): Promise<Opened> {
      const opened = await open(url, options);
      await opened.page.getByText("Live", { exact: true }).waitFor();
      return opened;
    },
  };
}

interface Opened {
  page: Page;
  faults: string[];
}
