/** @pnp/graph: relations, photos, objects by id, and a batch. */
import { graphfi } from "@pnp/graph";
import "@pnp/graph/batching.js";
import "@pnp/graph/directory-objects/index.js";
import "@pnp/graph/groups/index.js";
import "@pnp/graph/members/index.js";
import "@pnp/graph/photos/index.js";
import "@pnp/graph/users/index.js";
import { GraphDefault, MSAL } from "@pnp/nodejs";

export async function read({ tenantId, clientId, clientSecret }, { groupId, userIds, withPhoto }) {
  const auth = { clientId, clientSecret, authority: `https://login.microsoftonline.com/${tenantId}` };
  const graph = graphfi().using(GraphDefault(), MSAL({ auth }, ["https://graph.microsoft.com/.default"]));
  const group = graph.groups.getById(groupId);
  const user = graph.users.getById(userIds[0]);
  const idsOf = (objects) => objects.map(({ id }) => id);

  const [batched, execute] = graph.batched();
  const names = userIds.map((id) => batched.users.getById(id).select("displayName")());
  await execute();
  return {
    members: idsOf(await group.members.top(999)()),
    owners: idsOf(await group.owners()),
    memberOf: idsOf(await user.memberOf()),
    photo: (await graph.users.getById(withPhoto).photo.getBuffer()).byteLength,
    byIds: idsOf(await graph.directoryObjects.getByIds([groupId, ...userIds])),
    memberGroups: await user.getMemberGroups(),
    names: (await Promise.all(names)).map(({ displayName }) => displayName),
  };
}
