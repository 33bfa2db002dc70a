import { afterAll, describe, expect, it } from "vitest";
import { hasBrowser, useBrowser } from "../../support/browser.js";
import { endAll, startCommand } from "../../support/emulator-command.js";
import { runText } from "../../support/run-program.js";

afterAll(endAll);

/** Knows nothing of the emulator but what stands in the environment. */
const program = `
  import { AppIdentityAuthProvider, createGraphClient, isAppIdentityError, listAll } from "graph-app-identity";

  const client = createGraphClient({ authProvider: AppIdentityAuthProvider.fromEnvironment() });
  try {
    console.log((await listAll(client, "/groups", { select: ["displayName"] }).toArray()).length + " groups");
  } catch (error) {
    if (!isAppIdentityError(error)) throw error;
    console.log(error.code, error.adminConsentUrl);
  }`;

describe.runIf(hasBrowser())("from the command to a granted permission", () => {
  const browser = useBrowser();

  it("is a matter of visible labels: a program is refused, a click grants, the same program succeeds", async () => {
    const { ready } = await startCommand("--users", "30");
    const run = async () => (await runText(program, { env: ready.environment })).stdout;
    const { page, faults } = await browser.openConsole(ready.console!);
    expect(await page.getByText("Nothing was refused: nothing was asked yet.").isVisible()).toBe(true);

    expect(await run()).toMatch(/^permission_missing /);
    const refused = page.getByRole("listitem").filter({ hasText: "GET /groups" });
    await refused.getByText("Directory reader lacks GroupMember.Read.All.").waitFor();
    await refused.getByRole("button", { name: "Grant GroupMember.Read.All" }).click();
    await page.getByText("GroupMember.Read.All is granted to Directory reader, from its next token on").waitFor();
    await page.getByText("Nothing that was refused is still wrong.").waitFor();

    expect(await run()).toMatch(/^\d+ groups\n$/);
    await page.getByRole("link", { name: "Apps", exact: true }).click();
    await page.getByRole("row", { name: "Directory reader" }).getByText("GroupMember.Read.All").waitFor();
    expect(faults).toEqual([]);
  });

  it("leads as well by the link that the refusal names", async () => {
    const { ready } = await startCommand("--users", "30");
    const run = async () => (await runText(program, { env: ready.environment })).stdout;
    const link = (await run()).trim().split(" ")[1]!;
    // Its certificate is the emulator's own, which a browser warns of.
    const { page } = await browser.open(link, { ignoreHTTPSErrors: true });
    expect(await page.getByText("EMULATOR: no real directory is touched").isVisible()).toBe(true);
    expect(await page.getByRole("checkbox", { name: "GroupMember.Read.All" }).isChecked()).toBe(true);
    await page.getByRole("button", { name: "Accept" }).click();
    await page.getByText("Directory reader now has GroupMember.Read.All: from its next token on.").waitFor();
    expect(await run()).toMatch(/^\d+ groups\n$/);
  });
});
