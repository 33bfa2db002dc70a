import { AppIdentityError, type AppIdentityErrorCode } from "./errors.js";

/** An error that has words only, as most of those have that refuse what a caller gave. */
export function refusal(
  code: AppIdentityErrorCode,
  message: string,
  remedy: string,
  cause?: unknown,
): AppIdentityError {
  return new AppIdentityError(code, message, { remedy, cause });
}
