/** The Graph SDK on @azure/identity: batches with dependencies, PageIterator over relations, bytes. */
import { ClientSecretCredential } from "@azure/identity";
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
  ResponseType,
} from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

export async function read({ tenantId, clientId, clientSecret }, { groupId, userIds, withPhoto, withoutPhoto }) {
  const credential = new ClientSecretCredential(tenantId, clientId, clientSecret);
  const scopes = ["https://graph.microsoft.com/.default"];
  const client = Client.initWithMiddleware({
    authProvider: new TokenCredentialAuthenticationProvider(credential, { scopes }),
  });

  async function all(path) {
    const ids = [];
    const iterator = new PageIterator(client, await client.api(path).get(), ({ id }) => ids.push(id) > 0);
    await iterator.iterate();
    return ids;
  }

  async function batch(steps) {
    const content = new BatchRequestContent(steps);
    return new BatchResponseContent(await client.api("/$batch").post(await content.getContent()));
  }

  // Of an address the SDK takes what comes behind the host, and the version is the batch's.
  const url = (path) => new Request(`https://graph.microsoft.com${path}`, { method: "GET" });
  const managers = await batch(userIds.map((id) => ({ id, request: url(`/users/${id}/manager?$select=id`) })));
  const serial = await batch([
    { id: "1", request: url(`/users/${userIds[0]}?$select=id`) },
    { id: "2", request: url("/users/no@body.example"), dependsOn: ["1"] },
    { id: "3", request: url("/users?$top=1"), dependsOn: ["2"] },
  ]);
  return {
    members: await all(`/groups/${groupId}/members?$top=7`),
    transitive: await all(`/groups/${groupId}/transitiveMembers?$top=7&$select=id`),
    managers: await Promise.all(
      userIds.map(async (id) => {
        const response = managers.getResponseById(id);
        return response.ok ? (await response.json()).id : null;
      }),
    ),
    serial: ["1", "2", "3"].map((id) => serial.getResponseById(id).status),
    photo: (await client.api(`/users/${withPhoto}/photo/$value`).responseType(ResponseType.ARRAYBUFFER).get())
      .byteLength,
    noPhoto: await client
      .api(`/users/${withoutPhoto}/photo/$value`)
      .get()
      .then(String, ({ statusCode }) => statusCode),
  };
}
