import { ClientSecretCredential } from "@azure/identity";
import { AzureIdentityAuthenticationProvider } from "@microsoft/kiota-authentication-azure";
import { createGraphServiceClient, GraphRequestAdapter } from "@microsoft/msgraph-sdk";
import { createUserCollectionResponseFromDiscriminatorValue } from "@microsoft/msgraph-sdk/models/index.js";
import { PageIterator } from "@microsoft/msgraph-sdk-core";
import "@microsoft/msgraph-sdk-users";

export function connect({ tenantId, clientId, clientSecret }) {
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret);
  const provider = new AzureIdentityAuthenticationProvider(credential, ["https://graph.microsoft.com/.default"]);
  const adapter = new GraphRequestAdapter(provider);
  const client = createGraphServiceClient(adapter);
  return {
    token: () => provider.accessTokenProvider.getAuthorizationToken("https://graph.microsoft.com/v1.0/users"),
    async list({ pageSize, onUser }) {
      const page = await client.users.get(pageSize ? { queryParameters: { top: pageSize } } : undefined);
      let busy;
      const iterator = new PageIterator(
        adapter,
        page,
        (user) => {
          busy = onUser(user);
          return busy === undefined;
        },
        createUserCollectionResponseFromDiscriminatorValue,
        {},
      );
      do {
        await iterator.iterate();
        await busy;
      } while (iterator.getPagingState() !== "Complete");
    },
  };
}
