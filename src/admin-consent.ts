import type { AppIdentity } from "./access-token.js";

/** Where an administrator of the tenant grants all permissions that the app's registration asks for. */
export function adminConsentUrl({ loginHost, tenantId, clientId }: AppIdentity): string {
  return `https://${loginHost}/${encodeURIComponent(tenantId)}/adminconsent?client_id=${encodeURIComponent(clientId)}`;
}
