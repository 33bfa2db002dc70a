import type { AppIdentityErrorCode } from "../errors.js";
import type { CheckName } from "./check-names.js";

/** What a failure is about, by its code. */
export type Subjects = Partial<Record<AppIdentityErrorCode, CheckName>>;

/** What it is about when there is no provider. */
export const optionSubjects: Subjects = { invalid_certificate: "credential", certificate_expired: "credential" };

/** What it is about when there is no token. */
export const tokenSubjects: Subjects = {
  tenant_not_found: "tenant",
  app_not_found: "app",
  app_disabled: "app",
  ...optionSubjects,
  invalid_credential: "credential",
  expired_credential: "credential",
  credential_callback_failed: "credential",
  token_request_rejected: "credential",
  blocked_by_policy: "permission",
  invalid_scope: "permission",
  resource_not_found: "permission",
  permission_missing: "permission",
};
/** What it is about when nothing can be read. */
export const readingSubjects: Subjects = {
  permission_missing: "permission",
  not_found: "user",
  bad_request: "user",
  unsupported_query: "user",
  invalid_query: "user",
  invalid_options: "user",
};
