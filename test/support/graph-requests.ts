import type { AuthenticationProvider } from "@microsoft/microsoft-graph-client";
import type { GraphTokenRequest } from "../../src/access-token.js";
import { type AppIdentityError, isAppIdentityError } from "../../src/errors.js";

/** A caller's own provider: a new token whenever a new one is asked for, and a record of what it was asked. */
export function countingProvider(): AuthenticationProvider & { asked: GraphTokenRequest[]; token: string } {
  const provider = {
    asked: [] as GraphTokenRequest[],
    token: "token-1",
    async getAccessToken(request: GraphTokenRequest = {}) {
      provider.asked.push(request);
      const { claims, forceRefresh, refusedToken } = request;
      if (claims !== undefined || (forceRefresh && (refusedToken ?? provider.token) === provider.token)) {
        provider.token = `token-${Number(provider.token.split("-")[1]) + 1}`;
      }
      return provider.token;
    },
  };
  return provider as ReturnType<typeof countingProvider>;
}

/** The AppIdentityError that something fails with; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<AppIdentityError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && isAppIdentityError(outcome.error)) return outcome.error;
  throw new Error("This was expected to fail with an AppIdentityError.", {
    cause: "error" in outcome ? outcome.error : undefined,
  });
}
