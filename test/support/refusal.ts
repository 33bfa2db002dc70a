import { type AppIdentityError, isAppIdentityError } from "../../src/errors.js";

/** The error that a call throws, or that its promise is rejected with. Anything else fails the test. */
export async function refusal(call: () => unknown): Promise<AppIdentityError> {
  try {
    await call();
  } catch (error) {
    if (isAppIdentityError(error)) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}

/** The same of a call that was made already. */
export const failureOf = (work: Promise<unknown>): Promise<AppIdentityError> => refusal(() => work);
