import { describe, expect, it } from "vitest";
import { startEmulator } from "../../../src/testing/index.js";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { asker } from "./refused-traffic.js";

/** Each would write a mark into the page, if it were more than text there. */
const img = `<img src=x onerror="document.title='struck'">`;
const script = `</a><script>document.title='struck'</script>`;

describe.runIf(hasBrowser())("what stands in names, paths and bodies", () => {
  const browser = useBrowser();

  it("is text on every page that shows it", async () => {
    await using emulator = await startEmulator({ users: 3, groups: 0, control: true });
    const user = emulator.users.add({ displayName: img, jobTitle: script, mail: `"${script}"@x` });
    const group = emulator.groups.add({ displayName: script, description: img });
    emulator.groups.addMember(group.id, user.id);
    const app = emulator.addApp({ displayName: img, roles: [], asksFor: ["User.Read.All"] });
    const { token, graph } = asker(emulator);
    const bearer = await token(app.clientId, app.clientSecret);
    await graph(`/users?$filter=${encodeURIComponent(`displayName eq '${img}'`)}`, bearer);
    await graph(`/planner/${encodeURIComponent(script)}`, bearer);
    await token(img, script);
    emulator.faults.add({ path: script, body: img, times: 2 });

    const { page, faults } = await browser.openConsole(emulator.console!);
    const shows = async (hash: string, ...texts: string[]) => {
      await page.goto(emulator.console + hash);
      for (const text of texts) await page.getByText(text).first().waitFor();
      // Time for a picture to fail, and for a script to run.
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))");
      expect(await page.title()).not.toContain("struck");
      expect(await page.locator("main img, main script").count()).toBe(0);
    };
    await shows("#/overview", `${img} lacks User.Read.All.`);
    for (const { n } of emulator.requests) await shows(`#/requests/${n}`, "headers");
    await shows("#/requests", img);
    await shows("#/directory/users", img);
    await shows(`#/directory/users/${user.id}`, img);
    await shows("#/directory/groups", script);
    await shows(`#/directory/groups/${group.id}`, script, img);
    await shows("#/apps", img);
    await shows(`#/apps/${app.clientId}`, img, "refused: GET /users");
    await shows("#/faults", script);
    await page.goto(`${new URL(emulator.console!).origin}/${emulator.tenantId}/adminconsent?client_id=${app.clientId}`);
    expect(await page.getByRole("heading", { name: `Permissions requested by ${img}` }).isVisible()).toBe(true);
    expect(await page.locator("img, script").count()).toBe(0);
    expect(faults).toEqual([]);
  });
});
