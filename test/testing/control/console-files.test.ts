import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

/** The emulator as it is built, in a package of its own with files that stand for the console's. */
const folder = mkdtempSync(join(tmpdir(), "console-"));
const files = { "index.html": "<title>page</title>", "console.js": "script", "console.css": "style" };
let emulator: Emulator;
beforeAll(async () => {
  mkdirSync(join(folder, "dist/console"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "graph-app-identity" }));
  for (const name of ["testing.cjs", "emulator.cjs"]) {
    copyFileSync(fileURLToPath(new URL(`../../../dist/${name}`, import.meta.url)), join(folder, "dist", name));
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "dist/console", name), text);
  const built = createRequire(import.meta.url)(
    join(folder, "dist/testing.cjs"),
  ) as typeof import("../../../src/testing/index.js");
  emulator = await built.startEmulator({ users: 0, control: { token: "let me in" } });
});
afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true, force: true });
});
const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const get = (path: string, headers: Record<string, string> = {}, of = emulator) =>
  fetch(of.origin + path, { headers, redirect: "manual" });

describe("the console's files", () => {
  it.each([
    ["", "index.html", "text/html"],
    ["console.js", "console.js", "text/javascript"],
    ["console.css", "console.css", "text/css"],
  ] as const)("/_emulator/%s is %s, which may load nothing from elsewhere", async (path, name, type) => {
    const response = await get(`/_emulator/${path}`, browser);
    expect([response.status, await response.text()]).toEqual([200, files[name]]);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("need no token, which the page asks for, and the API does", async () => {
    expect((await get("/_emulator/")).status).toBe(200);
    expect((await get("/_emulator/api/apps")).status).toBe(401);
  });

  it("are these three, and no path leads out of their folder", async () => {
    const authorization = "Bearer let me in";
    for (const path of ["index.html", "..%2f..%2fpackage.json", "console.js/", "constructor"])
      expect((await get(`/_emulator/${path}`, { authorization })).status).toBe(404);
  });

  it("say what is missing where they were left behind, and the API answers", async () => {
    rmSync(join(folder, "dist/console"), { recursive: true });
    const page = await get("/_emulator/", browser);
    expect([page.status, await page.text()]).toEqual([404, expect.stringContaining("a bundler has left them behind")]);
    expect((await get("/_emulator/api", { authorization: "Bearer let me in" })).status).toBe(200);
  });
});

describe("GET /", () => {
  it.each(["/", "/_emulator"])("%s leads browsers to the console, and tells programs in one line", async (path) => {
    const { status, headers } = await get(path, browser);
    expect([status, headers.get("location")]).toEqual([302, "/_emulator/"]);
    if (path === "/") expect(await (await get(path)).text()).toMatch(/^graph-app-identity emulator[^\n]*\n$/);
    expect(emulator.requests.map(({ path: asked }) => asked).filter((asked) => asked === "/")).toEqual([]);
  });

  it("leads nowhere without control, nor under Microsoft's names", async () => {
    await using bare = await startEmulator({ users: 0 });
    expect((await get("/", browser, bare)).status).toBe(200);
    expect((await emulator.fetch("https://graph.microsoft.com/", { headers: browser })).status).toBe(401);
  });
});
