import { ConfidentialClientApplication } from "@azure/msal-node";
import { Client } from "@microsoft/microsoft-graph-client";
import { listWithPageIterator } from "./sdk.mjs";

/** The script most teams write: msal-node behind the Graph SDK's authentication provider. */
export function connect({ tenantId, clientId, clientSecret }) {
  const app = new ConfidentialClientApplication({
    auth: { authority: `https://login.microsoftonline.com/${tenantId}`, clientId, clientSecret },
  });
  const token = async () => {
    const result = await app.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
    return result.accessToken;
  };
  const client = Client.initWithMiddleware({ authProvider: { getAccessToken: token } });
  return { token, list: (options) => listWithPageIterator(client, options) };
}
