/** @pnp/graph, for what every client meets. */
import { graphfi } from "@pnp/graph";
import "@pnp/graph/users/index.js";
import { GraphDefault, MSAL } from "@pnp/nodejs";

export async function list({ clientId, clientSecret, key, thumbprintSha256 }, { loginOrigin, graphOrigin, tenantId }) {
  const credential = key ? { clientCertificate: { privateKey: key, thumbprintSha256 } } : { clientSecret };
  const auth = { clientId, ...credential, authority: `${loginOrigin}/${tenantId}` };
  const graph = graphfi().using(GraphDefault(), MSAL({ auth }, [`${graphOrigin}/.default`]));
  let count = 0;
  for await (const page of graph.users.top(999)) count += page.length;
  return count;
}
