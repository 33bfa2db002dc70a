import { AppIdentityAuthProvider, createGraphClient, listUsers } from "graph-app-identity";

export function connect({ tenantId, clientId, clientSecret }) {
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret });
  const client = createGraphClient({ authProvider });
  return {
    token: () => authProvider.getAccessToken(),
    async list({ pageSize, onUser }) {
      for await (const user of listUsers(client, pageSize ? { pageSize } : {})) {
        const busy = onUser(user);
        if (busy) await busy;
      }
    },
  };
}
