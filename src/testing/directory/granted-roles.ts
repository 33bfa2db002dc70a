import { seededGuid } from "../chance/seeded.js";
import { graphAppRoles } from "./graph-app-roles.js";

/** Application permissions that one app was granted on another's API. */
export interface Grant {
  /** Client id of the app that has them. */
  client: string;
  /** Client id of the API's app. */
  resource: string;
  roles: readonly string[];
}

/** Microsoft Graph's are well known; those of other APIs, and names that nobody knows, have ids of their own. */
export function appRoleId(resource: string, role: string): string {
  return (Object.hasOwn(graphAppRoles, role) && graphAppRoles[role]) || seededGuid(`${resource}:role:${role}`);
}

/** An app role as the service principal of its API shows it. */
export function appRole(resource: string, role: string): object {
  return {
    allowedMemberTypes: ["Application"],
    description: role,
    displayName: role,
    id: appRoleId(resource, role),
    isEnabled: true,
    origin: "Application",
    value: role,
  };
}
