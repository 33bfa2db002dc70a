import { describe, expect, it } from "vitest";
import { json, type Loopback, startLoopback } from "../../support/loopback.js";
import { runText } from "../../support/run-program.js";
import { within } from "../../support/within.js";

describe("a process", () => {
  const run = ({ origin }: Loopback, rest: string) => {
    const program = `
    import { createGraphClient } from "./src/graph/client.js";
    import { listUsers } from "./src/users/list-users.js";
    const fetch = (url, init) => globalThis.fetch(String(url).replace("https://graph.microsoft.com", process.env.ORIGIN), init);
    const newClient = () => createGraphClient({ authProvider: { getAccessToken: async () => "t" }, fetch });
    const client = newClient();
    process.on("unhandledRejection", (reason) => { console.log("UNHANDLED", reason); process.exit(3); });
    ${rest}
    console.log("over");
    `;
    return runText(program, { env: { ORIGIN: origin } });
  };

  /** A server whose second page never comes, or asks to wait for long. */
  async function holding(hold: "silence" | "throttle") {
    return startLoopback((request, response) => {
      if (!request.path.includes("skiptoken")) {
        const link = "https://graph.microsoft.com/v1.0/users?$skiptoken=2";
        return json(response, 200, { value: [{ id: "a" }, { id: "b" }], "@odata.nextLink": link });
      }
      if (hold === "throttle") json(response, 429, {}, { "retry-after": "120" });
      return undefined;
    });
  }

  it.each(["silence", "throttle"] as const)(
    "ends after break while the next page is held up by %s",
    async (hold) => {
      const loopback = await holding(hold);
      const { code, stdout } = await within(
        45_000,
        run(
          loopback,
          "for await (const user of listUsers(client)) { await new Promise((r) => setTimeout(r, 100)); break; }",
        ),
      );
      await loopback.close();
      expect([code, stdout.trim()]).toEqual([0, "over"]);
    },
    60_000,
  );

  it("ends after a signal, and after an error, with nothing left behind", async () => {
    const loopback = await holding("throttle");
    const { code, stdout } = await within(
      45_000,
      run(
        loopback,
        `
          const stop = new AbortController();
          setTimeout(() => stop.abort(), 100);
          try { for await (const user of listUsers(client, { signal: stop.signal })); } catch (error) { console.log(error.code); }
          // One client's throttling holds all its requests up.
          const pages = listUsers(newClient()).byPage();
          await pages.next();
          await new Promise((r) => setTimeout(r, 50));
          await pages.return();`,
      ),
    );
    await loopback.close();
    expect([code, stdout.trim().split("\n")]).toEqual([0, ["aborted", "over"]]);
  }, 60_000);
});
