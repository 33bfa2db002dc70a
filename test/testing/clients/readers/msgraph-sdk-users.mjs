/** @microsoft/msgraph-sdk on @azure/identity, for what every client meets. */
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
import { createGraphServiceClient, GraphRequestAdapter } from "@microsoft/msgraph-sdk";
import { createUserCollectionResponseFromDiscriminatorValue as readUsers } from "@microsoft/msgraph-sdk/models/index.js";
import { PageIterator } from "@microsoft/msgraph-sdk-core";
import "@microsoft/msgraph-sdk-users";

export async function list(credential, { loginOrigin, graphOrigin, tenantId }) {
  const { clientId, clientSecret, certificatePath } = credential;
  const options = { authorityHost: loginOrigin, disableInstanceDiscovery: true };
  const tokens = certificatePath
    ? new ClientCertificateCredential(tenantId, clientId, certificatePath, options)
    : new ClientSecretCredential(tenantId, clientId, clientSecret, options);
  const provider = new AzureIdentityAuthenticationProvider(tokens, [`${graphOrigin}/.default`]);
  const adapter = new GraphRequestAdapter(provider);
  const page = await createGraphServiceClient(adapter).users.get();
  let count = 0;
  await new PageIterator(adapter, page, () => ++count > 0, readUsers, {}).iterate();
  return count;
}
