import { AppIdentityError } from "../../src/errors.js";

/** The error that a call throws, or that its promise is rejected with. Anything else fails the test. */
export async function refusal(call: () => unknown): Promise<AppIdentityError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof AppIdentityError) return error;
    throw error;
  }
  throw new Error("Nothing was refused.");
}
