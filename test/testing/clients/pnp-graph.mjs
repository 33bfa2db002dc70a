/** @pnp/graph, from the benchmarks' own packages. */
import { graphfi } from "../../bench/node_modules/@pnp/graph/index.js";
import "../../bench/node_modules/@pnp/graph/users/index.js";
import { GraphDefault, MSAL } from "../../bench/node_modules/@pnp/nodejs/index.js";

export async function list({ clientId, clientSecret, key, thumbprintSha256 }, { loginOrigin, graphOrigin, tenantId }) {
  const credential = key ? { clientCertificate: { privateKey: key, thumbprintSha256 } } : { clientSecret };
  const auth = { clientId, ...credential, authority: `${loginOrigin}/${tenantId}` };
  const graph = graphfi().using(GraphDefault(), MSAL({ auth }, [`${graphOrigin}/.default`]));
  let count = 0;
  for await (const page of graph.users.top(999)) count += page.length;
  return count;
}
