import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../support/browser.js";
import { installed, type Ready, readLine } from "../support/emulator-command.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
let text = readFileSync(join(root, "examples/quickstart.md"), "utf8");
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, code]) => code as string);

/** As a clone is, so that the document's lines run there as they stand; with a port that nobody else wants. */
const clone = mkdtempSync(join(tmpdir(), "quickstart-"));
let ready: Ready;
beforeAll(async () => {
  for (const name of ["package.json", "tsconfig.json"]) cpSync(join(root, name), join(clone, name));
  for (const name of ["src", "examples", "dist", "node_modules"]) symlinkSync(join(root, name), join(clone, name));
  const command = blocks("sh")[0]!.replace("emulator\n", "emulator --port 0");
  ready = await readLine(spawn("sh", ["-c", command], { cwd: clone, stdio: ["ignore", "pipe", "ignore"] }));
  text = text.replaceAll("8443", new URL(ready.origin).port);
});
afterAll(() => {
  if (ready) process.kill(ready.pid, "SIGTERM");
  rmSync(clone, { recursive: true });
});

function shell(lines: string) {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", lines], { cwd: clone, encoding: "utf8", timeout: 60_000 });
  return { status, stdout, stderr };
}

describe.runIf(hasBrowser())("the quickstart without an account", () => {
  const browser = useBrowser();

  it("is played from its first to its last step as it is written", async () => {
    const [, run = "", again = ""] = blocks("sh");
    const [, address = ""] = /<(http:\S+)>/.exec(text) ?? [];
    expect(ready.console).toBe(address);
    const followed: string[] = [];
    const { page } = await browser.openConsole(address, { ignoreHTTPSErrors: true });
    const click = async (label: string, on: Page = page) => {
      followed.push(label);
      const named = on.getByRole("button", { name: label }).or(on.getByRole("link", { name: label, exact: true }));
      await named.first().click();
    };
    const codes = page.getByRole("region", { name: "Quickstart" }).locator("code");

    await click("Apps");
    await click("Register an app…");
    followed.push("Name");
    await page.getByRole("textbox", { name: "Name" }).fill("Quickstart");
    await click("Register");
    await page.getByRole("heading", { name: "Quickstart" }).waitFor();
    await click("New secret");
    await page.getByText("The value is shown this once").waitFor();
    followed.push("Copy", "Copy");
    expect(await page.getByRole("button", { name: /^Copy (secret|client id)$/ }).allInnerTexts()).toEqual([
      "Copy",
      "Copy",
    ]);
    const [clientId = "", secret = ""] = await codes.allInnerTexts();
    const filled = blocks("json")[0]!.replace("your_client_id", clientId).replace("your_client_secret", secret);
    writeFileSync(join(clone, "parameters.json"), filled);

    const refused = shell(run);
    expect([refused.status, refused.stdout.slice(-2)]).toEqual([1, "[\n"]);
    const said = blocks("text")[0]!
      .trim()
      .split("\n")
      .map((line) => line.split("…")[0]!);
    for (const line of said) expect(refused.stderr).toContain(line);
    await click("Overview");
    await page.getByText("Quickstart lacks User.Read.All.").waitFor();

    const [, link = ""] = /Admin consent: (\S+)/.exec(refused.stderr) ?? [];
    await page.goto(link);
    await page.getByText("refused without it: GET /users").waitFor();
    await click("Accept");
    await page.getByText("Quickstart now has User.Read.All").waitFor();

    const { status, stdout, stderr } = shell(again);
    expect([status, stderr]).toEqual([0, expect.stringContaining("1,000 read, complete")]);
    expect(JSON.parse(stdout.slice(stdout.indexOf("[")))).toHaveLength(1000);
    // Whatever the document says is to be clicked or filled in.
    expect(followed).toEqual([...text.matchAll(/\*\*(.+?)\*\*/g)].map(([, label]) => label));
  });
});

describe.runIf(installed("jq", ["--version"], "jq"))("the same by curl alone", () => {
  it("reads its first user", () => {
    const { status, stdout, stderr } = shell(blocks("sh")[3]!);
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).value).toHaveLength(1);
  });
});
