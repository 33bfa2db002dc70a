import type { ServerResponse } from "node:http";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { json, type Loopback, type SeenRequest, startLoopback } from "./loopback.js";

export const tenantId = "3f1c2a52-8f5d-4e0b-9b6d-0d5f1f1f7a11";
export const clientId = "9a8b7c6d-1111-4222-8333-444455556666";
export const clientSecret = "s3cret~value.that-nobody-may-see";

export interface TokenEndpoint extends Loopback {
  /** What the next requests get; then tokens again. */
  next(...answers: ((response: ServerResponse, request: SeenRequest) => unknown)[]): void;
  /** Parameters of the token requests so far. */
  posts(): URLSearchParams[];
}

/** A token endpoint on a real socket: numbered tokens for an hour, unless a test says otherwise. */
export async function startTokenEndpoint(
  lifetime: Record<string, unknown> = { expires_in: 3600 },
): Promise<TokenEndpoint> {
  const queue: ((response: ServerResponse, request: SeenRequest) => unknown)[] = [];
  let issued = 0;
  const loopback = await startLoopback((request, response) => {
    const answer = queue.shift() ?? ((response) => json(response, 200, tokenAnswer(++issued, lifetime)));
    return answer(response, request);
  });
  return {
    ...loopback,
    next: (...answers) => void queue.push(...answers),
    posts: () =>
      loopback.requests.filter(({ method }) => method === "POST").map(({ body }) => new URLSearchParams(body)),
  };
}

export function tokenAnswer(number: number | string, lifetime: Record<string, unknown> = { expires_in: 3600 }) {
  return { token_type: "Bearer", ...lifetime, access_token: `token-${number}` };
}

/** An error answer as Entra words it. */
export function entraError(status: number, code: number, error: string, headers: Record<string, string> = {}) {
  return (response: ServerResponse) =>
    json(
      response,
      status,
      {
        error,
        error_description: `AADSTS${code}: What Entra says about it. Trace ID: 00000000-aaaa-4bbb-8ccc-000000000001 Correlation ID: 00000000-aaaa-4bbb-8ccc-000000000002 Timestamp: 2026-11-20 18:00:00Z`,
        error_codes: [code],
        timestamp: "2026-11-20 18:00:00Z",
        trace_id: "00000000-aaaa-4bbb-8ccc-000000000001",
        correlation_id: "00000000-aaaa-4bbb-8ccc-000000000002",
      },
      headers,
    );
}

/** msal-node by itself, speaking to the same socket: what our behaviour is shown beside. */
export function plainMsal(
  { origin }: Pick<Loopback, "origin">,
  auth: object = { clientSecret },
): () => Promise<string> {
  const authority = `https://login.microsoftonline.com/${tenantId}`;
  const client = new ConfidentialClientApplication({
    auth: {
      ...auth,
      clientId,
      authority,
      authorityMetadata: JSON.stringify({
        token_endpoint: `${origin}/${tenantId}/oauth2/v2.0/token`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        issuer: `${authority}/v2.0`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      }),
    },
  });
  return async () => {
    const result = await client.acquireTokenByClientCredential({ scopes: ["https://graph.microsoft.com/.default"] });
    return result?.accessToken ?? "";
  };
}
