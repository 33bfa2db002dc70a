/** @azure/identity for the token, through the Graph SDK's own adapter for it. */
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

export async function list(credential, { loginOrigin, graphOrigin, tenantId }) {
  const { clientId, clientSecret, certificatePath } = credential;
  const options = { authorityHost: loginOrigin, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
  const tokens = certificatePath
    ? new ClientCertificateCredential(tenantId, clientId, certificatePath, options)
    : new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  const client = Client.initWithMiddleware({
    baseUrl: graphOrigin,
    customHosts: new Set([new URL(graphOrigin).hostname]),
    authProvider: new TokenCredentialAuthenticationProvider(tokens, { scopes: [`${graphOrigin}/.default`] }),
  });
  let count = 0;
  const iterator = new PageIterator(client, await client.api("/users").get(), () => ++count > 0);
  await iterator.iterate();
  return count;
}
