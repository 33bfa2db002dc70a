import { ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { listWithPageIterator } from "./sdk.mjs";

/** The combination Microsoft documents. */
export function connect({ tenantId, clientId, clientSecret }) {
  const authProvider = new TokenCredentialAuthenticationProvider(
    new ClientSecretCredential(tenantId, clientId, clientSecret),
    { scopes: ["https://graph.microsoft.com/.default"] },
  );
  const client = Client.initWithMiddleware({ authProvider });
  return { token: () => authProvider.getAccessToken(), list: (options) => listWithPageIterator(client, options) };
}
