import { hasBrand } from "./error-brand.js";
import type { AppIdentityError } from "./errors.js";

/** Whether it is one of ours with all its methods, be it from another copy of this package. */
export function isOwnError(value: unknown): value is AppIdentityError {
  return hasBrand(value);
}
