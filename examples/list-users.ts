import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";

const authProvider = AppIdentityAuthProvider.fromEnvironment(); // AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET
const client = createGraphClient({ authProvider });

for await (const user of listUsers(client, { select: ["id", "displayName"] })) {
  console.log(user.id, user.displayName);
}
