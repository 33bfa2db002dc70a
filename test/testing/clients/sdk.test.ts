import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions } from "@azure/msal-node";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../../src/testing/index.js";

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator({ users: 2500 });
});
afterAll(() => emulator.stop());

/** msal-node over a fetch, as its documentation describes a custom network module. */
const network = (fetch: typeof globalThis.fetch): INetworkModule => {
  const sendBy =
    (method: string): INetworkModule["sendPostRequestAsync"] =>
    async <T>(url: string, options?: NetworkRequestOptions) => {
      const response = await fetch(url, { method, ...options });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: (await response.json()) as T,
      };
    };
  return { sendGetRequestAsync: sendBy("GET"), sendPostRequestAsync: sendBy("POST") };
};

describe("msal-node and the Graph SDK, without this library", () => {
  it("get a token and list every user", async () => {
    const { tenantId, clientId, clientSecret } = emulator;
    const app = new ConfidentialClientApplication({
      auth: { clientId, clientSecret, authority: `https://login.microsoftonline.com/${tenantId}` },
      system: { networkClient: network(emulator.fetch) },
    });
    const scopes = ["https://graph.microsoft.com/.default"];
    const { accessToken } = (await app.acquireTokenByClientCredential({ scopes }))!;
    const client = Client.initWithMiddleware({
      middleware: {
        async execute(context) {
          const headers = { ...(context.options?.headers as object), authorization: `Bearer ${accessToken}` };
          context.response = await emulator.fetch(context.request, { ...context.options, headers } as RequestInit);
        },
      },
    });
    const seen = new Set<string>();
    const iterator = new PageIterator(client, await client.api("/users").top(999).get(), ({ id }) => !!seen.add(id));
    await iterator.iterate();
    expect(seen.size).toBe(2500);
    expect(emulator.requests.map(({ service }) => service)).toEqual(["entra", "graph", "graph", "graph"]);
  });
});
