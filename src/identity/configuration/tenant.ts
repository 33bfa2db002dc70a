import { AppIdentityError } from "../../errors.js";
import { isGuid } from "../../guid.js";
import { credentialKind } from "../../quotable.js";
import { isPlaceholder } from "../placeholders.js";
import { portal } from "../portal.js";

const domain = /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/i;

/** A token has dots, too. */
function isDomain(text: string): boolean {
  return domain.test(text) && credentialKind(text) === undefined;
}

/**
 * A tenant by id or by domain, in lower case.
 * @throws AppIdentityError `invalid_options`
 */
export function checkTenant(tenant: string, field: string): string {
  const text = tenant.trim().toLowerCase();
  if (!isPlaceholder(text) && (isGuid(text) || isDomain(tenant.trim()))) return text;
  const remedy = `Use the tenant's id or one of its domains, such as contoso.onmicrosoft.com. The id: ${portal.tenantId}.`;
  if (text === "common" || text === "organizations" || text === "consumers") {
    throw new AppIdentityError("invalid_options", `"${field}" is "${text}", which is for signing in people.`, {
      remedy: `An app gets its tokens from one tenant. ${remedy}`,
    });
  }
  throw new AppIdentityError(
    "invalid_options",
    // Without the value: it may be a secret in the wrong field.
    text === "" ? `"${field}" is empty.` : `"${field}" names no tenant.`,
    { remedy },
  );
}
