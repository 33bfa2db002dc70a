import type { AuthenticationProvider } from "@microsoft/microsoft-graph-client";
import type { GraphTokenRequest } from "../../src/access-token.js";

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
