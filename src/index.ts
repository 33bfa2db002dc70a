export { AppIdentityError, type AppIdentityErrorCode, isAppIdentityError } from "./errors.js";
