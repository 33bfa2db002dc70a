import { AppIdentityError } from "../../errors.js";
import { aadAuthority } from "./authority.js";
import type { ResolvedIdentity } from "./options.js";
import { checkTenant } from "./tenant.js";

/**
 * The same app in another tenant: only what is the tenant's own differs.
 * @throws AppIdentityError `invalid_options`
 */
export function inTenant(identity: ResolvedIdentity, given: string): ResolvedIdentity {
  const tenantId = checkTenant(typeof given === "string" ? given : "", "tenantId");
  if (tenantId === identity.tenantId) return identity;
  const { authority, cloud, credential } = identity;
  if (credential.kind === "tokenCredential") {
    throw new AppIdentityError(
      "invalid_options",
      'A "tokenCredential" decides itself which tenant it gets tokens from.',
      {
        remedy:
          "Make a provider for each tenant, with a tokenCredential for that tenant; or prove who the app is by secret, certificate or assertion, which forTenant() can use anywhere.",
      },
    );
  }
  if (authority.kind === "oidc" || cloud.loginHost.endsWith(".ciamlogin.com")) {
    const { host } = new URL(authority.url);
    throw new AppIdentityError("invalid_options", `${host} is the login host of one tenant, ${identity.tenantId}.`, {
      remedy:
        "External ID has a login host for each tenant: make a provider for each, with that tenant's own authority.",
    });
  }
  return Object.freeze({ ...identity, ...aadAuthority(cloud, tenantId) });
}
