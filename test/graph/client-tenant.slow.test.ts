import { expect, it } from "vitest";
import { AppIdentityAuthProvider } from "../../src/identity/provider.js";
import { startEmulator } from "../../src/testing/index.js";
import { runText } from "../support/run-program.js";

it("a client needs no fetch of the runtime: isomorphic-fetch steps in", async ({ skip }) => {
  if (!process.allowedNodeEnvironmentFlags.has("--no-experimental-fetch")) {
    skip(`Node ${process.version} always has a fetch of its own`);
  }
  await using emulator = await startEmulator({ users: 3 });
  const { tenantId, clientId, clientSecret, fetch, origin } = emulator;
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch });
  const ran = await runText(
    `
        const { createGraphClient } = await import("./src/graph/client.ts");
        console.log(typeof globalThis.fetch);
        const authProvider = { getAccessToken: async () => ${JSON.stringify(await authProvider.getAccessToken())} };
        const fetch = (url, init) => globalThis.fetch(url.replace("https://graph.microsoft.com", ${JSON.stringify(origin)}), init);
        const client = createGraphClient({ authProvider, fetch });
        console.log(typeof globalThis.fetch, (await client.api("/users").get()).value.length);
        console.log((await client.api("/users/nobody").get().catch((error) => error)).code);`,
    { flags: ["--no-experimental-fetch"] },
  );
  expect(ran).toMatchObject({ stdout: "undefined\nfunction 3\nRequest_ResourceNotFound\n", code: 0 });
});
