/** The developer portal's catalogue, in the ways its documentation shows. */
import { createRequire } from "node:module";

const { MicrosoftGraphClient, readMicrosoftGraphOrg } = createRequire(import.meta.url)(
  "@backstage/plugin-catalog-backend-module-msgraph",
);
const quiet = () => {};
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };

export async function read(credentials, configurations) {
  const found = {};
  for (const [name, configuration] of Object.entries(configurations)) {
    const client = MicrosoftGraphClient.create({ ...credentials, target: "https://graph.microsoft.com/v1.0" });
    const { users, groups } = await readMicrosoftGraphOrg(client, credentials.tenantId, { ...configuration, logger });
    found[name] = {
      users: users.map(({ metadata, spec }) => ({
        id: metadata.annotations["graph.microsoft.com/user-id"],
        memberOf: spec.memberOf.length,
        picture: spec.profile.picture?.length ?? 0,
      })),
      groups: groups.map(({ metadata, spec }) => ({
        id:
          metadata.annotations["graph.microsoft.com/group-id"] ?? metadata.annotations["graph.microsoft.com/tenant-id"],
        children: spec.children.length,
      })),
    };
  }
  return found;
}
