import { AppIdentityError, type AppIdentityErrorCode, type AppIdentityErrorDetails } from "../../errors.js";

/**
 * An AppIdentityError as it was before a second copy of the Graph SDK made a `GraphError` of it; all else as it is.
 * That copy doesn't know our base class, but keeps the error's fields as JSON in `body`.
 */
export function reviveError(error: unknown): unknown {
  const { body } = (error ?? {}) as { body?: unknown };
  if (typeof body !== "string" || !body.includes('"AppIdentityError"')) return error;
  try {
    const { name, code, message, innerError, ...details } = JSON.parse(body) as AppIdentityErrorDetails & {
      name: string;
      code: AppIdentityErrorCode;
      message: string;
      innerError: unknown;
    };
    return name === "AppIdentityError" ? new AppIdentityError(code, message, { ...details, cause: error }) : error;
  } catch {
    return error;
  }
}
