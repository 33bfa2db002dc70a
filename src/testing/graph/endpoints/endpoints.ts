import type { Route } from "../routes.js";
import { appRoleRoutes } from "./app-roles.js";
import { auditLogRoutes } from "./audit-logs.js";
import { deletedItemRoutes } from "./deleted-items.js";
import { domainRoutes } from "./domains.js";
import { emptyRoutes } from "./empty-lists.js";
import type { EndpointContext } from "./endpoint-context.js";
import { getByIdsRoutes } from "./get-by-ids.js";
import { licenseRoutes } from "./licenses.js";
import { membershipRoutes } from "./memberships.js";
import { photoRoutes } from "./photos.js";
import { registrationDetailRoutes } from "./registration-details.js";
import { reportRoutes } from "./reports.js";
import { roleManagementRoutes } from "./role-management.js";

/** Addresses that don't follow from the directory's kinds and relations. */
export function createEndpoints(context: EndpointContext): Route[] {
  return [
    ...getByIdsRoutes(context),
    ...membershipRoutes(context),
    ...photoRoutes(context),
    ...licenseRoutes(context),
    ...appRoleRoutes(context),
    ...roleManagementRoutes(context),
    ...domainRoutes(context),
    ...deletedItemRoutes(context),
    ...auditLogRoutes(context),
    ...reportRoutes(context),
    ...registrationDetailRoutes(context),
    ...emptyRoutes(context),
  ];
}
