/**
 * `npm run picture` draws examples/console.webp: the console after a run of the daemon that was refused, beside other programs.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { chromiumPath } from "../../support/browser.js";
import { endAll, launch, readLine } from "../../support/emulator-command.js";
import { asker } from "./refused-traffic.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const size = { width: 1280, height: 760 };

const ready = await readLine(launch(["emulator"], { stdio: ["ignore", "pipe", "ignore"] }));
const plain = new URL(ready.console!).origin;

async function post<T>(path: string, body: object): Promise<T> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await (await fetch(`${ready.console}api/${path}`, init)).json()) as T;
}

const { token, graph } = asker({ origin: plain, tenantId: ready.tenantId });
const register = async (name: string, roles: string[], secret = {}) => {
  const { clientId } = await post<{ clientId: string }>("apps", { name, roles });
  return { clientId, secret: (await post<{ value: string }>(`apps/${clientId}/secrets`, secret)).value };
};

const sync = await register("Sync", ["User.Read.All", "GroupMember.Read.All"]);
const bearer = await token(sync.clientId, sync.secret);
for (const path of ["/users?$top=999", "/groups?$top=999", "/subscribedSkus", "/planner/plans"])
  await graph(path, bearer);
const nightly = await register("Nightly export", ["User.Read.All"], { expiresAt: "2026-01-01T00:00:00Z" });
await token(nightly.clientId, nightly.secret);
const quickstart = await register("Quickstart", []);
spawnSync("npx", ["tsx", "examples/daemon.ts", "--env"], {
  cwd: root,
  env: {
    ...process.env,
    ...ready.environment,
    AZURE_CLIENT_ID: quickstart.clientId,
    AZURE_CLIENT_SECRET: quickstart.secret,
  },
});

const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath: chromiumPath()!, args: sandbox });
const page = await browser.newPage({ viewport: size, deviceScaleFactor: 1.4 });
await page.goto(ready.console!);
await page.getByText("Quickstart lacks User.Read.All.").waitFor();
const devtools = await page.context().newCDPSession(page);
const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 60 });
writeFileSync(`${root}examples/console.webp`, Buffer.from(data, "base64"));
await browser.close();
endAll();
