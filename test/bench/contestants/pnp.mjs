import { graphfi } from "@pnp/graph";
import { GraphDefault, MSAL } from "@pnp/nodejs";
import "@pnp/graph/users/index.js";

export function connect({ tenantId, clientId, clientSecret }) {
  const graph = graphfi().using(
    GraphDefault(),
    MSAL({ auth: { authority: `https://login.microsoftonline.com/${tenantId}`, clientId, clientSecret } }),
  );
  return {
    /** Its token can't be asked for alone. */
    request: () => graph.users.top(1)(),
    async list({ pageSize, onUser }) {
      for await (const page of pageSize ? graph.users.top(pageSize) : graph.users) {
        for (const user of page) {
          const busy = onUser(user);
          if (busy) await busy;
        }
      }
    },
  };
}
