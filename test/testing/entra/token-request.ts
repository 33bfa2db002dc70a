import { randomUUID } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import type { Emulator } from "../../../src/testing/index.js";

export interface TokenRequest {
  /** Fields added to a good request; `undefined` takes one away. */
  form?: Record<string, string | undefined>;
  tenant?: string;
  headers?: Record<string, string>;
  loginHost?: string;
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
  /** Claims of the access token. */
  claims: Record<string, unknown>;
  /** Header of the access token. */
  header: Record<string, unknown>;
}

const decode = (part: string | undefined) => (part ? JSON.parse(Buffer.from(part, "base64url").toString()) : {});

/** Asks for a token by hand, with the default app's secret unless the form says otherwise. */
export async function requestToken(emulator: Emulator, request: TokenRequest = {}): Promise<TokenAnswer> {
  const { form, tenant = emulator.tenantId, headers = {}, loginHost = "login.microsoftonline.com" } = request;
  const fields = {
    client_id: emulator.clientId,
    client_secret: emulator.clientSecret,
    scope: "https://graph.microsoft.com/.default",
    grant_type: "client_credentials",
    ...form,
  };
  const sent = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  const response = await emulator.fetch(`https://${loginHost}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    headers,
    body: new URLSearchParams(sent),
  });
  const body = (await response.json()) as Record<string, unknown>;
  const [header, claims] = String(body.access_token ?? "").split(".");
  return { status: response.status, headers: response.headers, body, claims: decode(claims), header: decode(header) };
}

/** Form fields of an assertion in the place of the secret. */
export const byAssertion = (assertion: string) => ({
  client_secret: undefined,
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: assertion,
});

export interface AssertionParts {
  header?: Record<string, unknown>;
  /** Added to good claims; `undefined` takes one away. */
  claims?: Record<string, unknown>;
}

/** A client assertion signed with a PKCS#8 key, made with jose, which shares no code with the emulator. */
export async function signAssertion(
  emulator: Emulator,
  privateKey: string,
  { header, claims }: AssertionParts = {},
): Promise<string> {
  const now = Math.floor(emulator.clock.now() / 1000);
  const payload = {
    iss: emulator.clientId,
    sub: emulator.clientId,
    aud: `https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`,
    iat: now,
    nbf: now,
    exp: now + 600,
    jti: randomUUID(),
    ...claims,
  };
  const alg = String(header?.alg ?? "PS256");
  return new SignJWT(payload)
    .setProtectedHeader({ typ: "JWT", ...header, alg })
    .sign(alg === "HS256" ? new TextEncoder().encode(privateKey) : await importPKCS8(privateKey, alg));
}
