/** @microsoft/msgraph-sdk on @azure/identity, from the benchmarks' own packages. */
import {
  ClientCertificateCredential,
  ClientSecretCredential,
} from "../../bench/node_modules/@azure/identity/dist/esm/index.js";
import { AzureIdentityAuthenticationProvider } from "../../bench/node_modules/@microsoft/kiota-authentication-azure/dist/es/src/index.js";
import {
  createGraphServiceClient,
  GraphRequestAdapter,
} from "../../bench/node_modules/@microsoft/msgraph-sdk/index.js";
import { createUserCollectionResponseFromDiscriminatorValue as readUsers } from "../../bench/node_modules/@microsoft/msgraph-sdk/models/index.js";
import { PageIterator } from "../../bench/node_modules/@microsoft/msgraph-sdk-core/dist/index.js";
import "../../bench/node_modules/@microsoft/msgraph-sdk-users/index.js";

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
