/** msal-node for the token, the Graph SDK with its own PageIterator for the users. */
import { ConfidentialClientApplication } from "@azure/msal-node";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";

export async function list({ clientId, clientSecret, key, thumbprintSha256 }, { loginOrigin, graphOrigin, tenantId }) {
  const credential = key ? { clientCertificate: { privateKey: key, thumbprintSha256 } } : { clientSecret };
  const app = new ConfidentialClientApplication({
    auth: {
      clientId,
      ...credential,
      authority: `${loginOrigin}/${tenantId}`,
      knownAuthorities: [new URL(loginOrigin).host],
    },
  });
  const client = Client.initWithMiddleware({
    baseUrl: graphOrigin,
    customHosts: new Set([new URL(graphOrigin).hostname]),
    authProvider: {
      async getAccessToken() {
        const scopes = [`${graphOrigin}/.default`];
        return (await app.acquireTokenByClientCredential({ scopes })).accessToken;
      },
    },
  });
  let count = 0;
  const iterator = new PageIterator(client, await client.api("/users").top(999).get(), () => ++count > 0);
  await iterator.iterate();
  return count;
}
